import { parseObject } from '../dialects/frame-judge.ts';
import type { Target } from '../dialects/operations.ts';
import type { ResponseHeaders } from '../upstream/exchange.ts';
import type { AnswerContext, Json } from './asked.ts';
import { RetellingError } from './retelling.ts';
import type { Retelling } from './retelling.ts';

/** How one operation is put into another dialect where two functions say it all, and no package is needed. */
export interface WholeTranslation {
  /**
   * What the provider is asked. Throws `NotExpressible`.
   * @param model in the provider's words
   */
  request(body: Json, model: string): WholeRequest;
  /** What the client is answered; undefined where the provider's answer is not what it should be. */
  answer(answer: Json, context: AnswerContext, headers: ResponseHeaders): object | undefined;
}

/** A request in the provider's dialect. */
export interface WholeRequest {
  readonly target: Target;
  readonly body: object;
  /** Fields of the client's that were left out, by their names. */
  readonly dropped: readonly string[];
}

/** Retells an answer that is a JSON object. */
export class WholeRetelling implements Retelling {
  readonly contentType = 'application/json';
  readonly dropped: readonly string[];
  readonly #translation: WholeTranslation;
  readonly #context: AnswerContext;

  constructor(translation: WholeTranslation, context: AnswerContext, dropped: readonly string[]) {
    this.#translation = translation;
    this.#context = context;
    this.dropped = dropped;
  }

  async whole(_: number, headers: ResponseHeaders, body: Buffer): Promise<Buffer> {
    const answer = parseObject(body.toString());
    const told = answer && this.#translation.answer(answer, this.#context, headers);
    if (told === undefined) throw new RetellingError('the answer could not be translated');
    return Promise.resolve(Buffer.from(JSON.stringify(told)));
  }

  stream(): never {
    throw new RetellingError('a stream where a whole answer was asked for');
  }

  drop(): void {}
}
