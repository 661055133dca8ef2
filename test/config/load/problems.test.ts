import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { formatProblem } from '../../../src/config/load/problem.ts';
import { providerTypes } from '../../../src/catalog/provider-types.ts';
import { configOf, problemsIn } from '../parsing.ts';

/** Every kind of mistake: `text` must give exactly `problems`, each as people see it. */
interface Mistake {
  readonly name: string;
  readonly text: string;
  readonly problems: readonly string[];
}

const duration = 'expected a duration (milliseconds, or text such as 500ms, 5s, 2m, 1h)';
const knownTypes = [...providerTypes.keys()].join(', ');
const openai = 'provider: { type: openai }';

function group(name: string, mistakes: readonly Mistake[]): void {
  void describe(name, () => {
    for (const mistake of mistakes)
      void test(mistake.name, () => {
        const problems = problemsIn(mistake.text, { env: { SET: 'value' } });
        assert.deepEqual(
          problems.map((problem) => formatProblem(problem)),
          mistake.problems,
        );
      });
  });
}

group('text that is no YAML', [
  {
    name: 'an open bracket',
    text: 'providers: [',
    problems: ['1:12: expected a closing ] for this [, in: providers: ['],
  },
  {
    name: 'a tab',
    text: 'provider:\n\ttype: openai',
    problems: ['2:1: expected spaces for indentation, and no tab, in: type: openai'],
  },
  {
    name: 'an open quote',
    text: 'provider: "x',
    problems: ['1:11: expected a closing " on the same line for this one, in: provider: "…'],
  },
  {
    name: 'a colon in plain text',
    text: 'provider: type: openai',
    problems: [
      '1:11: expected quotes around a text with a colon in it (provider: "…"), in: provider: type: openai',
    ],
  },
  {
    name: 'text among documents',
    text: `${openai}\n---\nopenai`,
    problems: ['1:1: expected a map of options, with providers at least'],
  },
  {
    name: 'a mistake in a later document',
    text: `${openai}\n---\nlisten: [`,
    problems: ['3:9: expected a closing ] for this [, in: listen: ['],
  },
  {
    name: 'a tag nobody knows',
    text: 'provider: { type: !mine openai }',
    problems: ['1:19: expected quotes around what begins with !, such as "!…"'],
  },
  {
    name: 'a field twice, beside other mistakes',
    text: `${openai}\nlisten: 1\nlisten: 2\nworkers: 0`,
    problems: [
      '3:1: listen: expected once: it is already used on line 2',
      '4:10: workers is "0": expected auto, or a whole number from 1 to 256',
    ],
  },
  {
    name: 'an alias without its anchor',
    text: 'provider: *nowhere',
    problems: ['1:11: expected quotes around what begins with *, such as "*…", or its anchor above'],
  },
  {
    name: 'aliases that multiply',
    text: [
      'a: &a [x, x, x, x, x, x, x, x, x, x]',
      ...['b', 'c', 'd'].map((name, at) => `${name}: &${name} [${`*${'abc'[at]},`.repeat(10)}]`),
      'e: *d',
    ].join('\n'),
    problems: ['1:1: expected aliases that are not within what they stand for, and at most 100 of them'],
  },
  {
    name: 'anchors and aliases by the thousand',
    text: Array.from({ length: 1001 }, (_, at) => `a${at}: &a${at} 1\nb${at}: *a${at}\n`).join(''),
    problems: ['2002:8: expected at most 1000 aliases'],
  },
]);

group('values of another kind', [
  { name: 'nothing at all', text: '', problems: ['1:1: expected a map of options, with providers at least'] },
  {
    name: 'a list as the whole',
    text: '- a',
    problems: ['1:1: expected a map of options, with providers at least'],
  },
  {
    name: 'text where a map should be',
    text: 'provider: openai',
    problems: ['1:11: provider: expected a map'],
  },
  {
    name: 'a map where a list should be',
    text: 'providers:\n  id: a',
    problems: ['1:1: providers: expected a list of providers'],
  },
  {
    name: 'a number where text should be',
    text: `${openai}\nstate: 5`,
    problems: ['2:8: state is "5": expected memory:, sqlite:PATH, or redis://HOST:PORT/DATABASE'],
  },
  {
    name: 'a field without a value',
    text: `${openai}\nlog:`,
    problems: ['2:5: log: expected a map'],
  },
  {
    name: 'a switch that is none',
    text: 'provider:\n  type: openai\n  failover: { enabled: yes }\n  attempts: 2',
    problems: ['3:24: provider.failover.enabled is "yes": expected true or false'],
  },
  {
    name: 'a word nobody knows',
    text: `${openai}\nlog: { level: loud, format: xml }`,
    problems: [
      '2:15: log.level is "loud": expected one of debug, info, warn, error',
      '2:29: log.format is "xml": expected one of auto, json, pretty',
    ],
  },
  {
    name: 'a fraction where a whole number should be',
    text: 'provider: { type: openai, attempts: 1.5 }',
    problems: ['1:37: provider.attempts is "1.5": expected a whole number, from 1 to 32'],
  },
  {
    name: 'a state that this version has not',
    text: `${openai}\nstate: postgres://user:pass@host/0`,
    problems: [
      '2:8: state is "postgres://[secret]@host/0": expected memory:, sqlite:PATH, or redis://HOST:PORT/DATABASE',
    ],
  },
]);

