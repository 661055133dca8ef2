import type { Family } from '../../dialects/operations/operation.ts';

/** Parameters of Gemini's operations (ai.google.dev/api). */
const GEMINI_PARAMETERS: ReadonlySet<string> = new Set([
  'alt',
  '$alt',
  'prettyprint',
  'pagesize',
  'pagetoken',
]);
/** Values of `alt`. Answers in others, such as `media` and `proto`, cannot be read. */
const GEMINI_FORMS: ReadonlySet<string> = new Set(['sse', 'json']);

/**
 * Names of parameters that are never passed: credentials, what says whose request it is, and what asks for another
 * method or another form of the answer. Of the last: docs.cloud.google.com/apis/docs/system-parameters, which begin with `$` or have these names.
 */
const STOPPED: ReadonlySet<string> = new Set([
  'key',
  'apikey',
  'xapikey',
  'token',
  'accesstoken',
  'oauthtoken',
  'authtoken',
  'idtoken',
  'bearertoken',
  'sessiontoken',
  'jwt',
  'auth',
  'authorization',
  'authentication',
  'secret',
  'clientsecret',
  'password',
  'passwd',
  'credential',
  'credentials',
  'sig',
  'signature',
  'code',
  'subscriptionkey',
  'ocpapimsubscriptionkey',
  'awsaccesskeyid',
  'googleaccessid',
  'quotauser',
  'userproject',
  'userip',
  'org',
  'orgid',
  'organization',
  'organizationid',
  'openaiorganization',
  'project',
  'projectid',
  'openaiproject',
  'workspace',
  'workspaceid',
  'account',
  'accountid',
  'tenant',
  'tenantid',
  'groupid',
  'method',
  'httpmethod',
  'httpmethodoverride',
  'methodoverride',
  'xhttpmethod',
  'xhttpmethodoverride',
  'xmethodoverride',
  'callback',
  'jsonp',
  'xgafv',
]);

/** Parameters of signed URLs. */
const STOPPED_BEGINNINGS = ['x-amz-', 'x-goog-', 'x-ms-', 'x-tc-', '$'] as const;

/**
 * What of a client's query is sent on, as it was written. For Gemini an allow-list; elsewhere, where vendors have many
 * parameters of their own, all but `STOPPED`.
 * @param query - empty, or from the `?` on
 * @param isOwnCredential - whether the client's own credential is sent, or none: then all of the query is
 * @param passed - names, in lower case and letters only, that pass all the same
 */
export function filterQuery(
  query: string,
  family: Family,
  isOwnCredential: boolean,
  passed: readonly string[] = [],
): string {
  if (query === '' || isOwnCredential) return query;
  const passes =
    family === 'gemini' ? passesToGemini : (pair: string): boolean => passesElsewhere(pair, passed);
  const pairs = query.slice(1).split('&');
  const kept = pairs.filter(passes);
  if (kept.length === pairs.length) return query;
  return kept.length === 0 ? '' : `?${kept.join('&')}`;
}

function passesToGemini(pair: string): boolean {
  const [name, value] = partsOf(pair);
  return GEMINI_PARAMETERS.has(name) && (!name.endsWith('alt') || GEMINI_FORMS.has(value));
}

/** Some servers end a parameter at a semicolon, too. */
function passesElsewhere(pair: string, passed: readonly string[]): boolean {
  return pair.split(/;|%3b/iu).every((each) => {
    const [name] = partsOf(each);
    if (STOPPED_BEGINNINGS.some((beginning) => name.startsWith(beginning))) return false;
    const letters = lettersOf(name);
    return !STOPPED.has(letters) || passed.includes(letters);
  });
}

/** The letters of a name, without separators, control characters and an index, which servers may ignore. */
function lettersOf(name: string): string {
  return name.replace(/\[.*$/su, '').replaceAll(/[^a-z]/gu, '');
}

/** A parameter's name in lower case and its value, decoded as far as they can be. */
function partsOf(pair: string): [name: string, value: string] {
  const [[name = '', value = ''] = []] = new URLSearchParams(pair);
  return [name.trim().toLowerCase(), value];
}
