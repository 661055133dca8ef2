import { noFacts } from './body-facts.ts';
import { idsInText, idStrings } from './id-strings.ts';
import type { BodyFacts, BodyFault, FactsDraft, ScanOptions } from './body-facts.ts';

/*
 * Reads the same facts as `json-scan.ts` from a `multipart/form-data` body (RFC 7578). It searches for the boundaries and
 * reads only the few parts it needs.
 */

/** RFC 2046 allows a boundary no more. */
const MAX_BOUNDARY_LENGTH = 70;
/**
 * Room for a file name of 255 characters, each written as three escaped bytes, twice. A thousand such parts take some 20
 * ms. Bytes.
 */
const MAX_PART_HEADER_BYTES = 4 * 1024;
const MAX_FIELD_BYTES = 1024;
/**
 * No API has more than some dozens of parts. Each takes microseconds, and a million of them would block the event loop
 * for seconds.
 */
const MAX_PARTS = 1_000;
/** Fields with the id of a file or a video, as forms write members of objects: `video[id]`. */
const REFERENCE_FIELD = /^(?:video\[id\]|(?:.*\[)?file_ids?\]?(?:\[\d*\])?)$/u;
const CRLF = '\r\n';
const CR = 0x0d;
/** For a parameter that servers read in different ways. */
const AMBIGUOUS = Symbol('ambiguous');
const CONTINUED = /(?:^|\n)[ \t]/u;
const DISPOSITIONS = /^content-disposition[ \t]*:[^\r\n]*/gimu;
const FILE = /;[ \t]*filename\*?[ \t]*=/iu;
const HEADER_END = Buffer.from('\r\n\r\n');

/**
 * Scans a form. Lines must end in CRLF, as the standard has it; the last of several equal fields counts. What servers read in
 * different ways is refused, since the provider might read another resource in it than the gateway: a name given twice, in
 * the notation of RFC 2231 (which RFC 7578, 4.2, forbids) or with letters escaped, folded headers, a boundary after a bare LF.
 * Who pays: clients that write forms as no browser and no SDK does.
 * @param contentType of the request: it names the boundary
 */
export function scanForm(
  body: Buffer,
  contentType: string,
  options: ScanOptions = {},
): BodyFacts | BodyFault {
  const facts = noFacts();
  const { allIds = false } = options;
  const end = walkForm(body, contentType, ({ name, headers, start, end: stop }) => {
    setFact(facts, name, body, start, stop);
    if (allIds) facts.refs = [...facts.refs, ...idsInPart(headers, body.subarray(start, stop))];
  });
  if (typeof end === 'object') return end;
  facts.whole = end === 'whole';
  if (facts.whole || options.partial === true) return facts;
  if (body.length === 0) return invalid(0, 'The body is empty.');
  return {
    kind: 'fault',
    code: 'truncated',
    at: body.length,
    message: 'The form ends before its last boundary.',
  };
}

/** One part of a form. */
export interface FormPart {
  /** Undefined where its headers name none. */
  readonly name: string | undefined;
  /** As they were written, without the line before them. */
  readonly headers: string;
  /** Where its content begins and ends. */
  readonly start: number;
  readonly end: number;
}

/**
 * Calls `onPart` with each part of a form that is whole.
 * @param contentType of the request: it names the boundary
 * @returns whether the form is whole, or its bytes ran out; what is wrong with it otherwise
 */
