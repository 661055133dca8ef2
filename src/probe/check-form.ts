import type { Verdict } from '../verdict/verdict.ts';
import type { Provider } from '../providers/provider.ts';

/** A request for an answer that is as short as possible. */
export type CheckForm =
  | {
      readonly kind: 'chat';
      /** The parameter that bounds the answer. */
      readonly limit: 'max_tokens' | 'max_completion_tokens' | 'none';
      /** The bound. Tokens. */
      readonly tokens: number;
    }
  | { readonly kind: 'embeddings' | 'rerank' };

/** Accepted by most models, and nearly free. Tokens. */
const FEW_TOKENS = 16;
/** For models that reason before they answer. Tokens. */
const MORE_TOKENS = 1024;

/** Names of models that are not for chat. */
const EMBEDS = /embed|(?:^|[/-])(?:bge|e5|gte|voyage)-/i;
const RERANKS = /rerank/i;

/**
 * The forms that a check of a model may have, in the order in which they are tried: OpenAI's newer models reject
 * `max_tokens` and compatible servers know only that; reasoning models reject 16 tokens as too few; some accept no bound,
 * or are no chat models.
 */
export function formsFor({ type }: Pick<Provider, 'type'>, model: string): readonly CheckForm[] {
  const usual = type === 'openai' ? 'max_completion_tokens' : 'max_tokens';
  const other = usual === 'max_tokens' ? 'max_completion_tokens' : 'max_tokens';
  const chats: readonly CheckForm[] = [
    { kind: 'chat', limit: usual, tokens: FEW_TOKENS },
    { kind: 'chat', limit: other, tokens: FEW_TOKENS },
    { kind: 'chat', limit: usual, tokens: MORE_TOKENS },
    { kind: 'chat', limit: other, tokens: MORE_TOKENS },
    { kind: 'chat', limit: 'none', tokens: 0 },
  ];
  if (RERANKS.test(model)) return [{ kind: 'rerank' }, ...chats, { kind: 'embeddings' }];
  if (EMBEDS.test(model)) return [{ kind: 'embeddings' }, ...chats, { kind: 'rerank' }];
  return [...chats, { kind: 'embeddings' }, { kind: 'rerank' }];
}

/** Whether the next form may be accepted after this verdict on a form. */
export function isWorthTrying({ class: judged }: Verdict, form: CheckForm, next: CheckForm): boolean {
  if (judged === 'client_error') return true;
  // A model that is not offered for chat may be offered for another operation, but not for chat with another bound.
  return judged === 'model_denied' && next.kind !== form.kind;
}

/** Models kept; the least recently updated are dropped. */
const MAX_MODELS = 1000;
/** For so long only the first form is tried of a model that accepted none. Milliseconds. */
const NONE_FITS_MS = 60 * 60 * 1000;

interface Known {
  /** Index of the form that it accepted; 0 where it accepted none. */
  readonly index: number;
  /** Until when no other form is tried. Milliseconds since the epoch; 0 where one was accepted. */
  readonly noneFitsUntil: number;
}

/** Which form each provider's models accept, as learned by this process. */
export class CheckForms {
  readonly #known = new Map<string, Known>();

  /** The forms to try now, in order: beginning with the one accepted last time. */
  toTry(provider: Pick<Provider, 'id' | 'type'>, model: string, now: number): readonly CheckForm[] {
    const forms = formsFor(provider, model);
    const known = this.#known.get(nameOf(provider, model));
    if (known === undefined) return forms;
    if (now < known.noneFitsUntil) return forms.slice(0, 1);
    return [...forms.slice(known.index), ...forms.slice(0, known.index)];
  }

  /** A form was accepted. */
  recordAccepted(provider: Pick<Provider, 'id' | 'type'>, model: string, form: CheckForm): void {
    const index = formsFor(provider, model).findIndex((each) => isSame(each, form));
    this.#set(nameOf(provider, model), { index, noneFitsUntil: 0 });
  }

  /** The model rejected all forms. */
  recordAllRejected(provider: Pick<Provider, 'id'>, model: string, now: number): void {
    this.#set(nameOf(provider, model), { index: 0, noneFitsUntil: now + NONE_FITS_MS });
  }

  /** Whether a check of this model can show nothing, since it accepts none of the forms. */
  acceptsNone(provider: Pick<Provider, 'id'>, model: string, now: number): boolean {
    return now < (this.#known.get(nameOf(provider, model))?.noneFitsUntil ?? 0);
  }

  #set(name: string, known: Known): void {
    this.#known.delete(name);
    this.#known.set(name, known);
    const [oldest] = this.#known.keys();
    if (this.#known.size > MAX_MODELS && oldest !== undefined) this.#known.delete(oldest);
  }
}

function nameOf({ id }: Pick<Provider, 'id'>, model: string): string {
  return `${id}\n${model}`;
}

function isSame(one: CheckForm, other: CheckForm): boolean {
  if (one.kind !== 'chat' || other.kind !== 'chat') return one.kind === other.kind;
  return one.limit === other.limit && one.tokens === other.tokens;
}
