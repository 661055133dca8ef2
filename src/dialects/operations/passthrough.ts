import type { Target } from './find-target.ts';
import { operation } from './operation.ts';
import type { Dialect, Operation } from './operation.ts';
import { idsInText } from '../scan/id-strings.ts';
import { clientFamily, isId, readUrl, segmentsBehindVersion, VERSION } from './request-line.ts';
import type { RequestHeaders } from './request-line.ts';

/*
 * Requests for paths that belong to no operation. Nothing is known of them but what their form tells: which segment may name
 * a model, and which may be the id of a resource. They are sent as the client wrote them, or not at all.
 */

/** What an answer of unknown meaning can be taken for: a whole body or a stream, of the dialect that its client speaks. */
const DIALECTS = {
  openai: 'openai',
  anthropic: 'anthropic-messages',
  gemini: 'gemini-generate',
  bedrock: 'openai',
  vendor: 'openai',
} satisfies Record<string, Dialect>;

const METHODS: readonly Operation['method'][] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

/** Segments behind which a model stands: at Azure a deployment, at Bedrock `model`, elsewhere `models`. */
const MODEL_COLLECTIONS: ReadonlySet<string> = new Set(['deployments', 'model', 'models']);

/** In Google's paths, behind a model or an id. */
const VERB = /:[a-z][A-Za-z]*$/u;

/**
 * The target of a request whose path belongs to no operation.
 * @param upgrades - whether it asks for a WebSocket
 * @returns undefined for what means different things to different servers, and for other methods
 */
export function passthroughTarget(
  method: string,
  url: string,
  headers: RequestHeaders,
  upgrades: boolean,
): Target | undefined {
  const known = METHODS.find((each) => each === method);
  const read = readUrl(url);
  if (known === undefined || read === undefined) return undefined;
  const { path, query } = read;
  const segments = read.segments.slice(1);
  // Servers may merge slashes.
  if (segments.includes('')) return undefined;
  const model = modelIn(segments);
  // With other methods a model is a resource: a client may delete one.
  const modelAt = known === 'POST' ? model?.at : undefined;
  const ids = segments.filter((segment, at) => at !== modelAt && isId(segment));
  const [pathId] = ids;
  return {
    operation: passthroughOperation(known, headers, segments, model !== undefined, upgrades),
    path,
    prefix: '',
    query,
    ...(model !== undefined && { pathModel: decodeURIComponent(model.text), modelSpan: model.span }),
    ...(pathId !== undefined && { pathId }),
    mentionedIds: [...ids.slice(1).flatMap(idsInSegment), ...idsInQuery(query)],
  };
}

function passthroughOperation(
  method: Operation['method'],
  headers: RequestHeaders,
  segments: readonly string[],
  hasModel: boolean,
  upgrades: boolean,
): Operation {
  const family = clientFamily(
    segments.find((segment) => VERSION.test(segment)),
    headers,
  );
  // What a POST or PATCH does is not known, so that it is not done twice. The others may be repeated (RFC 9110, 9.2.2).
  const creates = method === 'POST' || method === 'PATCH';
  const pattern = segments.map((segment) => (isId(segment) ? '{id}' : segment)).join('/');
  return operation('passthrough', DIALECTS[family], method, `/${pattern}`, {
    isPassthrough: true,
    modelIn: hasModel ? 'path' : 'json',
    modelRequired: false,
    upgrades,
    creates,
    stateful: true,
    answerIds: creates ? ['id'] : [],
  });
}

interface ModelPlace {
  /** As the client wrote it. */
  readonly text: string;
  /** The index of its segment. */
  readonly at: number;
  /** In the path. */
  readonly span: { readonly start: number; readonly end: number };
}

function modelIn(segments: readonly string[]): ModelPlace | undefined {
  const at = segments.findIndex((_, index) => MODEL_COLLECTIONS.has(segments[index - 1] ?? ''));
  const segment = segments[at];
  if (segment === undefined) return undefined;
  const text = at === segments.length - 1 ? segment.replace(VERB, '') : segment;
  const start = segments.slice(0, at).reduce((length, { length: more }) => length + more + 1, 1);
  return { text, at, span: { start, end: start + text.length } };
}

function idsInQuery(query: string): readonly string[] {
  return Array.from(new URLSearchParams(query)).flat().map(fullyDecoded).flatMap(idsInText);
}

/** What a segment may name where its encoded slashes are read as slashes. */
function idsInSegment(segment: string): readonly string[] {
  return [decodeURIComponent(segment), ...fullyDecoded(segment).split('/')];
}

/**
 * Whether a request makes a new thing in a collection, as `POST /v1/vector_stores` does: behind the version there is one word.
 */
export function isAtCollection({ operation: { method }, path }: Target): boolean {
  const behind = segmentsBehindVersion(path.split('/').filter((segment) => segment !== ''));
  return method === 'POST' && behind.length === 1 && !isId(behind[0] ?? '');
}

/**
 * Whether a path leads to the administration of the account, `/v1/organization` at OpenAI and `/v1/organizations` at Anthropic,
 * however it is written. So may any action of Tencent Cloud's that is not known: some change how the account is billed.
 */
export function isAdministration({ path, action }: Target): boolean {
  if (action !== undefined) return true;
  return /(?<![\w-])organizations?(?![\w-])/iu.test(fullyDecoded(path));
}

/** Servers decode a path once, and proxies before them once more. */
const MAX_DECODINGS = 3;

function fullyDecoded(text: string): string {
  let decoded = text;
  for (let decodings = 0; decodings < MAX_DECODINGS; decodings++) decoded = decodedOnce(decoded);
  return decoded;
}

function decodedOnce(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
