import type { Verdict } from '../verdict/verdict.ts';
import type { Provider } from '../providers/provider.ts';

/** How a model is asked for an answer that is as short as it may be. */
export type CheckForm =
  | {
      readonly kind: 'chat';
      /** How its length is bounded; `none` where it is not. */
      readonly limit: 'max_tokens' | 'max_completion_tokens' | 'none';
      /** The bound. Tokens. */
      readonly tokens: number;
    }
  | { readonly kind: 'embeddings' | 'rerank' };

/** Enough for most models to accept the request, and little enough to cost next to nothing. Tokens. */
const FEW_TOKENS = 16;
/** Enough for a model that thinks before it answers. Tokens. */
const MORE_TOKENS = 1024;

/** What a model's own name says of what it is for. */
const EMBEDS = /embed|(?:^|[/-])(?:bge|e5|gte|voyage)-/i;
const RERANKS = /rerank/i;

/**
 * The forms a check of a model may have, in the order they are tried where a model finds fault with one: OpenAI's
 * newer models refuse the older word for the bound and compatible servers know only that; models that think find 16
 * tokens too few; and some take no bound, or are no chat models at all.
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

/** Whether it was the question that was found fault with, so that putting it otherwise may help. */
export function isWorthTrying({ class: judged }: Verdict, form: CheckForm, next: CheckForm): boolean {
  if (judged === 'client_error') return true;
  // What is not served as a chat model may be served as another kind, and never as a chat with another bound.
  return judged === 'model_denied' && next.kind !== form.kind;
}

/** Models remembered; those found out longest ago are forgotten first, and found out anew. */
const MAX_MODELS = 1000;
/** A model that took none of the forms is asked in the first one alone for so long. Milliseconds. */
const NONE_FITS_MS = 60 * 60 * 1000;

interface Known {
  /** The place of the form that it took, or of the first where it took none. */
  readonly place: number;
  /** Until when no other form is tried. Milliseconds since the epoch; 0 where one was taken. */
  readonly noneFitsUntil: number;
}

/** Which form each provider's models take, as this process has found out. */
export class CheckForms {
  readonly #known = new Map<string, Known>();

  /** The forms to try now, in order: those from the one that was taken last time on, then the others. */
  toTry(provider: Pick<Provider, 'id' | 'type'>, model: string, now: number): readonly CheckForm[] {
    const forms = formsFor(provider, model);
    const known = this.#known.get(nameOf(provider, model));
    if (known === undefined) return forms;
    if (now < known.noneFitsUntil) return forms.slice(0, 1);
    return [...forms.slice(known.place), ...forms.slice(0, known.place)];
  }

  /** It was answered. */
  recordAccepted(provider: Pick<Provider, 'id' | 'type'>, model: string, form: CheckForm): void {
    const place = formsFor(provider, model).findIndex((each) => isSame(each, form));
    this.#remember(nameOf(provider, model), { place, noneFitsUntil: 0 });
  }

  /** It found fault with all of them. */
  recordAllRejected(provider: Pick<Provider, 'id'>, model: string, now: number): void {
    this.#remember(nameOf(provider, model), { place: 0, noneFitsUntil: now + NONE_FITS_MS });
  }

  /** Whether a check of this model can show nothing, since it takes none of the forms. */
  acceptsNone(provider: Pick<Provider, 'id'>, model: string, now: number): boolean {
    return now < (this.#known.get(nameOf(provider, model))?.noneFitsUntil ?? 0);
  }

  #remember(name: string, known: Known): void {
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
