/** A request as a provider package would have sent it. */
export interface InterceptedRequest {
  /** In lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * Stands in for the network under a provider package: catches the one request that it makes, and gives it the
 * answer once the failover loop has found one. So the package translates, and never sees a key.
 */
export class InterceptedFetch {
  readonly #request = Promise.withResolvers<InterceptedRequest>();
  readonly #response = Promise.withResolvers<Response>();

  #isTaken = false;

  constructor() {
    // Where the package fails before it asks, nobody waits for either.
    this.#request.promise.catch(() => undefined);
    this.#response.promise.catch(() => undefined);
  }

  readonly fetch = async (_: unknown, init: RequestInit = {}): Promise<Response> => {
    const { body } = init;
    // Gemini's package asks again by itself for the rest of a very long answer, which no key is chosen for.
    if (this.#isTaken) throw new TypeError('a provider package asked more than once');
    this.#isTaken = true;
    if (typeof body !== 'string') throw new TypeError('a provider package sent something other than text');
    this.#request.resolve({ headers: Object.fromEntries(new Headers(init.headers)), body });
    return this.#response.promise;
  };

  /**
   * The request, once the package has made it.
   * @param call what was asked of the package: rejects where that does before it asks
   */
  request(call: Promise<unknown>): Promise<InterceptedRequest> {
    return Promise.race([
      this.#request.promise,
      call.then(() => {
        throw new TypeError('a provider package answered without asking');
      }),
    ]);
  }

  respond(response: Response): void {
    this.#response.resolve(response);
  }

  abort(): void {
    this.#response.reject(new DOMException('there is no answer', 'AbortError'));
  }
}
