import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { providerTypes, typeCalled } from '../../../src/catalog/provider-types.ts';
import { configFromEnvironment } from '../../../src/config/load/environment.ts';
import { parseConfig } from '../../../src/config/load/load.ts';
import { formatProblem } from '../../../src/config/load/problem.ts';
import { providerOf } from '../parsing.ts';

/** What a configuration says by a slip: an error where it cannot work, a warning where it may. */

const KEY = 'sk-do-not-show-0123456789';

/** All that is said of a text, warnings as such, and nothing of the key. */
function said(text: string, env: Record<string, string> = {}): readonly string[] {
  const tokenFiles = new Map([['/f/pool.keys', { ok: true as const, text: env['FILE'] ?? '' }]]);
  const result = parseConfig(text, { env, path: '/f/sparekey.yaml', tokenFiles });
  const problems = result.ok ? [] : result.problems.map((each) => formatProblem(each));
  const warnings = (result.warnings ?? []).map((each) => `warning: ${formatProblem(each)}`);
  const lines = [...problems, ...warnings];
  assert.ok(!lines.some((line) => line.includes('do-not-show')), lines.join('\n'));
  return lines;
}

function keysOf(text: string, env: Record<string, string> = {}): readonly string[] {
  return providerOf(text, { env }).apiTokens.map(({ key }) => key.reveal());
}

void describe('a list in one variable is a pool', () => {
  const text = 'provider: { type: openai, apiTokens: ["${KEYS}", last] }';

  for (const [name, KEYS, keys] of [
    ['with commas', 'a, b,c,', ['a', 'b', 'c', 'last']],
    ['with line breaks', 'a\nb\r\n', ['a', 'b', 'last']],
    ['of one', 'a', ['a', 'last']],
  ] as const)
    void test(name, () => assert.deepEqual(keysOf(text, { KEYS }), keys));

  void test('where the list itself is the variable, too', () => {
    assert.deepEqual(keysOf('provider: { type: openai, apiTokens: "${KEYS}" }', { KEYS: 'a,b' }), ['a', 'b']);
  });

  void test('a key in a map keeps its comma, and so does what an alias shows', () => {
    assert.deepEqual(keysOf('provider: { type: openai, apiTokens: [{ key: "a,b" }] }'), ['a,b']);
    assert.deepEqual(keysOf('provider: { type: openai, id: &i "a,b", apiTokens: [*i] }'), ['a,b']);
  });

  void test('a service account is one key', () => {
    const account = JSON.stringify({ client_email: 'a', private_key: 'b', token_uri: 'https://c' });
    const [problem] = said(`provider: { type: openai, apiTokens: ["\${KEYS}"] }`, { KEYS: account });
    assert.match(problem ?? '', /apiTokens/);
    assert.deepEqual(
      keysOf('provider: { type: openai, apiTokens: ["${KEYS}"] }', { KEYS: '{"a":1,"b":2}' }),
      ['{"a":1,"b":2}'],
    );
  });

  void test('a mistake in one of them stands where the list does', () => {
    assert.deepEqual(said(`${text}\nlog: {}`, { KEYS: `${KEY},${KEY}` }).slice(0, 1), [
      '1:39: provider.apiTokens[1] is [secret]: expected a token that no earlier item has',
    ]);
  });
});

const openai = (token: string): string => `provider: { type: openai, apiTokens: [${JSON.stringify(token)}] }`;

