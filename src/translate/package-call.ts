import type { CallOptions, GenerateResult, ProviderCodec, StreamPart } from './codec.ts';
import type { TranslationSpec } from './translation-method.ts';

/** A call of a provider package that waits for its response, and the fetch that it waits on. */
export interface PackageCall {
  readonly intercepted: InterceptedFetch;
  readonly pending: PendingResult;
}

/** What the package will give once its request is answered. */
export type PendingResult =
  | { readonly kind: 'whole'; readonly result: Promise<GenerateResult> }
  | { readonly kind: 'stream'; readonly result: Promise<{ readonly stream: ReadableStream<StreamPart> }> };

/** Calls a package; it is loaded when it is first needed. */
export function startPackageCall(
  { model, quirks, stream }: Pick<TranslationSpec, 'model' | 'quirks' | 'stream'>,
  codec: ProviderCodec,
  options: CallOptions,
): PackageCall {
  const intercepted = new InterceptedFetch();
  const loaded = codec.loadModel(model, intercepted.fetch, quirks);
  const pending: PendingResult = stream
    ? { kind: 'stream', result: loaded.then((it) => it.doStream(options)) }
    : { kind: 'whole', result: loaded.then((it) => it.doGenerate(options)) };
  return { intercepted, pending };
}

/** A request as a provider package would have sent it. */
export interface InterceptedRequest {
  /** In lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * The `fetch` of a provider package: keeps the one request that it makes, and gives it the response once the failover
 * loop has found one. So the package translates, and never sees a key.
 */
export class InterceptedFetch {
  readonly #request = Promise.withResolvers<InterceptedRequest>();
  readonly #response = Promise.withResolvers<Response>();

  #isUsed = false;

  constructor() {
    // Where the package fails before it sends anything, nobody waits for either.
    this.#request.promise.catch(() => undefined);
    this.#response.promise.catch(() => undefined);
  }

  readonly fetch = async (_: unknown, init: RequestInit = {}): Promise<Response> => {
    const { body } = init;
    // Gemini's package sends a second request by itself for the rest of a very long answer; no key is chosen for it.
    if (this.#isUsed) throw new TypeError('a provider package sent a request more than once');
    this.#isUsed = true;
    if (typeof body !== 'string') throw new TypeError('a provider package sent something other than text');
    this.#request.resolve({ headers: Object.fromEntries(new Headers(init.headers)), body });
    return this.#response.promise;
  };

  /**
   * The request, once the package has made it.
   * @param result of the package's call: where it fails before it sends anything, this rejects with its error
   */
  request(result: Promise<unknown>): Promise<InterceptedRequest> {
    return Promise.race([
      this.#request.promise,
      result.then(() => {
        throw new TypeError('a provider package answered without sending a request');
      }),
    ]);
  }

  respond(response: Response): void {
    this.#response.resolve(response);
  }

  /** There is no response: the package's call rejects. */
  abort(): void {
    this.#response.reject(new DOMException('there is no answer', 'AbortError'));
  }
}
