import { isMap, listOf, mapOf, wordsOf } from '../../loose.ts';
import type { LooseMap } from '../../loose.ts';
import { NO_HEADERS } from '../../notes.ts';
import type { Notes } from '../../notes.ts';
import type { YamlSource } from '../../yaml-source.ts';
import { SECTIONS } from './sections.ts';

const NOT_OF_ENTRIES: readonly (readonly [field: string, why: string])[] = [
  ['headers', NO_HEADERS],
  ['request-scoped-errors', 'the rules for each vendor say whose fault an answer is; verdicts adds to them'],
  ['cloak', 'requests go as clients write them; claudeCodeMode is for OAuth tokens of Claude Code'],
  ['fingerprint-profile', 'requests go as clients write them'],
  ['disable-cooling', 'failing keys leave and come back: failover.enabled is the switch'],
];

/** Notes what of an item of a section is not carried. */
export function noteEntry(item: LooseMap, where: string, notes: Notes): void {
  const parts = [item, ...listOf(item['api-key-entries']).map(mapOf)];
  for (const [field, why] of NOT_OF_ENTRIES)
    if (parts.some((part) => isSet(part[field]))) notes.add(where, field, why);
}

/** What is carried, or says nothing of how requests are served. */
const SILENT: ReadonlySet<string> = new Set([
  ...Object.keys(SECTIONS),
  ...wordsOf(`
    generative-language-api-key api-keys host port proxy-url routing streaming request-retry max-retry-interval
    max-retry-credentials force-model-prefix debug logging-to-file request-log logs-max-total-size-mb
    error-logs-max-files usage-statistics-enabled commercial-mode ws-auth
    redis-usage-queue-retention-seconds auth-auto-refresh-workers save-cooldown-status quota-exceeded
  `),
]);

const KNOWN: Readonly<Record<string, string>> = {
  'auth-dir': 'logins by OAuth (Gemini CLI, Claude Code, Codex, …) are no API keys: use keys of the vendors',
  'remote-management': 'the admin API has a listener and a token of its own: admin.listen, admin.token',
  tls: 'write it by hand as tls, or put a proxy with TLS in front',
  payload: 'customSettings of a provider sets fields of all its requests',
  'interactions-api-key': 'Sparekey has no Interactions API; the keys serve as gemini-api-key',
};

/** Notes what of the whole file is not carried. */
export function noteRest({ value, place }: YamlSource, notes: Notes): void {
  for (const [field, content] of Object.entries(value))
    if (!SILENT.has(field) && isSet(content))
      notes.add(place(field), field, KNOWN[field] ?? 'it has no counterpart here');
}

/** Whether a value says anything: not what is off, empty, or a default that switches nothing on. */
function isSet(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(isSet);
  if (isMap(value)) {
    if ((value['enable'] ?? value['enabled']) === false) return false;
    return Object.values(value).some(isSet);
  }
  return value !== undefined && value !== null && value !== false && value !== '' && value !== 0;
}
