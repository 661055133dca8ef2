import type { Family } from '../../dialects/operations/operation.ts';

/** Parameters of Gemini's operations (ai.google.dev/api): nothing else means anything but to Google's own front. */
const GEMINI_PARAMETERS: ReadonlySet<string> = new Set([
  'alt',
  '$alt',
  'prettyprint',
  'pagesize',
  'pagetoken',
]);
/** Others, such as `media` and `proto`, would have good answers taken for broken ones. */
const GEMINI_FORMS: ReadonlySet<string> = new Set(['sse', 'json']);

/**
 * Names of parameters that are credentials, say whose request it is, or mean another method or another form of answer.
 * Of the last: docs.cloud.google.com/apis/docs/system-parameters, which begin with `$` or have these names.
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
 * What of a client's query travels on, as it was written. Of a form whose parameters are all known only those pass; of
 * all others, which are many and different at every vendor, what says who asks stops here.
 * @param query - empty, or from the `?` on
 * @param isOwnCredential - whether the client's own credential travels: then it says whose request it is
 */
export function filterQuery(query: string, family: Family, isOwnCredential: boolean): string {
  if (query === '' || isOwnCredential) return query;
  const passes = family === 'gemini' ? passesToGemini : passesElsewhere;
  const pairs = query.slice(1).split('&');
  const kept = pairs.filter(passes);
  if (kept.length === pairs.length) return query;
  return kept.length === 0 ? '' : `?${kept.join('&')}`;
}

function passesToGemini(pair: string): boolean {
  const [name, value] = partsOf(pair);
  return GEMINI_PARAMETERS.has(name) && (!name.endsWith('alt') || GEMINI_FORMS.has(value));
}

/** Some servers take a semicolon for the end of a parameter. */
function passesElsewhere(pair: string): boolean {
  return pair.split(/;|%3b/iu).every((each) => {
    const [name] = partsOf(each);
    if (STOPPED_BEGINNINGS.some((beginning) => name.startsWith(beginning))) return false;
    return !STOPPED.has(lettersOf(name));
  });
}

/** A name without what servers write between its words, and what they may pass over: signs, controls, an index. */
function lettersOf(name: string): string {
  return name.replace(/\[.*$/su, '').replaceAll(/[^a-z]/gu, '');
}

/** A parameter's name in lower case and its value, decoded as far as they can be. */
function partsOf(pair: string): [name: string, value: string] {
  const [[name = '', value = ''] = []] = new URLSearchParams(pair);
  return [name.trim().toLowerCase(), value];
}
