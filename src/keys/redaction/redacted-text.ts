/*
 * Texts for people and logs, without what nobody may read in them. Which credentials there are is not known here, so what
 * looks like one is left out: what is known is taken out of answers before it gets anywhere (`redactor.ts`).
 */

/** A URL: what stands before its host, and its query. */
const URLS = /\b([a-z][a-z\d+.-]*:\/\/)([^\s"'<>?#]*@)?([^\s"'<>?#]*)(\?[^\s"'<>#]*)?/giu;

/** How a credential is shown to a server. */
const SCHEMES = /\b(bearer|basic)(\s+|%20)[\w.~+/=-]{8,}/giu;

/** Beginnings by which vendors let their keys be known, and what follows of those. */
const KEYS =
  /\b(sk|pk|rk|gsk|csk|xai|hf|r8|nvapi|fw|pplx|AIza|AKIA|ASIA|ya29|ghp|gho|github_pat)([-_.]?)[\w.-]{14,}/gu;

/** The one parameter that says nothing of anybody, and is worth reading. */
const READABLE = /^api-version=/u;

const HIDDEN = '***';

/** The text with three stars in the place of credentials in URLs, values of queries, and what looks like a key. */
export function redactedText(text: string): string {
  const plain = text.includes('://') ? text.replaceAll(URLS, withoutSecrets) : text;
  return withStars(withStars(plain, SCHEMES), KEYS);
}

/** Looks first, which costs a tenth of replacing: nearly no text has any, and each request logs two. */
function withStars(text: string, pattern: RegExp): string {
  return text.search(pattern) < 0 ? text : text.replaceAll(pattern, `$1$2${HIDDEN}`);
}

function withoutSecrets(_: string, scheme: string, user = '', place = '', query = ''): string {
  const shown = query === '' ? '' : `?${query.slice(1).split('&').map(withoutValue).join('&')}`;
  return scheme + (user === '' ? '' : `${HIDDEN}@`) + place + shown;
}

function withoutValue(pair: string): string {
  const equals = pair.indexOf('=');
  // What stands alone may be a credential as well.
  if (equals < 0) return pair === '' ? '' : HIDDEN;
  return READABLE.test(pair) ? pair : `${pair.slice(0, equals)}=${HIDDEN}`;
}

/** Deeper values are not looked at, and left out. */
const MAX_DEPTH = 6;

/** Nor are more than this, of one value: an error may have half a program hanging from it. */
const MAX_VALUES = 1000;

/** How objects with a class of their own are taken: as what they hold, or as they are, since they say how they are written. */
export type OwnClasses = 'opened' | 'kept';

/** The same for whatever is logged: for all texts in lists and objects, with the rest as it is. */
export function redactedValue(value: unknown, ownClasses: OwnClasses = 'kept'): unknown {
  let left = MAX_VALUES;
  const redacted = (each: unknown, depth: number): unknown => {
    if (typeof each === 'string') return redactedText(each);
    if (typeof each !== 'object' || each === null) return each;
    if (!Array.isArray(each) && ownClasses === 'kept' && !isPlain(each)) return each;
    if (depth > MAX_DEPTH || --left < 0) return HIDDEN;
    if (Array.isArray(each)) return each.map((item) => redacted(item, depth + 1));
    return Object.fromEntries(
      Object.entries(each).map(([name, member]) => [name, redacted(member, depth + 1)]),
    );
  };
  return redacted(value, 0);
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
