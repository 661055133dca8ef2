/**
 * Forms of values that the Higress plugin accepts beside those of the schema: one value where a list is meant, a
 * number where a text is. A number is as good as the text only where nothing of it is lost, and so a token stays
 * as strict as it is.
 */

/** Options that are lists. */
const LISTS: ReadonlySet<string> = new Set([
  'apiTokens',
  'contextCleanupCommands',
  'customSettings',
  'qwenFileIds',
]);

/** Options of `failover` and `retryOnFailure` that are lists. */
const STATUS_LISTS: ReadonlySet<string> = new Set(['failoverOnStatus', 'retryOnStatus']);

/** Options that are texts, and look like numbers at times. */
const TEXTS: ReadonlySet<string> = new Set([
  'apiVersion',
  'cloudflareAccountId',
  'id',
  'minimaxGroupId',
  'moonshotFileId',
  'tritonModelVersion',
]);

/**
 * The value of an option as the schema wants it; undefined where it is as good as absent.
 * @param provider whose option it is
 */
export function normalizeValue(
  name: string,
  value: unknown,
  provider: Readonly<Record<string, unknown>>,
): unknown {
  if (LISTS.has(name)) return normalizeList(name, asList(value), provider);
  if (TEXTS.has(name)) return asText(value);
  switch (name) {
    case 'context':
      // Its documentation writes the one file as a list of one.
      return Array.isArray(value) && value.length === 1 ? value[0] : value;
    case 'failover':
    case 'retryOnFailure':
      return mapValues(value, (field, each) => (STATUS_LISTS.has(field) ? asList(each) : each));
    case 'modelMapping':
      return mapValues(value, (_, each) => asText(each));
    case 'reasoningContentMode':
      return typeof value === 'string' ? value.toLowerCase() : value;
    case 'timeout':
      return value === 0 || value === '0' ? undefined : value;
    default:
      return value;
  }
}

function normalizeList(name: string, list: unknown[], provider: Readonly<Record<string, unknown>>): unknown {
  if (name === 'contextCleanupCommands') return list.filter((command) => command !== '');
  // An example of its documentation leaves one empty token where other credentials stand beside.
  return name === 'apiTokens' && list.length === 1 && list[0] === '' && 'hunyuanAuthId' in provider
    ? []
    : list;
}

function asList(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [value];
}

function asText(value: unknown): unknown {
  return Number.isSafeInteger(value) ? String(value) : value;
}

function mapValues(value: unknown, change: (name: string, value: unknown) => unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, change(name, each)]));
}
