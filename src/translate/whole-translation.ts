import { parseObject } from '../base/json.ts';
import type { Json } from '../base/json.ts';
import type { Target } from '../dialects/operations/find-target.ts';
import type { ResponseHeaders } from '../upstream/exchange.ts';
import type { ProviderQuirks, ResponseContext } from './codec.ts';
import { TranslationError } from './response-translator.ts';
import type { ResponseTranslator } from './response-translator.ts';

/** Translates one operation that has no stream: two functions, and no package. */
export interface WholeTranslation {
  /**
   * What the provider is sent. Throws `NotExpressible`.
   * @param model as the provider calls it
   */
  translateRequest(body: Json, model: string, quirks: ProviderQuirks): WholeRequest;
  /**
   * The client's response; undefined where the provider's is not what it should be. Throws `WithheldAnswer` where the provider
   * says that it withheld what was asked for.
   */
  translateResponse(response: Json, context: ResponseContext, headers: ResponseHeaders): object | undefined;
}

/** A request in the provider's dialect. */
export interface WholeRequest {
  readonly target: Target;
  readonly body: object;
  /** Fields of the client's that were dropped, by their names. */
  readonly dropped: readonly string[];
}

/** Translates a response that is a JSON object. */
export class WholeResponseTranslator implements ResponseTranslator {
  readonly contentType = 'application/json';
  readonly dropped: readonly string[];
  readonly #translation: Pick<WholeTranslation, 'translateResponse'>;
  readonly #context: ResponseContext;

  constructor(
    translation: Pick<WholeTranslation, 'translateResponse'>,
    context: ResponseContext,
    dropped: readonly string[],
  ) {
    this.#translation = translation;
    this.#context = context;
    this.dropped = dropped;
  }

  async translateWhole(_: number, headers: ResponseHeaders, body: Buffer): Promise<Buffer> {
    const answer = parseObject(body.toString());
    const translated = answer && this.#translation.translateResponse(answer, this.#context, headers);
    if (translated === undefined) throw new TranslationError('the answer could not be translated');
    return Promise.resolve(Buffer.from(JSON.stringify(translated)));
  }

  translateStream(): never {
    throw new TranslationError('a stream where a whole answer was requested');
  }

  drop(): void {}
}