void describe('a credential that is plainly none', () => {
  for (const [token, expected] of [
    [`"${KEY}"`, 'a token without quotes around it'],
    [`'${KEY}`, 'a token without quotes around it'],
    [
      '$OPENAI_KEY',
      'a token itself: ${NAME} is replaced by a variable in a configuration, and nothing else is',
    ],
    [
      '$(cat do-not-show)',
      'a token itself: ${NAME} is replaced by a variable in a configuration, and nothing else is',
    ],
    [`OPENAI_KEY=${KEY}`, 'a token alone, without NAME= before it'],
    [`export OPENAI_KEY=${KEY}`, 'a token alone, without NAME= before it'],
    [`Bearer ${KEY}`, 'a token alone, without Bearer or another scheme before it'],
    [`Authorization: Bearer ${KEY}`, 'a token alone, without the name of a header before it'],
    [`https://example.com/${KEY}`, 'a token in place of a URL'],
    [`${KEY} ${KEY}`, 'a token of printable ASCII characters without spaces, as a header can carry it'],
  ] as const)
    void test(`is refused at the vendor: ${token.replace(KEY, 'KEY')}`, () => {
      const [line = '', ...more] = said(openai(token));
      assert.match(line, /^1:39: provider\.apiTokens\[0\](?: is \[secret\])?: expected /);
      assert.ok(line.endsWith(`expected ${expected}`), line);
      assert.deepEqual(more, []);
    });

  void test('is a warning where somebody else answers, who may take it', () => {
    const text = 'provider: { type: openai-compatible, baseUrl: "http://h/v1", apiTokens: [$word] }';
    assert.deepEqual(said(text), [
      'warning: 1:74: provider.apiTokens[0]: expected a token itself: ${NAME} is replaced by a variable in a configuration, and nothing else is',
    ]);
  });

  void test('in a file is told with its line there', () => {
    const FILE = `# keys\nsk-a,sk-b\nOPENAI_KEY=${KEY}\n`;
    assert.deepEqual(said('provider: { type: openai, apiTokensFile: pool.keys }', { FILE }), [
      '1:42: provider.apiTokensFile is "pool.keys": expected in line 3 of the file a token alone, without NAME= before it',
    ]);
  });

  void test('in the environment is told with its variable', () => {
    const result = configFromEnvironment({ OPENAI_API_KEY: `sk-a,"${KEY}"` });
    assert.ok(result?.ok === false);
    const [problem, ...more] = result.problems.map((each) => formatProblem(each));
    assert.equal(
      problem,
      'OPENAI_API_KEY is [secret]: expected a token without quotes around it (item 2 of the list)',
    );
    assert.deepEqual(more, []);
  });

  for (const token of ['sk-...', 'your-key-here', 'YOUR_OPENAI_API_TOKEN', 'changeme', '<key>', 'sk-xxx'])
    void test(`is a warning as an example of one: ${token}`, () => {
      assert.deepEqual(said(openai(token)), [
        'warning: 1:39: provider.apiTokens[0]: expected the token itself, in place of an example of one',
      ]);
    });

  void test('is a warning where it begins as those of another vendor do', () => {
    assert.deepEqual(said(openai('sk-ant-do-not-show')), [
      'warning: 1:39: provider.apiTokens[0]: expected a token for openai: this one begins as those for claude do',
    ]);
    for (const token of ['sk-proj-do-not-show', 'sk-do-not-show', 'do-not-show'])
      assert.deepEqual(said(openai(token)), []);
    assert.deepEqual(said('provider: { type: openai, baseUrl: "http://h/v1", apiTokens: [sk-ant-a] }'), []);
  });

  void test('is a warning where a client or an operator calls with it', () => {
    const text = `${openai('k')}\nadmin: { token: changeme }\nclients: [{ name: a, key: your-key-here }]`;
    assert.deepEqual(said(text), [
      'warning: 2:17: admin.token: expected a token that nobody knows, in place of an example of one',
      'warning: 3:27: clients[0].key: expected a key that nobody knows, in place of an example of one',
    ]);
  });
});

void describe('a type by another name', () => {
  for (const [written, meant] of [
    ['anthropic', 'claude'],
    ['OpenAI', 'openai'],
    ['google', 'gemini'],
    ['azure-openai', 'azure'],
    ['Azure_OpenAI', 'azure'],
    ['xAI', 'grok'],
    ['dashscope', 'qwen'],
    ['openai_compatible', 'openai-compatible'],
  ])
    void test(`${written} is answered with ${meant}`, () => {
      assert.deepEqual(said(`provider: { type: ${written} }`), [
        `1:19: provider.type is "${written}": expected a known provider type; did you mean ${meant}?`,
      ]);
    });

  void test('is the name of no other type, and of one alone', () => {
    const names = [...providerTypes.values()].flatMap(({ alsoCalled = [] }) => alsoCalled);
    assert.deepEqual([...new Set(names)], names);
    for (const type of providerTypes.keys()) assert.equal(typeCalled(type), type);
    for (const name of names) assert.match(name, /^[a-z\d]+$/);
  });
});

/** What is said of a duration without a unit. */
function unitless(seconds: number): string {
  return `expected a unit, such as ${seconds}s: without one it is ${seconds} milliseconds (${seconds}ms, where that is meant)`;
}

/** What is said of a provider that no route leads to. */
function unreached(id: 'a' | 'b', column: number): string {
  return `warning: 1:${column}: providers[${id === 'a' ? 0 : 1}]: expected a route that leads to it, such as { model: "MODEL*", to: [${id}] }: as it is only requests for ${id}/MODEL reach it`;
}

void describe('a duration without a unit', () => {
  void test('is a warning below a second, at every depth', () => {
    const text = `limits: { drain: 30 }
provider:
  type: openai
  apiTokens: [k]
  idleTimeout: 30
  connectTimeout: \${FIVE}
  deadline: 1000
  firstOutputTimeout: 500ms
  firstByteTimeout: 0
  failover: { enabled: true, cooldownDuration: 60 }
`;
    assert.deepEqual(said(text, { FIVE: '5' }), [
      `warning: 1:18: limits.drain: ${unitless(30)}`,
      `warning: 5:16: provider.idleTimeout: ${unitless(30)}`,
      `warning: 6:19: provider.connectTimeout: ${unitless(5)}`,
      `warning: 10:48: provider.failover.cooldownDuration: ${unitless(60)}`,
    ]);
  });
});

