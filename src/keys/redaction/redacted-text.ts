/*
 * Redaction of texts for people and logs by pattern: the credentials are not known here. Known ones are redacted before,
 * in responses (`redactor.ts`).
 */

/** A URL: user info, host and path, query. */
const URLS = /\b([a-z][a-z\d+.-]*:\/\/)([^\s"'<>?#]*@)?([^\s"'<>?#]*)(\?[^\s"'<>#]*)?/giu;

/** Credentials of an `Authorization` header. */
const SCHEMES = /\b(bearer|basic)(\s+|%20)[\w.~+/=-]{8,}/giu;

/** Prefixes of vendors' keys, and what follows. */
const KEYS =
  /\b(sk|pk|rk|gsk|csk|xai|hf|r8|nvapi|fw|pplx|AIza|AKIA|ASIA|ya29|ghp|gho|github_pat)([-_.]?)[\w.-]{14,}/gu;

/** A query parameter that is no secret. */
const READABLE = /^api-version=/u;

const HIDDEN = '***';

/** The text with `***` for credentials and query values in URLs, and for what looks like a key. */
export function redactedText(text: string): string {
  const plain = text.includes('://') ? text.replaceAll(URLS, withoutSecrets) : text;
  return withoutKeys(withStars(plain, SCHEMES));
}

/** The text with `***` for what looks like a key alone. */
export function withoutKeys(text: string): string {
  return withStars(text, KEYS);
}

/** Searches first, which costs a tenth of replacing: nearly no text matches, and each request logs two. */
function withStars(text: string, pattern: RegExp): string {
  return text.search(pattern) < 0 ? text : text.replaceAll(pattern, `$1$2${HIDDEN}`);
}

function withoutSecrets(_: string, scheme: string, user = '', rest = '', query = ''): string {
  const shown = query === '' ? '' : `?${query.slice(1).split('&').map(withoutValue).join('&')}`;
  return scheme + (user === '' ? '' : `${HIDDEN}@`) + rest + shown;
}

function withoutValue(pair: string): string {
  const equals = pair.indexOf('=');
  // A value without a name may be a credential, too.
  if (equals < 0) return pair === '' ? '' : HIDDEN;
  return READABLE.test(pair) ? pair : `${pair.slice(0, equals)}=${HIDDEN}`;
}

/** Deeper values are left out. */
const MAX_DEPTH = 6;

/** Objects and lists visited in one value; further ones are left out, since an error may reference much. */
const MAX_VALUES = 1000;

/** What becomes of class instances: their fields are redacted, or they are kept, since they have their own serialisation. */
type OwnClasses = 'opened' | 'kept';

/** The same for all texts in a value that is logged. */
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
