import { unescaped } from './json-strings.ts';
import { bomEnd, itemsOf, membersOf, spaceEnd, valueEnd, walkMembers } from './json-walk.ts';

/*
 * Edits JSON text in place: every byte that an edit does not name stays as it is. A byte order mark before the text is
 * stepped over, names may be written with escapes, and of several equal names the last one counts, as in `JSON.parse`.
 * What cannot be edited (no object, a malformed value on the way) is given back as the very same bytes.
 */

/** A value to be set in JSON text. */
export interface Edit {
  /** Names of members and indexes of items, outermost first. */
  readonly path: readonly string[];
  /** The value, as JSON. */
  readonly json: string;
  /** Whether it replaces what stands there, `null` included. */
  readonly overwrites: boolean;
  /** Names count in `snake_case` too: Google's APIs read `safety_settings` as `safetySettings`. */
  readonly alsoSnakeCase?: boolean;
}

const CLOSE_BRACE = 0x7d;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const OPEN_BRACKET = 0x5b;

/**
 * Sets a value in the JSON object that a body is. Objects on the way are made where there are none; an item is set where
 * the list has it, or follows its last one.
 */
export function setInObject(body: Buffer, edit: Edit): Buffer {
  return setAt(body, rootOf(body), edit);
}

/** The same in the object that stands at `object`. */
export function setAt(body: Buffer, object: number, { path, json, overwrites, ...names }: Edit): Buffer {
  let at = object;
  if (body[at] !== OPEN_BRACE) return body;
  for (const [depth, name] of path.entries()) {
    const value = nested(path.slice(depth + 1), json);
    if (body[at] === OPEN_BRACE) {
      const found = memberStart(body, at, name, names.alsoSnakeCase);
      if (found === undefined) return prependMember(body, at, `${JSON.stringify(name)}:${value}`);
      at = found;
    } else if (body[at] === OPEN_BRACKET) {
      const starts = [...itemsOf(body, at)];
      const found = isIndex(name) ? starts[Number(name)] : undefined;
      if (found === undefined)
        return Number(name) === starts.length ? appendItem(body, at, starts, value) : body;
      at = found;
    } else return overwrites ? replaceAt(body, at, nested(path.slice(depth), json)) : body;
  }
  return overwrites ? replaceAt(body, at, json) : body;
}

/** Replaces the value that stands at `at`. */
export function replaceAt(body: Buffer, at: number, json: string): Buffer {
  const end = valueEnd(body, at);
  return end < 0 ? body : splice(body, at, end, json);
}

/**
 * Adds a member behind the last one of the object that a body is, whole and well-formed: offsets into the body stay right.
 * Looks at both ends of the body alone, and not whether the object has the name already.
 * @param member - its name and its value, as JSON
 */
export function appendMember(body: Buffer, member: Buffer): Buffer {
  const end = body.lastIndexOf(CLOSE_BRACE);
  const separator = isEmptyObject(body, rootOf(body)) ? NOTHING : COMMA;
  return Buffer.concat([body.subarray(0, end), separator, member, body.subarray(end)]);
}

const COMMA = Buffer.from(',');
const NOTHING = Buffer.alloc(0);

/** Removes all members of some names from the JSON object that a body is. */
export function removeMembers(body: Buffer, names: readonly string[]): Buffer {
  const root = rootOf(body);
  if (body[root] !== OPEN_BRACE) return body;
  const pieces: Buffer[] = [];
  let keptFrom = 0;
  let lastEnd = 0;
  let hasKept = false;
  let isRemoving = false;
  const end = walkMembers(body, root, (keyStart, keyEnd, _, memberEnd) => {
    // A member goes with the comma before it; the first ones with the comma behind them.
    const start = hasKept ? lastEnd : keyStart - 1;
    if (names.includes(unescaped(body.toString('utf8', keyStart, keyEnd)))) {
      if (!isRemoving) pieces.push(body.subarray(keptFrom, start));
      isRemoving = true;
    } else {
      if (isRemoving) keptFrom = start;
      isRemoving = false;
      hasKept = true;
    }
    lastEnd = memberEnd;
  });
  if (end < 0 || pieces.length === 0) return body;
  return Buffer.concat([...pieces, body.subarray(isRemoving ? lastEnd : keptFrom)]);
}

/**
 * Where the value of a member of the JSON object begins that a body is; undefined where there is none.
 * @param object - where another object stands in it
 */
export function memberAt(body: Buffer, name: string, object = rootOf(body)): number | undefined {
  return memberStart(body, object, name);
}

/** A copy of the bytes with a text in the place of those from `start` to `end`. */
export function splice(body: Buffer, start: number, end: number, text: string): Buffer {
  return Buffer.concat([body.subarray(0, start), Buffer.from(text), body.subarray(end)]);
}

function rootOf(body: Buffer): number {
  return spaceEnd(body, bomEnd(body, 0));
}

function memberStart(body: Buffer, object: number, name: string, alsoSnakeCase = false): number | undefined {
  const names = [name, ...(alsoSnakeCase ? [snakeCase(name)] : [])];
  // Keys are read byte by byte, so the names are written so too.
  const written = new Set(names.map((each) => Buffer.from(each).toString('latin1')));
  let found: number | undefined;
  for (const { key, start } of membersOf(body, object)) {
    const isNamed = key.includes('\\') ? names.includes(meaningOf(key)) : written.has(key);
    if (isNamed) found = start;
  }
  return found;
}

function meaningOf(key: string): string {
  return unescaped(Buffer.from(key, 'latin1').toString());
}

function snakeCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** The value inside the objects and lists that lead to it. */
function nested(path: readonly string[], json: string): string {
  return path.reduceRight(
    (inner, name) => (name === '0' ? `[${inner}]` : `{${JSON.stringify(name)}:${inner}}`),
    json,
  );
}

function prependMember(body: Buffer, object: number, member: string): Buffer {
  return splice(body, object + 1, object + 1, isEmptyObject(body, object) ? member : `${member},`);
}

function isEmptyObject(body: Buffer, object: number): boolean {
  return body[spaceEnd(body, object + 1)] === CLOSE_BRACE;
}

function appendItem(body: Buffer, list: number, starts: readonly number[], item: string): Buffer {
  const last = starts.at(-1);
  const end = last === undefined ? list + 1 : valueEnd(body, last);
  const closes = spaceEnd(body, Math.max(end, 0));
  if (end < 0 || body[closes] !== CLOSE_BRACKET) return body;
  return splice(body, end, end, last === undefined ? item : `,${item}`);
}

function isIndex(name: string): boolean {
  return /^\d{1,6}$/.test(name);
}
