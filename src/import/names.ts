/** Longer names of sources are cut: ids also name files. UTF-16 units. */
const MAX_LENGTH = 60;

/**
 * Gives out names of providers, each once. A name that begins models of the source, as in `openai/gpt-5`, is none: here it
 * would be the provider that is asked for `gpt-5`.
 */
export class ProviderNames {
  readonly #taken = new Set<string>();
  readonly #prefixes: ReadonlySet<string>;

  /** @param models - the names that clients may ask for */
  constructor(models: Iterable<string>) {
    const prefixes = new Set<string>();
    for (const model of models) {
      const slash = model.indexOf('/');
      if (slash > 0) prefixes.add(model.slice(0, slash).toLowerCase());
    }
    this.#prefixes = prefixes;
  }

  /** The nearest free name to `wish`. */
  take(wish: string): string {
    const plain = plainName(wish) || 'provider';
    const base = this.#prefixes.has(plain) ? `${plain}-pool` : plain;
    let name = base;
    for (let count = 2; this.#taken.has(name) || this.#prefixes.has(name); count++) name = `${base}-${count}`;
    this.#taken.add(name);
    return name;
  }
}

/** Gives out names of clients, each once. */
export class ClientNames {
  readonly #taken = new Set<string>();

  take(wish: string): string {
    const base = wish.trim() || 'client';
    let name = base;
    for (let count = 2; this.#taken.has(name); count++) name = `${base}-${count}`;
    this.#taken.add(name);
    return name;
  }
}

/** Letters, digits, dots, hyphens and underscores, in lower case: fit for an id and for a file. */
function plainName(wish: string): string {
  return wish
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}._-]+/gu, '-')
    .slice(0, MAX_LENGTH)
    .replaceAll(/^[-.]+|[-.]+$/g, '');
}
