import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deserialize, serialize } from 'node:v8';
import { parseConfig } from '../../src/config/load/load.ts';
import { fromPortable, toPortable } from '../../src/config/portable.ts';
import type { PortableConfig } from '../../src/config/portable.ts';

/** Secrets of every kind, a regular expression, and a number that JSON has no word for. */
const TEXT = `
admin: { token: admin-token }
state: redis://:redis-password@127.0.0.1:6379/0
clients: [{ name: one, key: client-key }]
verdicts: [{ id: ours, class: billing, when: { message: 'no (more )?credit' } }]
activeProviderId: a
providers:
  - id: a
    type: openai
    apiTokens: &pool [sk-first, { key: sk-second, weight: 2 }]
    customSettings: [{ name: limit, value: .inf }, { name: said, value: { secret: '[secret]' } }]
  - { id: b, type: openai, apiTokens: *pool }
`;

/** What a message between threads goes through, and what one between processes does. */
const CHANNELS: Readonly<Record<string, (config: PortableConfig) => PortableConfig>> = {
  structuredClone,
  serialized: (config) => {
    const received: unknown = deserialize(serialize(config));
    assert.ok(isPortable(received));
    return received;
  },
};

/** Narrows the type alone. */
function isPortable(received: unknown): received is PortableConfig {
  return typeof received === 'object' && received !== null && 'secrets' in received;
}

for (const [name, send] of Object.entries(CHANNELS))
  void test(`a configuration is the same behind a channel: ${name}`, () => {
    const parsed = parseConfig(TEXT, { env: {} });
    assert.ok(parsed.ok);
    const { config } = parsed;
    const received = fromPortable(send(toPortable(config)));
    assert.deepEqual(received, config);
    const revealed = ({ admin, clients, providers, state }: typeof config): unknown => [
      admin.token?.reveal(),
      state.kind === 'redis' && state.password?.reveal(),
      clients?.map(({ key }) => key.reveal()),
      providers.map(({ apiTokens }) => apiTokens.map(({ key }) => key.reveal())),
    ];
    const pool = ['sk-first', 'sk-second'];
    assert.deepEqual(revealed(received), ['admin-token', 'redis-password', ['client-key'], [pool, pool]]);
    assert.deepEqual(revealed(received), revealed(config));
  });
