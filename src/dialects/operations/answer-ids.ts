import { itemsOf, membersOf, plainStringAt, spaceEnd } from '../scan/json-walk.ts';
import { SseScanner } from '../scan/sse-scanner.ts';
import type { FrameSink } from '../scan/sse-scanner.ts';
import type { Operation } from './operation.ts';

const MAX_ID_BYTES = 256;
/** Ids of an answer that are read. */
const MAX_IDS = 16;
const OPEN_BRACE = 0x7b;
const GOOGLE_OPERATION = '/operations/';
/** Members with the id of an object: Kling and DashScope have tasks, MiniMax files, Tencent Cloud jobs. */
const ID_MEMBERS: ReadonlySet<string> = new Set(['id', 'task_id', 'file_id', 'JobId']);

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
    for (const id of idsAt(body, key, start)) if (ids.length < MAX_IDS) ids.push(id);
    if (--left === 0) break;
  }
  return ids;
}

/** MiniMax writes these as numbers. */
const NUMBERED: ReadonlySet<string> = new Set(['task_id', 'file_id']);
const NUMBER = /^\d{1,20}(?![\d.eE])/;

/** The id that a member has. */
function idAt(body: Buffer, key: string, at: number): string | undefined {
  const text = plainStringAt(body, at, MAX_ID_BYTES);
  if (text !== undefined || !NUMBERED.has(key)) return text;
  return NUMBER.exec(body.toString('latin1', at, at + 24))?.[0];
}

/** A string, those of a list, or the id of an object, beside which Coze has a second one. */
function* idsAt(body: Buffer, memberKey: string, at: number): Generator<string> {
  const text = idAt(body, memberKey, at);
  if (text !== undefined) {
    yield text;
    // A name of Google's, `models/x/operations/y`, is asked for as a path, which ends in the id.
    const operation = text.lastIndexOf(GOOGLE_OPERATION);
    if (operation >= 0) yield text.slice(operation + GOOGLE_OPERATION.length);
  }
  for (const item of itemsOf(body, at)) {
    const itemText = plainStringAt(body, item, MAX_ID_BYTES);
    if (itemText !== undefined) yield itemText;
  }
  let hasId = false;
  for (const { key, start } of membersOf(body, at)) {
    const isId = ID_MEMBERS.has(key);
    if (isId || key === 'conversation_id') {
      const id = idAt(body, key, start);
      if (id !== undefined) yield id;
    } else if (hasId) return;
    hasId ||= isId;
  }
}