void test('names that other programs have for options are told by those that they have here', () => {
  const text = `listen: 5397
providers:
  - { name: main, type: openai, api_key: k, api_base: "http://h/v1", firstOutputTimeout: 5s }
`;
  const meant = said(text).map((line) =>
    /(\w+): expected a known field; did you mean (\w+)\?$/.exec(line)?.slice(1),
  );
  assert.deepEqual(
    meant.filter((pair) => pair !== undefined),
    [
      ['name', 'id'],
      ['api_key', 'apiTokens'],
      ['api_base', 'baseUrl'],
    ],
  );
});

void test('a store in memory needs no colon', () => {
  assert.deepEqual(said(`state: memory\nprovider: { type: openai, apiTokens: [${KEY}] }`), []);
});

void test('mistakes in a file of tokens stand in the order of its lines', () => {
  const text = 'providers: [{ id: a, type: openai, apiTokensFile: pool.keys }]';
  const lines = said(text, { FILE: `${KEY}\nKEY=x\n"${KEY}"\n\nexport KEY=x\n` });
  assert.deepEqual(
    lines.map((line) => /in line (\d+) of the file/.exec(line)?.[1]),
    ['2', '3', '5'],
  );
});

void describe('a base URL', () => {
  for (const [options, expected] of [
    [
      'type: openai-compatible, baseUrl: "http://h:8000"',
      'http://h:8000/v1: the API of openai-compatible is under /v1, unless this server has it elsewhere',
    ],
    [
      'type: claude, baseUrl: "https://api.anthropic.com/"',
      'https://api.anthropic.com/v1: the API of claude is under /v1, unless this server has it elsewhere',
    ],
    [
      'type: groq, baseUrl: "https://api.groq.com"',
      'https://api.groq.com/openai/v1: the API of groq is under /openai/v1, unless this server has it elsewhere',
    ],
    [
      'type: openai-compatible, baseUrl: "http://h/v1/chat/completions"',
      'what stands before /chat/completions, which is added to it',
    ],
  ] as const)
    void test(`without its path, or with more than that, is a warning: ${options}`, () => {
      const [line = '', ...more] = said(`provider: { ${options}, apiTokens: [k] }`);
      assert.ok(line.endsWith(`provider.baseUrl: expected ${expected}`), line);
      assert.deepEqual(more, []);
    });

  for (const options of [
    'type: openai-compatible, baseUrl: "http://h/api"',
    'type: openai-compatible, baseUrl: "http://h", protocol: original',
    'type: perplexity, baseUrl: "http://h"',
    'type: vllm, vllmServerHost: h',
  ])
    void test(`is as it should be: ${options}`, () => {
      assert.deepEqual(said(`provider: { ${options}, apiTokens: [k] }`), []);
    });
});

void describe('providers and routes', () => {
  const providers =
    'providers: [{ id: a, type: openai, apiTokens: [k] }, { id: b, type: groq, apiTokens: [k] }]\n';
  for (const [rest, expected] of [
    ['activeProviderId: a', [unreached('b', 54)]],
    ['routes: [{ model: "m*", to: [b] }]', [unreached('a', 13)]],
    ['activeProviderId: a\nroutes: [{ to: [b] }]', [unreached('a', 13)]],
    ['activeProviderId: a\nroutes: [{ model: m, to: [b] }]', []],
    ['routes: [{ to: [[a, b]] }]', []],
    [
      'routes: [{ to: [a] }, { model: "m*", to: [b] }]',
      [
        unreached('b', 54),
        'warning: 2:23: routes[1]: expected a place before routes[0], which takes all that this one is for',
      ],
    ],
    ['routes: [{ to: [a] }, { model: m, to: [b] }]', []],
    ['routes: [{ to: [a] }, { model: "m*", hosts: [h], to: [b] }]', []],
  ] as const)
    void test(rest.replaceAll('\n', ', '), () => assert.deepEqual(said(providers + rest), expected));
});

void test('of several providers that no route leads to there is one line', () => {
  const ids = Array.from({ length: 10 }, (_, index) => `p${index}`);
  const providers = ids.map((id) => `{ id: ${id}, type: openai, apiTokens: [k] }`).join(', ');
  assert.deepEqual(said(`providers: [${providers}]\nactiveProviderId: p0`), [
    'warning: 1:55: providers[1]: expected routes that lead to p1, p2, p3, p4, p5, p6, p7, p8 and 1 more, such as { model: "MODEL*", to: [p1] }: as it is only requests for ID/MODEL reach them',
  ]);
});

void test('warnings stand beside errors', () => {
  const text = `lissten: 1
providers:
  - { id: a, type: openai, apiTokens: [changeme], attempts: 2, idleTimeout: 30 }
  - { id: b, type: nobody }
`;
  assert.deepEqual(
    said(text).map((line) => line.slice(0, 40)),
    [
      '1:1: lissten: expected a known field; di',
      '1:1: activeProviderId: expected routes, ',
      '4:20: providers[1].type is "nobody": exp',
      'warning: 3:40: providers[0].apiTokens[0]',
      'warning: 3:77: providers[0].idleTimeout:',
    ],
  );
});
