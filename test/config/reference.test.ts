import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { editorSchema, referencePage } from '../../src/config/reference.ts';
import { accepted } from './parsing.ts';

const docs = new URL('../../docs/', import.meta.url);
const page = await readFile(new URL('CONFIGURATION.md', docs), 'utf8');

void test('the reference page and the editors’ schema are those of the options; `npm run docs` writes them', async () => {
  assert.equal(page, referencePage());
  assert.equal(await readFile(new URL('sparekey.schema.json', docs), 'utf8'), editorSchema());
});

void test('every example of the reference page is a valid configuration without warnings', () => {
  const examples = [...page.matchAll(/^```yaml\n(.*?)^```$/gms)].map(([, text]) => text ?? '');
  assert.equal(examples.length, 2);
  for (const example of examples) {
    const names = [...example.matchAll(/\$\{(\w+)\}/g)].map(([, name]) => name ?? '');
    const env = Object.fromEntries(names.map((name) => [name, `value-of-${name}`]));
    assert.deepEqual(accepted(example, { env }).warnings, []);
  }
});

void test('every option has a meaning', () => {
  const [options = ''] = page.split('## Provider types');
  const rows = options.split('\n').filter((line) => /^\| `\w+` \|/.test(line));
  assert.ok(rows.length > 50);
  for (const row of rows) assert.match(row, /\| [A-Z`][^|]*\. \|$/);
});

void test('every link within the page leads to a heading', () => {
  const anchors = new Set(
    [...page.matchAll(/^## (.*)$/gm)].map(([, heading]) =>
      (heading ?? '')
        .toLowerCase()
        .replaceAll(/[^\w -]/g, '')
        .replaceAll(' ', '-'),
    ),
  );
  const links = [...page.matchAll(/\]\(#([^)]*)\)/g)].map(([, anchor]) => anchor ?? '');
  assert.ok(links.length > 8);
  assert.deepEqual(
    links.filter((link) => !anchors.has(link)),
    [],
  );
});

void test('a configuration with every word in it is valid', () => {
  const text = `listen: 0.0.0.0:5397
admin: { listen: "[::1]:5398", token: \${ADMIN} }
state: sqlite:./sparekey.db
workers: 1
clients: [{ name: web, key: \${WEB} }]
log: { level: debug, format: json }
resourceAffinity: 90d
limits: { body: 10MB, replay: 1MiB, hold: 64KiB, drain: 5s }
providers:
  - id: openai-main
    type: openai
    baseUrl: https://api.openai.com/v1
    apiTokens:
      - \${ONE}
      - { key: \${TWO}, name: team-b, weight: 2, quotaDomain: org-b, models: ["gpt-5*"] }
    apiTokensFile: ./openai.keys
    modelMapping: { "gpt-4*": gpt-5, "*": "" }
    protocol: original
    customSettings: [{ name: max_tokens, value: 10, mode: raw, overwrite: false }]
    context: { fileUrl: "http://127.0.0.1/context.txt", serviceName: files, servicePort: 80 }
    contextCleanupCommands: [ "/new" ]
    mergeConsecutiveMessages: true
    reasoningContentMode: concat
    promoteThinkingOnEmpty: true
    hiclawMode: false
    disableStreamUsageStats: true
    capabilities: { openai/v1/embeddings: /v2/embed }
    basePath: /ai
    basePathHandling: prepend
    providerBasePath: /front
    providerDomain: api.example.com
    failover:
      enabled: true
      failureThreshold: 3
      successThreshold: 1
      healthCheckInterval: 5000
      healthCheckMaxInterval: 5m
      healthCheckTimeout: 5000
      healthCheckBudget: 500
      returnRamp: 30s
      healthCheckModel: gpt-5-nano
      cooldownDuration: 1h
      failoverOnStatus: ["429", "5.*"]
    retryOnFailure: { enabled: true, maxRetries: 2, retryTimeout: 30s, retryOnStatus: ["5.*"] }
    verdicts: [{ id: ours, when: { status: 403 }, class: billing }]
    choice: random
    affinity: session
    attempts: 3
    deadline: 5m
    connectTimeout: 2s
    firstOutputTimeout: 20s
    idleTimeout: 1m
    timeout: 120000
    firstByteTimeout: 0
  - { id: custom, type: openai, openaiCustomUrl: example.com/v1 }
routes: [{ model: "claude-*", to: [custom, openai-main] }]
verdicts:
  - id: everything
    when:
      status: [403, 5xx]
      code: a
      type: b
      named: [c, "~^d"]
      message: e
      says: f
      headers: { x-reason: g }
      where: body
      form: json
      operation: chat.completions
      unless: { says: h }
    class: rate_limit
    scope: key_model
    retry: other-key
    wait: limits
    maxWait: 2h
activeProviderId: openai-main
`;
  const env = { ADMIN: 'a', WEB: 'w', ONE: 'one', TWO: 'two' };
  const tokenFiles = new Map([['/pool/openai.keys', { ok: true, text: 'three' } as const]]);
  const { config } = accepted(text, { env, path: '/pool/sparekey.yaml', tokenFiles });
  assert.equal(config.providers[0]?.apiTokens.length, 3);

  const [options = ''] = page.split('## Provider types');
  const words = [...options.matchAll(/^\| `(\w+)` \|/gm)].map(([, word]) => word ?? '');
  assert.deepEqual(
    words.filter((word) => word !== 'provider' && !text.includes(`${word}:`)),
    [],
  );
});
