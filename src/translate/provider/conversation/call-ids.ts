import type { WordForm } from '../../../catalog/models/conversation-capabilities.ts';
import { splitIdState } from '../../opaque-state.ts';
import type { Message, Prompt } from '../prompt.ts';
import { hasForm, hashOf } from './word-forms.ts';

/** Before the hash of an id, where it has room. */
const PREFIX = 'call_';
/** Characters of a hash, where an id has room. */
const HASH_LENGTH = 24;

/**
 * A conversation whose calls have ids that the provider takes, each its own, and whose results have the same. An id that fits
 * stays, without what was packed into it here; another becomes its hash, so that it is the same in each later turn, and what
 * the provider has cached is found again. Results have to stand behind their calls.
 */
export function withCallIds(prompt: Prompt, form: WordForm): Prompt {
  const ids = new CallIds(prompt, form);
  /** The new ids of the calls before, by their ids, first ones last. */
  let open = new Map<string, string[]>();
  return prompt.map((message): Message => {
    if (message.role === 'assistant') {
      const made: { readonly from: string; readonly to: string }[] = [];
      const content = message.content.map((part) => {
        if (part.type !== 'tool-call') return part;
        const toolCallId = ids.next(part.toolCallId);
        made.push({ from: part.toolCallId, to: toolCallId });
        return { ...part, toolCallId };
      });
      open = new Map(
        [...Map.groupBy(made, ({ from }) => from)].map(([from, each]) => [
          from,
          each.map(({ to }) => to).toReversed(),
        ]),
      );
      return { ...message, content };
    }
    if (message.role !== 'tool') return message;
    const content = message.content.map((part) => {
      if (part.type !== 'tool-result') return part;
      return { ...part, toolCallId: open.get(part.toolCallId)?.pop() ?? part.toolCallId };
    });
    return { ...message, content };
  });
}

/** Gives ids out, none twice. */
class CallIds {
  readonly #form: WordForm;
  /** Ids that fit belong to the first call that has them. */
  readonly #fitting: ReadonlySet<string>;
  readonly #given = new Set<string>();
  /** How often an id has come. */
  readonly #counts = new Map<string, number>();

  constructor(prompt: Prompt, form: WordForm) {
    this.#form = form;
    this.#fitting = new Set(
      prompt
        .flatMap((message) => (message.role === 'assistant' ? message.content : []))
        .flatMap((part) => (part.type === 'tool-call' ? [splitIdState(part.toolCallId).id] : []))
        .filter((id) => hasForm(id, form)),
    );
  }

  next(packed: string): string {
    const { id } = splitIdState(packed);
    const count = this.#counts.get(id) ?? 0;
    this.#counts.set(id, count + 1);
    const next = count === 0 && this.#fitting.has(id) ? id : this.#hashed(id, count);
    this.#given.add(next);
    return next;
  }

  #hashed(id: string, count: number): string {
    const { minLength, maxLength, alphabet } = this.#form;
    const prefix = alphabet !== 'alphanumeric' && maxLength > PREFIX.length + HASH_LENGTH ? PREFIX : '';
    const length = Math.max(minLength, Math.min(maxLength, HASH_LENGTH));
    // Two texts have the same hash of nine characters once in 10^16 times: the loop ends at once.
    for (let again = 0; ; again += 1) {
      const hashed = prefix + hashOf(`${id}\n${count}\n${again}`, length);
      if (!this.#given.has(hashed) && !this.#fitting.has(hashed)) return hashed;
    }
  }
}
