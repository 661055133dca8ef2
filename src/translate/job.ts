import { noFacts } from '../dialects/body-facts.ts';
import type { BodyFacts } from '../dialects/body-facts.ts';
import { scanBody } from '../dialects/json-scan.ts';
import type { Target } from '../dialects/operations.ts';
import type { ResponseHeaders } from '../upstream/exchange.ts';
import { NotExpressible } from './asked.ts';
import type { AnswerContext, CallOptions, Json } from './asked.ts';
import { begin } from './begin.ts';
import type { Course } from './course.ts';
import { inexpressible } from './inexpressible.ts';
import type { NotPut } from './inexpressible.ts';
import { leftOut } from './left-out.ts';
import { briefEchoOf, echoOf, readingOf } from './reading.ts';
import type { Retelling } from './retelling.ts';
import { SdkRetelling } from './sdk-retelling.ts';
import { wayFrom } from './ways.ts';
import type { Way } from './ways.ts';
import { WholeRetelling } from './whole.ts';
import type { WholeTranslation } from './whole.ts';

/*
 * What translating comes to, as plain data in and plain data out, so that it can be done in any thread. No job holds a
 * credential: what a package would send is caught, and headers are put together by who sends them.
 */

/** What a package is asked to have it read an answer; undefined where no package does. */
export type Reading = CallOptions | undefined;

/** A request to be put into other words. */
export interface RequestJob {
  readonly kind: 'request';
  readonly course: Course;
  readonly body: Uint8Array;
  /** It is large: an answer does not say back all that smaller ones do. */
  readonly isLarge: boolean;
}

/** An answer that is all there, to be put back. */
export interface AnswerJob {
  readonly kind: 'answer';
  readonly course: Course;
  readonly reading: Reading;
  readonly context: AnswerContext;
  readonly headers: ResponseHeaders;
  readonly body: Uint8Array;
}

/** A request in the provider's words, and what reading its answer needs. */
export interface PutRequest {
  readonly kind: 'put';
  /** What the package would have sent, names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  readonly facts: BodyFacts;
  /** Fields that were left out, by their names. */
  readonly dropped: readonly string[];
  /** Of the request, what its answer may say back. */
  readonly echo: Json;
  readonly reading: Reading;
  readonly target: Target;
}

/** Puts a request into the words of a provider. */
export async function putRequest({
  course,
  body,
  isLarge,
}: Omit<RequestJob, 'kind'>): Promise<PutRequest | NotPut> {
  const way = wayOf(course);
  try {
    const json = readBody(body);
    const echo = isLarge ? briefEchoOf(json) : echoOf(json);
    switch (way.kind) {
      case 'whole':
        return { ...putWhole(json, course.model, way.translation), echo };
      case 'package':
        return { ...(await ask(json, course, way)), echo };
    }
  } catch (error) {
    return inexpressible(error);
  }
}

/** Puts an answer back into the client's words. Rejects with a `RetellingError` where it cannot be read. */
export function putAnswer({ headers, body, ...asked }: Omit<AnswerJob, 'kind'>): Promise<Buffer> {
  const retelling = retellingFor({ ...asked, dropped: [], gone: new AbortController().signal });
  return retelling.whole(200, headers, Buffer.from(body.buffer, body.byteOffset, body.byteLength));
}

/** What a retelling is made of, beside the answer. */
export interface Retold extends Pick<AnswerJob, 'course' | 'reading' | 'context'> {
  /** Fields of the request that were left out, by their names. */
  readonly dropped: readonly string[];
  /** Aborted when the client has gone. */
  readonly gone: AbortSignal;
}

/** The way back for the answer to a request that was put into other words. */
export function retellingFor({ course, reading, context, dropped, gone }: Retold): Retelling {
  const way = wayOf(course);
  if (way.kind === 'whole') return new WholeRetelling(way.translation, context, dropped);
  if (reading === undefined) throw new TypeError('a package reads no answer that it was not asked for');
  return new SdkRetelling({
    streams: course.stream,
    begin: () => begin(course, way.far, reading),
    near: way.near,
    context,
    dropped,
    gone,
  });
}

/** The parts of a request's translation that two functions are all of. Throws `NotExpressible`. */
export function putWhole(json: Json, model: string, translation: WholeTranslation): Omit<PutRequest, 'echo'> {
  const { target, body, dropped } = translation.request(json, model);
  const headers = { 'content-type': 'application/json' };
  return { ...sent(headers, JSON.stringify(body)), dropped, target, reading: undefined };
}

async function ask(
  json: Json,
  course: Course,
  { near, far }: Extract<Way, { readonly kind: 'package' }>,
): Promise<Omit<PutRequest, 'echo'>> {
  const { model, manner, stream, dialect } = course;
  const asked = near.read(json);
  const options = far.fit(asked, model, manner);
  const { line, asking } = begin(course, far, options);
  const request = await line.caught(asking.result);
  // What the package holds while it waits is as large as the request: it is asked again when there is an answer.
  asking.result.catch(() => undefined);
  line.drop();
  return {
    ...sent(request.headers, far.mend?.(request.body, options) ?? request.body),
    // A list of tools may hold any number of kinds that are not known.
    dropped: [...new Set([...asked.dropped, ...leftOut(asked.options, far.lacks, dialect)])].slice(
      0,
      MAX_FIELDS,
    ),
    target: far.target(model, stream),
    reading: readingOf(options),
  };
}

function sent(
  headers: PutRequest['headers'],
  text: string,
): Pick<PutRequest, 'kind' | 'headers' | 'body' | 'facts'> {
  const body = Buffer.from(text);
  const facts = scanBody(body);
  return { kind: 'put', headers, body, facts: facts.kind === 'facts' ? facts : noFacts() };
}

function wayOf({ operation, native }: Course): Way {
  const way = wayFrom(operation, native);
  if (way === undefined) throw new TypeError(`no way from ${operation} to ${native}`);
  return way;
}

/** The JSON of a body that a scan has been over. Throws `NotExpressible`. */
export function readBody(body: Uint8Array): Json {
  try {
    const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
    const json: unknown = JSON.parse(bytes.toString());
    if (isJson(json)) return withFewFields(json);
  } catch (error) {
    if (error instanceof NotExpressible) throw error;
    // Said below: the scan of its top level lets much through.
  }
  throw new NotExpressible('its body is not valid JSON');
}

/** No dialect has more fields than some dozens, and what is not known is named to the client, and can be said back. */
const MAX_FIELDS = 10_000;

function withFewFields(json: Json): Json {
  if (Object.keys(json).length <= MAX_FIELDS) return json;
  throw new NotExpressible(`it has more than ${MAX_FIELDS} fields`);
}

function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