group('numbers out of bounds', [
  {
    name: 'thresholds and intervals below zero; zero is the default of those that the plugin has',
    text: `provider:
  type: openai
  apiTokens: [a]
  failover:
    enabled: true
    healthCheckModel: m
    failureThreshold: 0
    successThreshold: -1
    healthCheckInterval: 0
    healthCheckTimeout: -5s
    cooldownDuration: -1
  deadline: 0
`,
    problems: [
      '8:23: provider.failover.successThreshold is "-1": expected a whole number, from 1 to 1000000',
      `10:25: provider.failover.healthCheckTimeout is "-5s": ${duration}, above 0ms, at most 7d`,
      `11:23: provider.failover.cooldownDuration is "-1": ${duration}, from 0ms to 7d`,
      `12:13: provider.deadline is "0": ${duration}, above 0ms, at most 7d`,
    ],
  },
  {
    name: 'a duration beyond seven days',
    text: 'provider: { type: openai, deadline: 8d }',
    problems: [`1:37: provider.deadline is "8d": ${duration}, above 0ms, at most 7d`],
  },
  {
    name: 'too many attempts and retries',
    text: 'provider: { type: openai, attempts: 33, retryOnFailure: { maxRetries: 33 } }',
    problems: [
      '1:37: provider.attempts is "33": expected a whole number, from 1 to 32',
      '1:71: provider.retryOnFailure.maxRetries is "33": expected a whole number, from 1 to 32',
    ],
  },
  {
    name: 'a weight of nothing',
    text: 'provider: { type: openai, apiTokens: [{ key: a, weight: 0 }] }',
    problems: ['1:57: provider.apiTokens[0].weight is [secret]: expected a number, above 0, at most 1000'],
  },
  {
    name: 'a size beyond its bound',
    text: `${openai}\nlimits: { hold: 2GiB }`,
    problems: [
      '2:17: limits.hold is "2GiB": expected a size (bytes, or text such as 256KiB, 10MB), from 0B to 1GiB',
    ],
  },
]);

group('fields nobody knows', [
  {
    name: 'a slip is corrected, at every depth',
    text: `lissten: 1
provider:
  type: openai
  apiTokens: [{ key: a, wieght: 2 }]
  failover: { failureTreshold: 2 }
`,
    problems: [
      '1:1: lissten: expected a known field; did you mean listen?',
      '4:25: provider.apiTokens[0].wieght: expected a known field; did you mean weight?',
      '5:15: provider.failover.failureTreshold: expected a known field; did you mean failureThreshold?',
    ],
  },
  {
    name: 'what is near is an option that the type has, and not another type’s',
    text: 'provider: { type: openai, attempts: 1, azureServiceUr: x, openaiCustomUr: y }',
    problems: [
      '1:40: provider.azureServiceUr: expected a known field; docs/CONFIGURATION.md lists them',
      '1:59: provider.openaiCustomUr: expected a known field; did you mean openaiCustomUrl?',
    ],
  },
  {
    name: 'a name that is a credential, or holds one, is not shown',
    text: `provider:
  type: openai
  attempts: 2
  sk-proj-0123456789: x
  0123456789abcdef0123456789abcdef: x
  retryOnFailure: { gsk_0123456789abcdef0123: x }
  modelMapping: { sk-0123456789abcdef0123: [] }
clients: [{ name: a, key:do-not-show }]
activeProviderId: sk-0123456789abcdef0123
`,
    problems: [
      '4:3: provider["[secret]"]: expected a known field; docs/CONFIGURATION.md lists them',
      '5:3: provider["[secret]"]: expected a known field; docs/CONFIGURATION.md lists them',
      '6:21: provider.retryOnFailure["[secret]"]: expected a known field: enabled, maxRetries, retryTimeout, retryOnStatus',
      '7:19: provider.modelMapping["sk-***"]: expected a model name, or "" to keep the one asked for',
      '8:22: clients[0].key: expected a space behind the colon (key: …)',
      '9:19: activeProviderId is [secret]: expected the id of a provider: openai',
    ],
  },
  {
    name: 'without a near one the known ones are listed',
    text: `${openai}\nlog: { colour: red }`,
    problems: ['2:8: log.colour: expected a known field: level, format'],
  },
]);

