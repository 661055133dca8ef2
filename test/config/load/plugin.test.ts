import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { configOf, problemsIn, providerOf } from '../parsing.ts';

/** A configuration of the Higress ai-proxy plugin runs unchanged, with the plugin's meaning. */

const withFailover = (failover: string): string => `provider:
  type: openai
  apiTokens: ["sk-token-1", "sk-token-2"]
  failover: ${failover}
`;

void describe('ways back of a key', () => {
  void test('a cooldown alone, a health check alone, and both are accepted', () => {
    for (const failover of [
      '{ enabled: true, failoverOnStatus: ["429"], failureThreshold: 1, cooldownDuration: 100 }',
      '{ enabled: true, healthCheckModel: gpt-3.5-turbo }',
      '{ enabled: true, healthCheckModel: gpt-3.5-turbo, cooldownDuration: 100 }',
    ])
      assert.equal(providerOf(withFailover(failover)).failover.enabled, true);
  });

  void test('a single key is accepted', () => {
    const text =
      'provider: { type: openai, apiTokens: [sk-token-1], failover: { enabled: true, cooldownDuration: 100 } }';
    assert.equal(providerOf(text).apiTokens.length, 1);
  });

  void test('neither is refused', () => {
    assert.deepEqual(problemsIn(withFailover('{ enabled: true }')), [
      {
        path: 'provider.failover',
        expected: 'healthCheckModel or cooldownDuration beside enabled: true, so that keys can come back',
        line: 4,
        column: 3,
      },
    ]);
  });

  void test('neither is needed while failover is off', () => {
    assert.equal(providerOf(withFailover('{ enabled: false }')).failover.enabled, false);
  });
});

void test('the defaults of failover are those of the plugin', () => {
  assert.deepEqual(providerOf(withFailover('{ enabled: true, healthCheckModel: m }')).failover, {
    enabled: true,
    failureThreshold: 3,
    successThreshold: 1,
    healthCheckInterval: 5000,
    healthCheckTimeout: 5000,
    healthCheckMaxInterval: 300_000,
    healthCheckModel: 'm',
    cooldownDuration: 0,
    healthCheckBudget: 10_000,
    returnRamp: 30_000,
  });
});

void test('explicit values of failover are kept', () => {
  const failover = {
    enabled: true,
    failureThreshold: 5,
    successThreshold: 2,
    healthCheckInterval: 10_000,
    healthCheckTimeout: 3000,
    healthCheckMaxInterval: 10_000,
    healthCheckModel: 'm',
    cooldownDuration: 600_000,
    healthCheckBudget: 10_000,
    returnRamp: 30_000,
    failoverOnStatus: ['429', '5.*'],
  };
  assert.deepEqual(providerOf(withFailover(JSON.stringify(failover))).failover, failover);
});

void test('failover is off, with its defaults, where nothing is said of it', () => {
  const { failover, retryOnFailure } = providerOf('provider: { type: openai }');
  assert.equal(failover.enabled, false);
  assert.equal(failover.failureThreshold, 3);
  assert.equal(failover.failoverOnStatus, undefined);
  assert.equal(retryOnFailure, undefined);
});

function wait(failover: string): number {
  return providerOf(withFailover(failover)).failover.healthCheckMaxInterval;
}

void test('the longest wait between checks is never below the shortest', () => {
  assert.equal(wait('{ healthCheckInterval: 10m }'), 600_000);
  assert.equal(wait('{ healthCheckInterval: 4m }'), 300_000);
  const [problem] = problemsIn(withFailover('{ healthCheckInterval: 10s, healthCheckMaxInterval: 5s }'));
  assert.equal(problem?.path, 'provider.failover.healthCheckMaxInterval');
  assert.equal(problem.expected, 'a duration not below healthCheckInterval');
});

void test('an empty list of statuses is as good as none, whoever wrote the file', () => {
  for (const listen of ['', 'listen: 127.0.0.1:5397\n'])
    for (const none of ['[]', 'null', '']) {
      const { failover, retryOnFailure } = providerOf(
        `${listen}provider:\n  type: openai\n  failover:\n    failoverOnStatus: ${none}\n  retryOnFailure:\n    retryOnStatus: ${none}\n`,
      );
      assert.equal(failover.failoverOnStatus, undefined);
      assert.equal(retryOnFailure?.retryOnStatus, undefined);
    }
});

void test('a status may be written as a number', () => {
  assert.deepEqual(providerOf(withFailover('{ failoverOnStatus: [429] }')).failover.failoverOnStatus, [
    '429',
  ]);
});

void test('retryOnFailure has the defaults of the plugin', () => {
  assert.deepEqual(providerOf('provider: { type: openai, retryOnFailure: {} }').retryOnFailure, {
    enabled: false,
    maxRetries: 1,
    retryTimeout: 30_000,
  });
});

