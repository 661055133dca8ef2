import { findAdmin } from './admin-access.ts';
import type { AdminAccessOptions } from './admin-access.ts';
import { AdminClient } from './admin-client.ts';
import type { ListFilter } from './admin-client.ts';
import { printAnswer, warnStoreAway } from './answers.ts';
import { keysTable, refusedText } from './keys-table.ts';

interface ListOptions extends AdminAccessOptions, ListFilter {
  readonly json?: true;
}

/** `sparekey keys list` */
export async function list({ provider, state, reason, json, ...access }: ListOptions): Promise<void> {
  const client = new AdminClient(await findAdmin(access));
  const [keys, { store, down, refusedFile, checksSpentUntil }] = await Promise.all([
    client.list({ provider, state, reason }),
    client.state(),
  ]);
  const now = Date.now();
  const outages = down.filter((outage) => provider === undefined || outage.provider === provider);
  printAnswer(
    json === true
      ? keys.body
      : keysTable(keys.known.keys, { of: keys.known.of, down: outages, refusedFile }, now),
  );
  if (json === true && refusedFile !== null) process.stderr.write(`${refusedText(refusedFile, now)}\n`);
  if (store.awaySince !== null) warnStoreAway(store.awaySince);
  for (const [id, until] of Object.entries(checksSpentUntil)) {
    if (provider === undefined || id === provider) warnChecksSpent(id, until);
  }
}

/** Until then a key that needs a paid check is out, unless a request has no other key. */
function warnChecksSpent(provider: string, until: string | null): void {
  process.stderr.write(
    `The health checks of a day for ${provider} are used up${until === null ? '' : ` until ${until}`}: those that cost something wait.\n`,
  );
}