group('grammars of their own', [
  {
    name: 'an address that is none',
    text: `${openai}\nlisten: nowhere`,
    problems: [
      '2:9: listen is "nowhere": expected an address to listen on: host:port, [ipv6]:port, :port for all interfaces, or a port',
    ],
  },
  {
    name: 'a base URL with credentials, which are not shown',
    text: 'provider: { type: openai, baseUrl: "https://user:pass@host/v1" }',
    problems: [
      '1:36: provider.baseUrl is "https://[secret]@host/v1": expected an http:// or https:// URL without credentials, query or fragment, such as https://api.openai.com/v1',
    ],
  },
  {
    name: 'a base URL with a query, which is not shown',
    text: 'provider: { type: openai, baseUrl: "https://host/v1?code=do-not-show" }',
    problems: [
      '1:36: provider.baseUrl is "https://host/v1?[secret]": expected an http:// or https:// URL without credentials, query or fragment, such as https://api.openai.com/v1',
    ],
  },
  {
    name: 'an id with a slash',
    text: 'provider: { type: openai, id: a/b, attempts: 2 }',
    problems: ['1:31: provider.id is "a/b": expected an id of at most 128 characters, without spaces or "/"'],
  },
  {
    name: 'regular expressions that do not compile',
    text: `provider:
  type: openai
  apiTokens: [a]
  modelMapping: { "~(": x }
  failover: { failoverOnStatus: ["429", "5["] }
  retryOnFailure: { retryOnStatus: ["*"] }
routes: [{ model: "~)", to: [openai] }]
`,
    problems: [
      '4:19: provider.modelMapping["~("]: expected a regular expression after ~ (missing closing ))',
      '5:41: provider.failover.failoverOnStatus[1] is "5[": expected a regular expression on the status (Unterminated character class)',
      '6:37: provider.retryOnFailure.retryOnStatus[0] is "*": expected a regular expression on the status (Nothing to repeat)',
      '7:19: routes[0].model is "~)": expected a regular expression after ~ (unexpected ))',
    ],
  },
  {
    name: 'a star within a model name',
    text: `${openai}\nroutes: [{ model: "a*b", to: [openai] }]`,
    problems: [
      '2:19: routes[0].model is "a*b": expected a model pattern with * only at its end; for more, ~regex',
    ],
  },
  {
    name: 'blank tokens, and tokens that no header can carry',
    text: 'provider:\n  type: openai\n  apiTokens:\n    - ""\n    - "  "\n    - a b\n    - 12345\n  attempts: 2\n',
    problems: [
      '4:7: provider.apiTokens[0] is [secret]: expected a token that is not blank',
      '5:7: provider.apiTokens[1] is [secret]: expected a token that is not blank',
      '6:7: provider.apiTokens[2] is [secret]: expected a token of printable ASCII characters without spaces, as a header can carry it',
      '7:7: provider.apiTokens[3] is [secret]: expected a token (text; quote what looks like a number), or a map with key and more',
    ],
  },
]);

