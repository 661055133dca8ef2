import { itemsOf, membersOf, plainStringAt, spaceEnd } from '../scan/json-walk.ts';
import { SseScanner } from '../scan/sse-scanner.ts';
import type { FrameSink } from '../scan/sse-scanner.ts';
import type { Operation } from './operation.ts';

const MAX_ID_BYTES = 256;
/** Ids of an answer that are read. */
const MAX_IDS = 16;
const OPEN_BRACE = 0x7b;

/**
 * The ids of resources of the account in an answer, by the operation's `answerIds`; in a stream those of the first event
 * that has some: `response.created`, or a chat chunk.
 * @param head the answer, or its beginning, which may be cut anywhere
 */
export function answerIds({ answerIds: fields }: Operation, head: Buffer): readonly string[] {
  return idsOf(fields, head);
}

/** The same by the operation's `ownedIds`. */
export function ownedIds({ ownedIds: fields }: Operation, head: Buffer): readonly string[] {
  return idsOf(fields, head);
}

function idsOf(fields: readonly string[], head: Buffer): readonly string[] {
  if (fields.length === 0) return [];
  const start = spaceEnd(head, 0);
  if (head[start] === OPEN_BRACE) return idsIn(head, start, fields);
  const first = new FirstIds(fields);
  const scanner = new SseScanner(first);
  scanner.read(head);
  scanner.end();
  return first.ids;
}

class FirstIds implements FrameSink {
  ids: readonly string[] = [];
  readonly #fields: readonly string[];

  constructor(fields: readonly string[]) {
    // Events of the Responses API have the response so far.
    this.#fields = [...fields, 'response'];
  }

  onFrame(_: string, bytes: Buffer, start: number, end: number): void {
    if (this.ids.length > 0) return;
    const data = bytes.subarray(start, end);
    this.ids = idsIn(data, spaceEnd(data, 0), this.#fields);
  }

  onBareJson(): void {
    // It is no event.
  }
}

function idsIn(body: Buffer, from: number, fields: readonly string[]): string[] {
  const ids: string[] = [];
  let left = fields.length;
  for (const { key, start } of membersOf(body, from)) {
    if (!fields.includes(key)) continue;
    for (const id of idsAt(body, start)) if (ids.length < MAX_IDS) ids.push(id);
    if (--left === 0) break;
  }
  return ids;
}

/** A string, those of a list, or the `id` of an object: Kling has `task_id` in a task, and Coze a second id beside it. */
function* idsAt(body: Buffer, at: number): Generator<string> {
  const text = plainStringAt(body, at, MAX_ID_BYTES);
  if (text !== undefined) yield text;
  for (const item of itemsOf(body, at)) {
    const itemText = plainStringAt(body, item, MAX_ID_BYTES);
    if (itemText !== undefined) yield itemText;
  }
  let hasId = false;
  for (const { key, start } of membersOf(body, at)) {
    const isId = key === 'id' || key === 'task_id';
    if (isId || key === 'conversation_id') {
      const id = plainStringAt(body, start, MAX_ID_BYTES);
      if (id !== undefined) yield id;
    } else if (hasId) return;
    hasId ||= isId;
  }
}