void describe('choosing among providers', () => {
  const two = `providers:
  - { id: a, type: openai, apiTokens: [x] }
  - { id: b, type: groq, apiTokens: [y] }
`;

  void test('activeProviderId selects', () => {
    assert.equal(configOf(`${two}activeProviderId: b`).activeProviderId, 'b');
  });

  void test('an unknown activeProviderId is refused', () => {
    assert.deepEqual(problemsIn(`${two}activeProviderId: c`), [
      {
        path: 'activeProviderId',
        value: 'c',
        expected: 'the id of a provider: a, b',
        line: 4,
        column: 19,
      },
    ]);
  });

  void test('several providers need routes or an activeProviderId', () => {
    const [problem] = problemsIn(two);
    assert.equal(problem?.path, 'activeProviderId');
    assert.equal(problem.expected, 'routes, or the id of a provider: a, b');
    assert.equal(configOf(`${two}routes: [{ model: "*", to: [a, b] }]`).activeProviderId, undefined);
  });

  void test('an absent id among several providers is refused; a single one is called after its type', () => {
    const [problem] = problemsIn(`${two}  - { type: openai }`);
    assert.equal(problem?.path, 'providers[2].id');
    assert.equal(providerOf('providers: [{ type: openai }]').id, 'openai');
  });

  void test('a single provider is active, and is called after its type', () => {
    const { providers, activeProviderId } = configOf('provider: { type: groq, apiTokens: [x] }');
    assert.equal(providers[0]?.id, 'groq');
    assert.equal(activeProviderId, 'groq');
    assert.equal(configOf('provider: { id: own, type: groq }').activeProviderId, 'own');
    assert.equal(configOf('providers: [{ id: a, type: openai }]').activeProviderId, 'a');
  });

  void test('provider and providers together, or neither, are refused', () => {
    const own = `${two}activeProviderId: a\nprovider: { type: groq }\nworkers: 1`;
    assert.match(problemsIn(own)[0]?.expected ?? '', /not both/);
    assert.deepEqual(problemsIn('listen: 1')[0]?.path, 'providers');
    assert.equal(problemsIn('providers: []')[0]?.expected, 'at least one provider');
  });
});

void test('a missing type and an unknown one are refused, with the known ones listed', () => {
  const [missing] = problemsIn('provider: { id: a }');
  assert.equal(missing?.path, 'provider.type');
  assert.match(missing.expected, /missing type.*openai.*groq/);
  const [unknown] = problemsIn('provider: { type: nobody }');
  assert.equal(unknown?.value, 'nobody');
  assert.match(unknown.expected, /known provider type: openai, /);
});

void test('a bad protocol is refused', () => {
  const [problem] = problemsIn('provider: { type: openai, protocol: claude }');
  assert.deepEqual([problem?.path, problem?.value], ['provider.protocol', 'claude']);
  assert.equal(problem?.expected, 'one of openai, original');
});

function urlOf(openaiCustomUrl: string): string {
  return providerOf(`provider: { type: openai, openaiCustomUrl: "${openaiCustomUrl}" }`).baseUrl;
}

void describe('openaiCustomUrl', () => {
  void test('is a base URL, its scheme https where there is none', () => {
    assert.equal(urlOf('example.com/myai/v1'), 'https://example.com/myai/v1');
    assert.equal(urlOf('example.com:8443'), 'https://example.com:8443');
    assert.equal(urlOf('http://10.0.0.1:8000/v1/'), 'http://10.0.0.1:8000/v1');
  });

  void test('may end in the suffix of an operation', () => {
    assert.equal(urlOf('www.example.com/myai/v1/chat/completions'), 'https://www.example.com/myai/v1');
    assert.equal(urlOf('https://example.com/v1/embeddings'), 'https://example.com/v1');
  });

  void test('is for type openai, and excludes baseUrl', () => {
    const [wrongType] = problemsIn('provider: { type: groq, attempts: 2, openaiCustomUrl: example.com/v1 }');
    assert.match(wrongType?.expected ?? '', /type: openai only/);
    const [both] = problemsIn('provider: { type: openai, baseUrl: http://a, openaiCustomUrl: b/v1 }');
    assert.match(both?.expected ?? '', /not both/);
  });

  void test('carries no credentials, query or fragment', () => {
    for (const written of [
      'u:p@example.com/v1',
      'example.com/v1?a=b',
      'example.com/v1#x',
      'ftp://example.com',
    ])
      assert.equal(
        problemsIn(`provider: { type: openai, openaiCustomUrl: "${written}" }`)[0]?.path,
        'provider.openaiCustomUrl',
      );
  });
});

void test('modelMapping keeps the order written', () => {
  const text = 'provider: { type: openai, modelMapping: { "~^a": x, "gpt-4*": y, exact: z, "*": "" } }';
  assert.deepEqual(Object.keys(providerOf(text).modelMapping), ['~^a', 'gpt-4*', 'exact', '*']);
});