export function walkForm(
  body: Buffer,
  contentType: string,
  onPart: (part: FormPart) => void,
): 'whole' | 'cut' | BodyFault {
  const boundary = headerParameter(contentType, 'boundary') ?? '';
  if (boundary === '' || boundary === AMBIGUOUS || boundary.length > MAX_BOUNDARY_LENGTH) {
    return invalid(0, 'The content type names no usable boundary.');
  }
  // It has to follow a CR.
  const delimiter = Buffer.from(`\n--${boundary}`, 'latin1');
  let at = firstDelimiterEnd(body, delimiter);
  let parts = 0;
  while (at >= 0 && at + CRLF.length <= body.length) {
    const follows = body.toString('latin1', at, at + CRLF.length);
    if (follows === '--') return 'whole';
    if (follows !== CRLF) return invalid(at, 'Something follows a boundary on its line.');
    if (++parts > MAX_PARTS) return invalid(at, `The form has more than ${MAX_PARTS} parts.`);
    const headerEnd = body.indexOf(HEADER_END, at);
    if ((headerEnd < 0 ? body.length : headerEnd) - at > MAX_PART_HEADER_BYTES) {
      return invalid(at, `The headers of a part exceed ${MAX_PART_HEADER_BYTES} bytes.`);
    }
    if (headerEnd < 0) return 'cut';
    const start = headerEnd + HEADER_END.length;
    const headers = body.toString('latin1', at + CRLF.length, headerEnd);
    const name = fieldName(headers);
    if (name === AMBIGUOUS) return invalid(at, 'The headers of a part name its field in more than one way.');
    // The end of the last header's line may be the one before the boundary.
    const found = body.indexOf(delimiter, start - 1);
    if (found < 0) return 'cut';
    if (body[found - 1] !== CR) return invalid(found, 'The line before a boundary does not end in CRLF.');
    onPart({ name, headers, start, end: Math.max(start, found - 1) });
    at = found + delimiter.length;
  }
  return 'cut';
}

/** The first boundary needs no line before it. -1 without one. */
function firstDelimiterEnd(body: Buffer, delimiter: Buffer): number {
  const boundary = delimiter.subarray(1);
  if (body.subarray(0, boundary.length).equals(boundary)) return boundary.length;
  const found = body.indexOf(delimiter);
  return found < 0 ? -1 : found + delimiter.length;
}

/** In a field's text, which may be JSON; a file may hold anything. */
function idsInPart(headers: string, content: Buffer): readonly string[] {
  const text = content.length <= MAX_FIELD_BYTES ? idsInText(content.toString()) : [];
  return FILE.test(headers) ? text : [...text, ...idStrings(content)];
}

function setFact(
  facts: FactsDraft,
  field: string | undefined,
  body: Buffer,
  start: number,
  end: number,
): void {
  if (field === undefined) return;
  const value = end - start <= MAX_FIELD_BYTES ? body.toString('utf8', start, end) : undefined;
  if (REFERENCE_FIELD.test(field)) {
    facts.refs = facts.plainRefs = [...facts.refs, value ?? ''];
    return;
  }
  if (field !== 'model' && field !== 'stream') return;
  if (field === 'stream') {
    facts.stream = value?.toLowerCase() === 'true';
    return;
  }
  facts.model = value;
  facts.modelSpan = value === undefined ? undefined : { start, end, notation: 'plain' };
}

/** The `name` of a part's `Content-Disposition`. */
function fieldName(headers: string): string | typeof AMBIGUOUS | undefined {
  if (CONTINUED.test(headers)) return AMBIGUOUS;
  const [line, ...more] = headers.match(DISPOSITIONS) ?? [];
  if (line === undefined) return undefined;
  return more.length > 0 ? AMBIGUOUS : headerParameter(line, 'name');
}

/** One parameter of a header such as `form-data; name="model"`, where a quoted value may hold semicolons. */
function headerParameter(header: string, wanted: string): string | typeof AMBIGUOUS | undefined {
  let found: string | undefined;
  let at = header.indexOf(';');
  while (at >= 0) {
    const equals = header.indexOf('=', at);
    if (equals < 0) return found;
    const name = header
      .slice(at + 1, equals)
      .trim()
      .toLowerCase();
    const quoted = header[equals + 1] === '"';
    const end = quoted ? closingQuote(header, equals + 2) : header.indexOf(';', equals);
    if (name === wanted) {
      const value = header.slice(quoted ? equals + 2 : equals + 1, end < 0 ? header.length : end);
      if (found !== undefined || /\\[^"\\]/u.test(value)) return AMBIGUOUS;
      found = quoted ? value : value.trim();
    } else if (name.startsWith(`${wanted}*`)) return AMBIGUOUS;
    at = end < 0 ? -1 : header.indexOf(';', end);
  }
  return found;
}

function closingQuote(header: string, from: number): number {
  for (let at = from; at < header.length; at++) {
    if (header[at] === '\\') at++;
    else if (header[at] === '"') return at;
  }
  return -1;
}

function invalid(at: number, message: string): BodyFault {
  return { kind: 'fault', code: 'invalid_form', at, message };
}
