import { isModelName } from '../../base/model-name.ts';
import type { Family } from './operation.ts';

/* What is read of a request line, whatever operation it is for. */

/** Headers by their names in lower case. */
export type RequestHeaders = Readonly<Record<string, string | string[] | undefined>>;

/** The client's API by the version before the path and the headers; `openai` where neither tells. */
export function clientFamily(version: string | undefined, headers: RequestHeaders): Family {
  if (headers['anthropic-version'] !== undefined) return 'anthropic';
  if (version === 'v1beta' || version === 'v1alpha' || headers['x-goog-api-key'] !== undefined)
    return 'gemini';
  return 'openai';
}

/** A segment that names the version of an API. */
export const VERSION = /^v\d+[a-z]*\d*$/u;
/** `vector_stores`, `cachedContents`: what no provider makes an id of, which has a digit or an odd capital somewhere. */
const WORD = /^[a-z]+(?:[A-Z][a-z]+)*(?:[._-][a-z]+)*$/u;

/** Whether a segment may be the id of a resource. */
export function isId(segment: string): boolean {
  return !WORD.test(segment) && !VERSION.test(segment);
}

/** What of a path follows the last version in it; all of it without one. */
export function segmentsBehindVersion(segments: readonly string[]): readonly string[] {
  return segments.slice(segments.findLastIndex((segment) => VERSION.test(segment)) + 1);
}

/** A request target in its parts, as the client wrote them. */
export interface RequestUrl {
  readonly path: string;
  /** Of the path, without its trailing slash. The first one is empty. */
  readonly segments: readonly string[];
  /** Empty, or from the `?` on, without a credential in `key=`. */
  readonly query: string;
}

/** What names the host in a target as a proxy is sent it (RFC 9112, 3.2.2): a server takes it, and looks at the rest. */
const AUTHORITY = /^https?:\/\/[^/?#]*/iu;

/**
 * Reads a request target: a path, with or without a query.
 * @returns undefined where a segment is malformed or unsafe, for what is no path, and for one with a fragment, which has no place
 * in a request: some servers end the path there.
 */
export function readUrl(url: string): RequestUrl | undefined {
  const written = url.replace(AUTHORITY, '');
  if (written.includes('#') || !/^(?:[/?]|$)/u.test(written)) return undefined;
  const mark = written.indexOf('?');
  const path = mark < 0 ? written : written.slice(0, mark);
  const segments = path.split('/');
  if (segments.at(-1) === '') segments.pop();
  if (!PLAIN.test(path) && !segments.every(isSafeSegment)) return undefined;
  return { path, segments, query: mark < 0 ? '' : withoutCredential(written.slice(mark + 1)) };
}

/** Nearly all paths: nothing in them has to be decoded, and no segment can be one of dots. */
const PLAIN = /^[\w/:@~-]*$/u;

/**
 * Whether a segment means the same to every server. It may hold encoded slashes (a model `org/name`), but some servers decode
 * before they resolve dots, and proxies before them once more, so dots are looked for in the decoded segment.
 */
function isSafeSegment(segment: string): boolean {
  let decoded = segment;
  if (segment.includes('%')) {
    try {
      decoded = decodeURIComponent(segment);
    } catch {
      return false;
    }
  }
  return !decoded.includes('..') && !decoded.includes('\\') && isModelName(decoded);
}

/** The client's credential is for the gateway, and not sent on; everything else stays as it is. */
function withoutCredential(query: string): string {
  const kept = query.split('&').filter((pair) => !isCredential(pair));
  return kept.length === 0 || (kept.length === 1 && kept[0] === '') ? '' : `?${kept.join('&')}`;
}

function isCredential(pair: string): boolean {
  const equals = pair.indexOf('=');
  const name = equals < 0 ? pair : pair.slice(0, equals);
  if (!name.includes('%')) return name === 'key';
  try {
    return decodeURIComponent(name) === 'key';
  } catch {
    return false;
  }
}
