import { flagOf, numberOf, textOf, textsOf } from '../../loose.ts';
import type { LooseMap } from '../../loose.ts';
import { ClientNames } from '../../names.ts';
import type { Notes } from '../../notes.ts';
import type { PlannedClient } from '../../plan.ts';
import type { Tables } from '../../tables.ts';

/** Users as tokens name them. */
interface User {
  readonly name: string;
  readonly enabled: boolean;
}

const TOKEN_STATES: Readonly<Record<number, string>> = { 2: 'disabled', 3: 'expired', 4: 'out of quota' };

/**
 * The tokens that are in use, as clients; those of one user share what they make. Tokens are kept without the `sk-` that
 * callers put before them.
 * @param now - seconds since 1970
 */
export function readClients(tables: Tables, notes: Notes, now: number): readonly PlannedClient[] {
  const users = new Map<string, User>();
  for (const row of tables.rows('users'))
    users.set(textOf(row['id']) ?? '', {
      name: textOf(row['username']) ?? `user-${textOf(row['id'])}`,
      enabled: numberOf(row['status']) === 1 && textOf(row['deleted_at']) === undefined,
    });
  const names = new ClientNames();
  const clients: (PlannedClient & { readonly user: string })[] = [];
  const tokensOf = new Map<string, number>();
  for (const row of tables.rows('tokens')) {
    const key = textOf(row['key'])?.replace(/^sk-/, '');
    if (key === undefined || textOf(row['deleted_at']) !== undefined) continue;
    const place = `token ${textOf(row['id'])} "${textOf(row['name']) ?? ''}"`;
    const userId = textOf(row['user_id']) ?? '';
    const user = users.get(userId);
    const why = unusedBecause(row, user, now);
    if (why !== undefined) {
      notes.add(place, `a token that is ${why}`, 'only tokens in use become clients');
      continue;
    }
    noteLimits(row, place, notes);
    const name = names.take(textOf(row['name']) ?? user?.name ?? 'token');
    clients.push({ name, key: `sk-${key}`, user: user?.name ?? `user-${userId}` });
    tokensOf.set(userId, (tokensOf.get(userId) ?? 0) + 1);
  }
  const shared = new Set(
    [...tokensOf].filter(([, count]) => count > 1).map(([id]) => users.get(id)?.name ?? `user-${id}`),
  );
  return clients.map(({ user, ...client }) => (shared.has(user) ? { ...client, group: user } : client));
}

function unusedBecause(row: LooseMap, user: User | undefined, now: number): string | undefined {
  const status = numberOf(row['status']) ?? 1;
  const expires = numberOf(row['expired_time']) ?? -1;
  if (status !== 1) return TOKEN_STATES[status] ?? 'not enabled';
  if (expires !== -1 && expires < now) return 'expired';
  if (flagOf(row['unlimited_quota']) === false && (numberOf(row['remain_quota']) ?? 1) <= 0)
    return 'out of quota';
  return user?.enabled === false ? 'of a disabled user' : undefined;
}

/** What a token was held to, and a client here is not. */
function noteLimits(row: LooseMap, place: string, notes: Notes): void {
  if (flagOf(row['unlimited_quota']) === false)
    notes.add(place, 'a quota', 'Sparekey counts no money: whoever has the key may use it');
  const expires = numberOf(row['expired_time']) ?? -1;
  if (expires !== -1)
    notes.add(place, 'a date of expiry', 'clients do not expire: take it out of clients when the day comes');
  const isLimited = textsOf(row['models']).length > 0 || flagOf(row['model_limits_enabled']) === true;
  if (isLimited) notes.add(place, 'models that it is limited to', 'every client may ask for every model');
  if (textOf(row['subnet'] ?? row['allow_ips']) !== undefined)
    notes.add(place, 'addresses that it is limited to', 'keep it behind a firewall, or a gateway of its own');
}
