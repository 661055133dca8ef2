import { splice } from './body-facts.ts';
import { itemsOf, membersOf, spaceEnd, valueEnd } from './json-walk.ts';

/** A value to be put into JSON text. */
export interface Edit {
  /** Names of members and indexes of items, outermost first. */
  readonly path: readonly string[];
  /** The value, as JSON. */
  readonly json: string;
  /** Whether it replaces what stands there, `null` included. */
  readonly overwrites: boolean;
}

const CLOSE_BRACE = 0x7d;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const OPEN_BRACKET = 0x5b;
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

/**
 * Sets a value in a JSON object; every other byte stays as it is. Of several equal names the last one counts, as
 * everywhere. An item is set where the list has it, or follows its last one. The same bytes where nothing is set,
 * and where they are no object.
 */
export function setInObject(body: Buffer, { path, json, overwrites }: Edit): Buffer {
  let at = rootOf(body);
  if (body[at] !== OPEN_BRACE) return body;
  for (const [depth, name] of path.entries()) {
    const value = nested(path.slice(depth + 1), json);
    if (body[at] === OPEN_BRACE) {
      const found = memberStart(body, at, name);
      if (found === undefined) return insertMember(body, at, `${JSON.stringify(name)}:${value}`);
      at = found;
    } else if (body[at] === OPEN_BRACKET) {
      const starts = [...itemsOf(body, at)];
      const found = isIndex(name) ? starts[Number(name)] : undefined;
      if (found === undefined) return Number(name) === starts.length ? append(body, at, starts, value) : body;
      at = found;
    } else return overwrites ? replace(body, at, nested(path.slice(depth), json)) : body;
  }
  return overwrites ? replace(body, at, json) : body;
}

/** Where the value of a member of the JSON object begins that a body is; undefined where there is none. */
export function memberAt(body: Buffer, name: string): number | undefined {
  return memberStart(body, rootOf(body), name);
}

function rootOf(body: Buffer): number {
  return spaceEnd(body, body.subarray(0, 3).equals(BYTE_ORDER_MARK) ? 3 : 0);
}

/** Where the value of an object's member begins, whose name may be written with escapes. */
function memberStart(body: Buffer, object: number, name: string): number | undefined {
  const written = JSON.stringify(name);
  let start: number | undefined;
  for (const member of membersOf(body, object)) {
    const key = Buffer.from(`"${member.key}"`, 'latin1').toString();
    if (key === written || (key.includes('\\') && meaningOf(key) === name)) start = member.start;
  }
  return start;
}

function meaningOf(key: string): unknown {
  try {
    return JSON.parse(key);
  } catch {
    // What stands inside nested values has not been checked: it is the provider's business.
    return undefined;
  }
}

/** The value inside the objects that lead to it. */
function nested(path: readonly string[], json: string): string {
  return path.reduceRight(
    (inner, name) => (name === '0' ? `[${inner}]` : `{${JSON.stringify(name)}:${inner}}`),
    json,
  );
}

function insertMember(body: Buffer, object: number, member: string): Buffer {
  const isEmpty = body[spaceEnd(body, object + 1)] === CLOSE_BRACE;
  return splice(body, object + 1, object + 1, isEmpty ? member : `${member},`);
}

function append(body: Buffer, list: number, starts: readonly number[], item: string): Buffer {
  const last = starts.at(-1);
  const end = last === undefined ? list + 1 : valueEnd(body, last);
  const closes = spaceEnd(body, Math.max(end, 0));
  if (end < 0 || body[closes] !== CLOSE_BRACKET) return body;
  return splice(body, end, end, last === undefined ? item : `,${item}`);
}

function replace(body: Buffer, at: number, json: string): Buffer {
  const end = valueEnd(body, at);
  return end < 0 ? body : splice(body, at, end, json);
}

function isIndex(name: string): boolean {
  return /^\d{1,6}$/.test(name);
}
