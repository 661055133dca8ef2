import { splitIdState } from '../../opaque-state.ts';

/** The calls of a chat so far, with which results are brought together. */
export class ChatCalls {
  readonly #names = new Map<string, string>();
  /** In their order, without a result so far. */
  #waiting: string[] = [];

  add(toolCallId: string, toolName: string): void {
    this.#names.set(toolCallId, toolName);
    this.#waiting.push(toolCallId);
  }

  /** The call that a result belongs to: one without an id to the first call of its name, or of any, that waits for one. */
  resolve(
    id: string | undefined,
    name: string | undefined,
  ): { readonly toolCallId: string; readonly toolName: string } {
    const first = this.#waiting.find((each) => name === undefined || this.#names.get(each) === name);
    const toolCallId = id === undefined ? (first ?? legacyId(name ?? '')) : splitIdState(id).id;
    this.#waiting = this.#waiting.filter((each) => each !== toolCallId);
    return { toolCallId, toolName: this.#names.get(toolCallId) ?? name ?? 'unknown' };
  }
}

/** Calls of the older `functions` have no ids. */
export function legacyId(name: string): string {
  return `call_${name}`;
}
