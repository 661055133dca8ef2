/** A base URL in its two parts. */
export interface Place {
  /** Scheme, host and port. */
  readonly origin: string;
  /** Empty, or with a leading slash and no trailing one. */
  readonly basePath: string;
}

/** Where a provider's base URL leads. */
export function placeOf({ baseUrl }: { readonly baseUrl: string }): Place {
  const { origin, pathname } = new URL(baseUrl);
  return { origin, basePath: pathname.replace(/\/+$/u, '') };
}
