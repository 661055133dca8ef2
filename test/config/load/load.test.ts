import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { loadConfig } from '../../../src/config/load/load.ts';
import type { Config } from '../../../src/config/schema/schema.ts';
import { accepted, configOf, problemsIn, providerOf } from '../parsing.ts';

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sparekey-config-'));
});
after(async () => {
  await rm(folder, { recursive: true });
});

async function write(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

void test('what << names is merged, below what stands beside it', () => {
  const { providers } = configOf(`providers:
  - &first { id: a, type: openai, apiTokens: [k], timeout: 5000 }
  - { <<: *first, id: b, timeout: 6000 }
activeProviderId: a
`);
  assert.deepEqual(
    providers.map(({ id, type, timeout }) => ({ id, type, timeout })),
    [
      { id: 'a', type: 'openai', timeout: 5000 },
      { id: 'b', type: 'openai', timeout: 6000 },
    ],
  );
});

void test('a mistake in what is merged is shown where it stands', () => {
  const text = `x: &x { timeout: 1000, apiTokens: ["a b"] }
y: &y { attempts: none }
provider: { <<: [*x, *y], type: openai, colour: red }
`;
  assert.deepEqual(
    problemsIn(text).map(({ line, column, path }) => `${line}:${column} ${path}`),
    ['1:1 x', '1:36 provider.apiTokens[0]', '2:1 y', '2:19 provider.attempts', '3:41 provider.colour'],
  );
  const [unset] = problemsIn('provider: { <<: { apiTokens: ["${NO_SUCH}"] }, type: openai }');
  assert.deepEqual([unset?.path, unset?.column], ['provider.apiTokens[0]', 31]);
});

for (const text of ['provider: { <<: 5, type: openai }', 'a: &a 5\nprovider: { <<: *a, type: openai }'])
  void test(`what is no map cannot be merged: ${JSON.stringify(text)}`, () => {
    assert.deepEqual(
      problemsIn(text).map(({ expected }) => expected),
      ['a map, or an alias of one, behind each <<'],
    );
  });

void test('the smallest configuration has every default', () => {
  assert.deepEqual(configOf('provider: { type: openai }', { path: '/etc/sparekey/sparekey.yaml' }), {
    listen: { host: '127.0.0.1', port: 5397 },
    admin: { listen: { host: '127.0.0.1', port: 5398 } },
    state: { kind: 'sqlite', path: '/etc/sparekey/sparekey.db' },
    workers: 1,
    log: { level: 'info', format: 'auto' },
    allowedHosts: [],
    resourceAffinity: 2_592_000_000,
    sharedResources: false,
    limits: {
      body: 104_857_600,
      replay: 33_554_432,
      hold: 262_144,
      holdWhole: 4_194_304,
      holdWholeTime: 300_000,
      waitForKey: 0,
      waiting: 1_000,
      streamPing: 0,
      drain: 30_000,
    },
    routes: [],
    verdicts: [],
    activeProviderId: 'openai',
    providers: [
      {
        id: 'openai',
        type: 'openai',
        baseUrl: 'https://api.openai.com/v1',
        apiTokens: [],
        modelMapping: {},
        protocol: 'openai',
        passthrough: 'resources',
        customSettings: [],
        modelCapabilities: [],
        passHeaders: [],
        contextCleanupCommands: [],
        mergeConsecutiveMessages: false,
        reasoningContentMode: 'passthrough',
        promoteThinkingOnEmpty: false,
        hiclawMode: false,
        disableStreamUsageStats: false,
        capabilities: {},
        basePathHandling: 'removePrefix',
        failover: {
          enabled: false,
          failureThreshold: 3,
          successThreshold: 1,
          healthCheckInterval: 5000,
          healthCheckMaxInterval: 300_000,
          healthCheckTimeout: 5000,
          cooldownDuration: 0,
          healthCheckBudget: 10_000,
          returnRamp: 30_000,
        },
        verdicts: [],
        choice: 'balanced',
        affinity: 'none',
        attempts: 4,
        deadline: 600_000,
        connectTimeout: 5000,
        firstOutputTimeout: 120_000,
        streamFirstOutputTimeout: 120_000,
        firstOutputFloor: 10_000,
        firstOutputGuess: 30_000,
        aliveTimeout: 300_000,
        idleTimeout: 120_000,
        timeout: 120_000,
        firstByteTimeout: 0,
      },
    ],
  } satisfies Config);
});

/** How long a first output is waited for: of a whole answer, and of a stream. */
function waits(options: string): readonly [number, number] {
  const provider = providerOf(`provider: { type: openai, ${options} }`);
  return [provider.firstOutputTimeout, provider.streamFirstOutputTimeout];
}

void test('the words of the plugin bound what they bound there, unless another one is given', () => {
  assert.deepEqual(waits('timeout: 3s'), [120_000, 120_000]);
  assert.deepEqual(waits('timeout: 3s, firstByteTimeout: 2s'), [120_000, 2000]);
  assert.deepEqual(waits('firstByteTimeout: 0'), [120_000, 120_000]);
  assert.deepEqual(waits('firstByteTimeout: 2s, firstOutputTimeout: 1s'), [1000, 1000]);
});

void test('a base URL loses its trailing slashes', () => {
  assert.equal(
    providerOf('provider: { type: vllm, baseUrl: "http://h:8000/v1//" }').baseUrl,
    'http://h:8000/v1',
  );
});

void test('a key says more of itself in a map', () => {
  const text =
    'provider: { type: openai, apiTokens: [a, { key: b, name: n, weight: 2.5, quotaDomain: q, models: ["gpt-5*"] }] }';
  const [plain, rich] = providerOf(text).apiTokens;
  assert.equal(plain?.key.reveal(), 'a');
  assert.deepEqual({ ...plain, key: undefined }, { key: undefined, weight: 1 });
  assert.equal(rich?.key.reveal(), 'b');
  assert.deepEqual(
    { ...rich, key: undefined },
    { key: undefined, name: 'n', weight: 2.5, quotaDomain: 'q', models: ['gpt-5*'] },
  );
});

void test('anchors and aliases may be used', () => {
  const config = configOf(`providers:
  - { id: a, type: openai, failover: &f { enabled: true, healthCheckModel: m } }
  - { id: b, type: openai, failover: *f }
activeProviderId: a`);
  assert.deepEqual(config.providers[0]?.failover, config.providers[1]?.failover);
});

function pathOf(state: string, options: { path?: string }): string {
  const config = configOf(`provider: { type: openai }\nstate: ${state}`, options);
  assert.ok(config.state.kind === 'sqlite');
  return config.state.path;
}

void test('state may be memory, or a file beside the configuration', () => {
  assert.deepEqual(configOf('provider: { type: openai }\nstate: "memory:"').state, { kind: 'memory' });
  const path = '/etc/sparekey/sparekey.yaml';
  assert.equal(pathOf('sqlite:data/s.db', { path }), '/etc/sparekey/data/s.db');
  assert.equal(pathOf('sqlite:/var/s.db', { path }), '/var/s.db');
  assert.equal(pathOf('sqlite:./s.db', {}), resolve('s.db'));
});

void describe('reading files', () => {
  void test('a file is read with the tokens of the files it names', async () => {
    const tokens = await write('pool.keys', '# the pool\nsk-second\n\n  sk-third  \r\n');
    const path = await write(
      'with-tokens.yaml',
      'provider: { type: groq, apiTokens: [sk-first], apiTokensFile: ./pool.keys, failover: { enabled: true, cooldownDuration: 1s } }',
    );
    const result = await loadConfig(path, {});
    assert.ok(result.ok);
    assert.deepEqual(result.files, [path, tokens]);
    const [provider] = result.config.providers;
    assert.equal(provider?.apiTokensFile, tokens);
    assert.deepEqual(
      provider.apiTokens.map(({ key }) => key.reveal()),
      ['sk-first', 'sk-second', 'sk-third'],
    );
  });

  void test('every rule for tokens holds for those of a file, and the problem names its line', async () => {
    await write('faulty.keys', 'sk-first\nsk-second\n\nsk with spaces\n');
    const path = await write(
      'faulty-tokens.yaml',
      'provider:\n  type: openai\n  apiTokens: [sk-first]\n  apiTokensFile: faulty.keys\n',
    );
    const result = await loadConfig(path, {});
    assert.ok(!result.ok);
    assert.deepEqual(
      result.problems.map(({ expected }) => expected),
      [
        'in line 1 of the file a token that no earlier item has',
        'in line 4 of the file a token of printable ASCII characters without spaces, as a header can carry it',
      ],
    );
    for (const { path: at, value, line, column } of result.problems)
      assert.deepEqual([at, value, line, column], ['provider.apiTokensFile', 'faulty.keys', 4, 18]);
  });

  void test('a file of tokens that is away or says nothing is an error', async () => {
    await write('empty.keys', '# none yet\n');
    for (const [name, expected] of [
      ['empty.keys', 'a file with at least one token'],
      ['missing.keys', 'a file that exists'],
    ] as const) {
      const path = await write('no-tokens.yaml', `provider: { type: openai, apiTokensFile: ${name} }`);
      const result = await loadConfig(path, {});
      assert.ok(!result.ok);
      assert.deepEqual(result.problems, [
        { path: 'provider.apiTokensFile', value: name, expected, line: 1, column: 42 },
      ]);
    }
  });

  void test('a configuration that is away, a folder, or no text is an error', async () => {
    const binary = await write('binary.yaml', Uint8Array.of(0x61, 0xff, 0xfe));
    for (const [path, expected] of [
      [join(folder, 'missing.yaml'), 'a file that exists'],
      [folder, 'a file that can be read (EISDIR)'],
      [binary, 'a file of UTF-8 text'],
    ] as const)
      assert.deepEqual(await loadConfig(path, {}), { ok: false, problems: [{ path: '', expected }] });
  });

  void test('a file beyond any sense is not read to its end', async () => {
    const path = await write('huge.yaml', Buffer.alloc(64 * 1024 * 1024 + 1, '#'));
    const result = await loadConfig(path, {});
    assert.ok(!result.ok);
    assert.equal(result.problems[0]?.expected, 'a file of at most 64MiB');
  });
});

void describe('warnings', () => {
  void test('warns of health checks at a provider that answers no chats', () => {
    const text =
      'provider:\n  type: kling\n  apiTokens: [a]\n  failover: { enabled: true, healthCheckModel: kling-v2 }\n';
    const [{ path, expected } = { path: '', expected: '' }, ...more] = accepted(text).warnings;
    assert.deepEqual([path, more.length], ['provider.failover.healthCheckModel', 0]);
    assert.match(expected, /answers no chats.*comes back when its cooldown is over/);
  });

  void test('warns of a pool without failover', () => {
    const { warnings } = accepted('provider:\n  type: openai\n  apiTokens: [a, b]\n');
    assert.deepEqual(
      warnings.map(({ path, line }) => [path, line]),
      [['provider.failover.enabled', 1]],
    );
  });

  for (const [apiTokens, option] of [
    ['[x, y]', 'maxRetries'],
    ['[x]', 'enabled'],
  ])
    void test(`warns of more retries than keys to retry with: ${apiTokens}`, () => {
      const { warnings } = accepted(
        `providers: [{ id: a, type: openai, apiTokens: ${apiTokens}, failover: { enabled: true, cooldownDuration: 1000 }, retryOnFailure: { enabled: true, maxRetries: 3 } }]`,
      );
      assert.deepEqual(
        warnings.map(({ path }) => path),
        [`providers[0].retryOnFailure.${option}`],
      );
    });

  for (const text of [
    'provider: { type: openai, apiTokens: [a, b], failover: { enabled: true, healthCheckModel: m } }',
    // The group is in the query of every path then.
    'provider: { type: minimax, apiTokens: [a], minimaxGroupId: g, protocol: original }',
  ])
    void test(`a sensible configuration has none: ${text}`, () => {
      assert.deepEqual(accepted(text).warnings, []);
    });
});