group('options that do not fit together', [
  {
    name: 'failover without keys',
    text: 'provider: { type: groq, failover: { enabled: true, healthCheckModel: m } }',
    problems: ['1:1: provider.apiTokens: expected at least one token, since failover is enabled'],
  },
  {
    name: 'a type without a default URL',
    text: 'provider: { type: vllm }',
    problems: [
      '1:1: provider.baseUrl: expected a URL, or vllmCustomUrl or vllmServerHost, since type: vllm has no default',
    ],
  },
  {
    name: 'a faulty host, which says where the provider is all the same',
    text: 'provider: { type: ollama, ollamaServerHost: "::" }\n',
    problems: [
      '1:45: provider.ollamaServerHost is "::": expected a host such as example.com or example.com:8000, or a URL',
    ],
  },
  {
    name: 'the same token twice',
    text: 'provider: { type: openai, apiTokens: [one, two, { key: one }] }',
    problems: ['1:49: provider.apiTokens[2]: expected a token that no earlier item has'],
  },
  {
    name: 'the same id twice',
    text: 'providers: [{ id: a, type: openai }, { id: a, type: openai }]\nactiveProviderId: a',
    problems: ['1:44: providers[1].id is "a": expected an id that no earlier item has'],
  },
  {
    name: 'the same client name and key twice',
    text: `${openai}\nclients: [{ name: a, key: k }, { name: a, key: l }, { name: b, key: k }]`,
    problems: [
      '2:40: clients[1].name is "a": expected a name that no earlier item has',
      '2:69: clients[2].key is [secret]: expected a key that no earlier item has',
    ],
  },
  {
    name: 'a route to a provider that is not there',
    text: `${openai}\nroutes: [{ model: "*", to: [openai, gone] }, { model: m, to: [] }]`,
    problems: [
      '2:37: routes[0].to[1] is "gone": expected the id of a provider: openai',
      '2:58: routes[1].to: expected at least one provider id',
    ],
  },
  {
    name: 'conditions of a route that cannot be',
    text: `${openai}
routes: [{ hosts: ["a:80", "*a*", "*", "x/y"], paths: [v1, /a?b], to: some }, { hosts: [], paths: a, to: none }]`,
    problems: [
      '2:20: routes[0].hosts[0] is "a:80": expected a host name without port, *suffix, prefix* or *',
      '2:28: routes[0].hosts[1] is "*a*": expected a host name without port, *suffix, prefix* or *',
      '2:40: routes[0].hosts[3] is "x/y": expected a host name without port, *suffix, prefix* or *',
      '2:56: routes[0].paths[0] is "v1": expected the beginning of a path, such as /team-a',
      '2:60: routes[0].paths[1] is "/a?b": expected the beginning of a path, such as /team-a',
      '2:71: routes[0].to is "some": expected a list of provider ids, or none',
      '2:81: routes[1].hosts: expected at least one host name',
      '2:99: routes[1].paths: expected a list of paths',
    ],
  },
  {
    name: 'options of a route, of a client and of limits that cannot be',
    text: `${openai}
clients: [{ name: a, key: k, holdWhole: some }]
limits: { holdWhole: 0, holdWholeTime: 0s, waitForKey: 2h, waiting: 0, streamPing: -1s }
routes: [{ model: "*", to: [{ provider: openai, contextWindow: 0 }], onContextLength: shorten, holdwhole: true }]`,
    problems: [
      '2:41: clients[0].holdWhole is [secret]: expected true or false',
      '3:22: limits.holdWhole is "0": expected a size (bytes, or text such as 256KiB, 10MB), from 1B to 1GiB',
      `3:40: limits.holdWholeTime is "0s": ${duration}, above 0ms, at most 7d`,
      `3:56: limits.waitForKey is "2h": ${duration}, from 0ms to 1h`,
      '3:69: limits.waiting is "0": expected a whole number, from 1 to 100000',
      `3:84: limits.streamPing is "-1s": ${duration}, from 0ms to 1h`,
      '4:64: routes[0].to[0].contextWindow is "0": expected a whole number, from 1 to 1000000000',
      '4:87: routes[0].onContextLength is "shorten": expected one of fail, next',
      '4:96: routes[0].holdwhole: expected a known field; did you mean holdWhole?',
    ],
  },
  {
    name: 'a public listener without clients',
    text: `${openai}\nlisten: :8080`,
    problems: [
      '2:9: listen is ":8080": expected a loopback address such as 127.0.0.1:5397, or clients who may call',
    ],
  },
  {
    name: 'a public admin listener without a token',
    text: `${openai}\nadmin: { listen: "10.0.0.1:5398" }`,
    problems: [
      '2:18: admin.listen is "10.0.0.1:5398": expected a loopback address such as 127.0.0.1:5398, or a token beside it',
    ],
  },
  {
    name: 'two listeners at one address',
    text: `${openai}\nlisten: 127.0.0.1:8080\nadmin: { listen: 127.0.0.1:8080 }`,
    problems: [
      '3:18: admin.listen is "127.0.0.1:8080": expected an address other than that of the data plane, 127.0.0.1:8080',
    ],
  },
  ...(['2', 'auto'] as const).map((workers) => ({
    name: `workers: ${workers} that would share a memory`,
    text: `${openai}\nworkers: ${workers}\nstate: "memory:"`,
    problems: [
      `3:8: state is "memory:": expected a store that processes can share, such as sqlite:./sparekey.db: with workers: ${workers} each would know only the failures it met itself`,
    ],
  })),
  {
    name: 'several mistakes of several kinds, in the order of the text',
    text: `listen: 0.0.0.0:5397
providers:
  - id: a
    type: groq
    timeout: never
    failover: { enabled: true, failureThreshold: x }
  - id: b
    type: nobody
routes:
  - { model: "*", to: [c] }
`,
    problems: [
      '1:9: listen is "0.0.0.0:5397": expected a loopback address such as 127.0.0.1:5397, or clients who may call',
      `5:14: providers[0].timeout is "never": ${duration}, above 0ms, at most 7d`,
      '6:5: providers[0].failover: expected healthCheckModel or cooldownDuration beside enabled: true, so that keys can come back',
      '6:50: providers[0].failover.failureThreshold is "x": expected a whole number, from 1 to 1000000',
      `8:11: providers[1].type is "nobody": expected a known provider type: ${knownTypes}`,
      '10:24: routes[0].to[0] is "c": expected the id of a provider: a, b',
    ],
  },
]);

