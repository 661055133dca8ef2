import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseConfig } from '../../src/config/load/load.ts';
import { encodeRecord } from '../../src/keys/book/codec.ts';
import { keyId, recordId } from '../../src/keys/key.ts';
import { Secret } from '../../src/base/secret.ts';
import { openNode } from '../../src/node/gateway-node.ts';
import { openSqliteStore } from '../../src/store/sqlite/sqlite.ts';
import { createLog } from '../../src/telemetry/log.ts';
import { folderFor } from '../support/folder.ts';
import { read } from '../store/tools.ts';

const OURS = 'sk-ours-0123456789abcdef';
const GONE = 'sk-gone-0123456789abcdef';

void test('a worker puts back what the store lost of its own keys, and nothing of a key that has left', async (context) => {
  const path = join(await folderFor(context), 'state.db');
  const store = await openSqliteStore({ path });
  context.after(() => store.close());
  const value = encodeRecord({ state: 'disabled', epoch: 1, since: 1_000 });
  const known = [OURS, GONE].map((secret) => {
    const id = keyId('p', new Secret(secret));
    return {
      id: recordId({ providerId: 'p', id }),
      keyId: id,
      state: 'disabled',
      value,
      revision: 0,
    } as const;
  });
  const provider = { id: 'p', type: 'openai', apiTokens: [OURS] };
  const parsed = parseConfig(JSON.stringify({ state: `sqlite:${path}`, providers: [provider] }), { env: {} });
  assert.ok(parsed.ok);
  const node = await openNode(parsed.config, createLog({ level: 'error', format: 'json' }), known);
  await node.close();
  const standing = await Promise.all(known.map(async ({ id }) => (await read(store, id)) !== undefined));
  assert.deepEqual(standing, [true, false]);
});
