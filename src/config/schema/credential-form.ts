import { providerTypes } from '../../catalog/provider-types.ts';

/* What people put where a credential belongs, by its form alone. No message repeats any of it. */

/** What a text is that is plainly no credential, and what to write instead: `said` completes "expected a token …". */
const FORMS: readonly { readonly form: RegExp; readonly said: string }[] = [
  { form: /^["'`“”‘’]|["'`“”‘’]$/, said: 'without quotes around it' },
  { form: /^(?:export|set)\s+\w+=|^[A-Z][A-Z\d_]{2,}=[^=]/, said: 'alone, without NAME= before it' },
  {
    form: /^(?:authorization|proxy-authorization|api-key|x-api-key|x-goog-api-key)\s*:/i,
    said: 'alone, without the name of a header before it',
  },
  { form: /^(?:bearer|basic)\s/i, said: 'alone, without Bearer or another scheme before it' },
  {
    form: /^\$[A-Za-z_]\w*$|^\$\{.*\}$|^\$\(.*\)$|^\$env:|^%\w+%$|^\{\{.*\}\}$/,
    said: 'itself: ${NAME} is replaced by a variable in a configuration, and nothing else is',
  },
  { form: /^https?:\/\//i, said: 'in place of a URL' },
  { form: /^-(?:sk-|gsk_|xai-)/, said: 'with a space between it and the - of its item' },
];

/**
 * What to write in place of a text that is plainly no credential; undefined where it may be one.
 * @param what - is expected, such as `a token`
 */
export function credentialMistake(text: string, what: string): string | undefined {
  const found = FORMS.find(({ form }) => form.test(text));
  return found === undefined ? undefined : `${what} ${found.said}`;
}

const PLACEHOLDERS = [
  /^(?:sk-?|key-?)?(?:\.{2,}|…|[x*]{3,}|_+)$/i,
  /^<.*>$/,
  /^(?:sk-)?(?:your|my|insert|enter|replace|paste|put|add)[-_](?:.*[-_])?(?:api)?(?:key|token|secret|here|me)(?![a-z])/i,
  /^your(?:api)?(?:key|token)/i,
  /^(?:sk-)?(?:change[-_ ]?me|placeholder|undefined|null|todo|dummy)$/i,
];

/** Whether a text is an example of a credential, as documentation has them. */
export function isPlaceholder(text: string): boolean {
  return PLACEHOLDERS.some((form) => form.test(text));
}

/** The types of provider whose keys begin as this one does; none where nothing is known of that. */
export function typesOfKey(text: string): readonly string[] {
  let longest = '';
  let types: string[] = [];
  for (const { type, keyPrefixes = [] } of providerTypes.values())
    for (const prefix of keyPrefixes) {
      if (!text.startsWith(prefix) || prefix.length < longest.length) continue;
      types = prefix === longest ? [...types, type] : [type];
      longest = prefix;
    }
  return types;
}

/** Whether a base URL is the vendor's own: whoever answers elsewhere may take keys of any form. */
export function isVendorsOwn(type: string, baseUrl: string): boolean {
  const own = providerTypes.get(type)?.baseUrl;
  return own !== undefined && URL.parse(baseUrl)?.host === URL.parse(own)?.host;
}