for (const [field, written, meant] of [
  ['type', 'OpenAI', 'openai'],
  ['type', 'perplexty', 'perplexity'],
  ['protocol', 'Original', 'original'],
  ['type', 'nobody', undefined],
])
  void test(`a word that is near a known one says so: ${field}: ${written}`, () => {
    const [problem] = problemsIn(
      `provider: { type: openai, ${field}: ${written} }`.replace('type: openai, type', 'type'),
    );
    assert.equal(/did you mean (.*)\?$/.exec(problem?.expected ?? '')?.[1], meant);
  });

void test('port 0 is no address that two listeners could share', () => {
  const { listen, admin } = configOf(`${openai}\nlisten: 0\nadmin: { listen: 0 }`);
  assert.deepEqual([listen.port, admin.listen.port], [0, 0]);
});

void test('public listeners are allowed where clients are authenticated', () => {
  const config = configOf(
    `${openai}\nlisten: ":1"\nclients: [{ name: a, key: k }]\nadmin: { listen: ":2", token: t }`,
  );
  assert.equal(config.listen.host, '0.0.0.0');
  assert.equal(config.admin.token?.reveal(), 't');
});

void test('a provider of a type that needs no key may have failover and none', () => {
  const text =
    'provider: { type: vllm, baseUrl: "http://h/v1", failover: { enabled: true, cooldownDuration: 1s } }';
  assert.equal(configOf(text).providers[0]?.apiTokens.length, 0);
});

void test('a long value is shortened, and kept on one line', () => {
  const [problem] = problemsIn(`${openai}\nlisten: "a\n  b ${'x'.repeat(200)}"`);
  assert.equal(problem?.value?.length, 60);
  assert.match(problem.value, /^a b x+…$/);
});

void test('a problem of a file begins with its name and position', () => {
  const problem = { path: 'listen', value: 'x', expected: 'an address', line: 3, column: 9 };
  assert.equal(
    formatProblem(problem, 'sparekey.yaml'),
    'sparekey.yaml:3:9: listen is "x": expected an address',
  );
  assert.equal(
    formatProblem({ path: '', expected: 'a file that can be read (ENOENT)' }, 'gone.yaml'),
    'gone.yaml: expected a file that can be read (ENOENT)',
  );
});

group('credentials of a vendor that are none', [
  {
    name: 'a service account that is none',
    text: "provider: { type: vertex, vertexRegion: global, vertexAuthKey: '{}' }",
    problems: [
      '1:64: provider.vertexAuthKey is [secret]: expected the JSON of a service account, with client_email, private_key and token_uri',
    ],
  },
  {
    name: 'a pair with spaces',
    text: 'provider: { type: bedrock, awsRegion: us-east-1, awsAccessKey: an id, awsSecretKey: a word }',
    problems: [
      '1:64: provider.awsAccessKey is [secret]: expected an access key id of printable ASCII characters without spaces, as a header can carry it',
      '1:85: provider.awsSecretKey is [secret]: expected a secret access key of printable ASCII characters without spaces, as a header can carry it',
    ],
  },
]);
