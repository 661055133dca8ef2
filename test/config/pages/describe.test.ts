import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeConfig } from '../../../src/config/pages/describe.ts';
import { configOf } from '../parsing.ts';

void test('a configuration is described in lines: listeners, state, providers, routes', () => {
  const text = `state: "memory:"
clients: [{ name: web, key: k }, { name: batch, key: l }]
admin: { token: t }
providers:
  - id: main
    type: openai
    apiTokens: [sk-0123456789abcdef, { key: sk-fedcba9876543210, name: team-b }, short]
    failover: { enabled: true, healthCheckModel: gpt-5-nano, successThreshold: 2, cooldownDuration: 10m }
  - { id: local, type: vllm, baseUrl: "http://127.0.0.1:8000/v1" }
routes: [{ model: "llama-*", to: [local, main] }]
activeProviderId: main
`;
  assert.deepEqual(describeConfig(configOf(text)), [
    'listens on 127.0.0.1:5397, for web, batch',
    'admin on 127.0.0.1:5398, with a token',
    'state in memory (forgotten at a stop)',
    'provider main: openai at https://api.openai.com/v1',
    '  3 keys: …cdef, team-b (…3210), …',
    '  failover on: out after 3 failures in a row, back after 2 passed checks with gpt-5-nano (every 5s to 5m) or after 10m',
    'provider local: vllm at http://127.0.0.1:8000/v1',
    '  no keys',
    '  failover off',
    'route llama-* to local, then main',
    'route all other models to main',
  ]);
});

void test('several workers are described, a single one is not', () => {
  const described = [1, 3, 'auto'].map((workers) =>
    describeConfig(configOf(`workers: ${workers}\nprovider: { type: openai }`)).filter((line) =>
      line.includes('worker'),
    ),
  );
  assert.deepEqual(described, [[], ['3 workers'], ['a worker for each processor']]);
});

void test('affinities are described', () => {
  const lines = describeConfig(
    configOf('resourceAffinity: 0\nprovider: { type: openai, affinity: session }'),
  );
  assert.ok(lines.includes('which key made a file, batch or response is not remembered'));
  assert.ok(lines.includes('  each conversation stays with one key while that is in service'));
});

void test('of a large pool only the beginning is shown', () => {
  const tokens = Array.from({ length: 12 }, (_, index) => `token-${index}`);
  const lines = describeConfig(configOf(`provider: { type: openai, apiTokens: ${JSON.stringify(tokens)} }`));
  assert.ok(lines.some((line) => line.startsWith('  12 keys: ') && line.endsWith(', and 4 more')));
});

void test('a provider that passes on credentials of clients is described so', () => {
  const local = 'provider: { type: vllm, baseUrl: "http://127.0.0.1:8000/v1" }\n';
  assert.ok(describeConfig(configOf(local)).includes("  no keys: the client's own credential is passed on"));
  assert.ok(describeConfig(configOf(`${local}clients: [{ name: web, key: k }]`)).includes('  no keys'));
});

void test('an open listener and an empty list of clients are described as such', () => {
  const [open] = describeConfig(configOf('provider: { type: openai }'));
  assert.equal(open, 'listens on 127.0.0.1:5397, open to anybody on this machine');
  const [closed] = describeConfig(configOf('provider: { type: openai }\nclients: []'));
  assert.equal(closed, 'listens on 127.0.0.1:5397, for nobody: clients is empty');
});
