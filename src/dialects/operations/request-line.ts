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

/** The segments of a path without its trailing slash; undefined where one of them is malformed or unsafe. */
export function splitPath(path: string): string[] | undefined {
  const segments = path.split('/');
  if (segments.at(-1) === '') segments.pop();
  return segments.every(isSafeSegment) ? segments : undefined;
}

/**
 * Whether a segment means the same to every server. It may hold encoded slashes (a model `org/name`), but some servers decode
 * before they resolve dots, so dots are looked for in the decoded segment.
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
  if (decoded.includes('..') || decoded.includes('\\') || hasControl(decoded)) return false;
  return decoded !== '.' && !decoded.startsWith('./') && !decoded.endsWith('/.') && !decoded.includes('/./');
}

function hasControl(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit < 0x20 || unit === 0x7f) return true;
  }
  return false;
}

/** The client's credential is for the gateway, and not sent on; everything else stays as it is. */
export function withoutCredential(query: string): string {
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
