import { membersOf, spaceEnd, valueEnd } from '../../dialects/scan/json-walk.ts';

/** A field of a request's body that the configuration has a say in. */
export interface BodyField {
  /** The object at the top that it stands in; made where there is none. Absent: it stands at the top itself. */
  readonly inside?: string;
  readonly name: string;
  /** What it is set to, as JSON. */
  readonly json: string;
  /** Whether it replaces what the client wrote. */
  readonly overwrites: boolean;
}

const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/**
 * Puts fields into the JSON object that a body is, all else byte for byte as it came. Anything that is no
 * object, and a body that was too large to keep, stays as it is.
 */
export function withFields(body: Buffer, fields: readonly BodyField[]): Buffer {
  return fields.reduce(withField, body);
}

function withField(body: Buffer, field: BodyField): Buffer {
  const { inside, ...own } = field;
  const { name, json, overwrites } = own;
  const open = spaceEnd(body, 0);
  if (body[open] !== OPEN_BRACE) return body;
  const sought = inside ?? name;
  const start = startOf(body, open, sought);
  if (start === undefined) {
    const isEmpty = body[spaceEnd(body, open + 1)] === CLOSE_BRACE;
    const value = inside === undefined ? json : `{${JSON.stringify(name)}:${json}}`;
    return splice(body, open + 1, open + 1, `${JSON.stringify(sought)}:${value}${isEmpty ? '' : ','}`);
  }
  const end = valueEnd(body, start);
  if (end <= 0) return body;
  if (inside !== undefined) return splice(body, start, end, withField(body.subarray(start, end), own));
  return overwrites ? splice(body, start, end, json) : body;
}

/** The value of a field at the top of a body, as JSON; undefined where there is none. */
export function memberOf(body: Buffer, name: string): string | undefined {
  const open = spaceEnd(body, 0);
  const start = body[open] === OPEN_BRACE ? startOf(body, open, name) : undefined;
  if (start === undefined) return undefined;
  const end = valueEnd(body, start);
  return end > 0 ? body.toString('utf8', start, end) : undefined;
}

/** Where a field's value begins: of several of one name the last one counts. */
function startOf(body: Buffer, open: number, name: string): number | undefined {
  return Array.from(membersOf(body, open)).findLast(({ key }) => isNamed(key, name))?.start;
}

/** Google's APIs take a name in both cases: `safety_settings` is `safetySettings`. */
function isNamed(key: string, name: string): boolean {
  return key === name || key === name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function splice(body: Buffer, start: number, end: number, put: string | Buffer): Buffer {
  return Buffer.concat([body.subarray(0, start), Buffer.from(put), body.subarray(end)]);
}
