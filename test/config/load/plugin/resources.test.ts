import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseConfig } from '../../../../src/config/load/load.ts';
import { formatProblem } from '../../../../src/config/load/problem.ts';
import { accepted, configOf, problemsIn } from '../../parsing.ts';

/* What the resources and rules of Higress come to, and that none of them, whatever it holds, is more than a message. */

const RULES = `spec:
  defaultConfig:
    providers:
      - { id: a, type: openai, apiTokens: [sk-a-0123456789] }
      - { id: b, type: groq, apiTokens: [sk-b-0123456789] }
    activeProviderId: a
  matchRules:
`;

function withRules(rules: string): string {
  return `kind: WasmPlugin\n${RULES}${rules}`;
}

void describe('mistakes are named where they stand:', () => {
  const cases: readonly (readonly [what: string, text: string, problems: readonly string[]])[] = [
    [
      'a rule for a provider that is not there',
      withRules('    - { domain: [x.test], config: { activeProviderId: gone } }\n'),
      ['9:55: routes[0].to[0]: expected the id of a provider: a, b'],
    ],
    [
      'the same where nothing says what the rule is for',
      withRules('    - { ingress: [x], config: { activeProviderId: gone } }\n'),
      ['9:51: routes[0].to[0]: expected the id of a provider: a, b'],
    ],
    [
      'a mistake in a provider of a rule',
      withRules('    - domain: [x.test]\n      config: { provider: { type: nonsense, colour: red } }\n'),
      ['10:35: providers[2].type is "nonsense"'],
    ],
    [
      'a provider that is not there for all',
      withRules('').replace('activeProviderId: a', 'activeProviderId: gone'),
      ['7:23: activeProviderId is "gone": expected the id of a provider: a, b'],
    ],
    [
      'a model that is no expression, of an Ingress',
      `${withRules('    - { ingress: [x], config: { activeProviderId: b } }\n')}---
kind: Ingress
apiVersion: networking.k8s.io/v1
metadata: { name: x, annotations: { higress.io/regex-match-header-x-higress-llm-model: "(" } }
`,
      ['11:1: routes[0].model'],
    ],
    [
      'options in another document',
      `${withRules('')}---\nlisten: nowhere\nroutes: [{ to: [gone] }]\n`,
      ['10:9: listen is "nowhere"', '11:17: routes[0].to[0] is "gone"'],
    ],
    [
      'an environment that lacks something, once',
      `${withRules('')}---\nworkers: "\${NO_SUCH}"\n`,
      ['10:10: [1].workers: expected the environment variable NO_SUCH, which is not set'],
    ],
    ['resources without any configuration', 'kind: Ingress\nmetadata: { name: x }\n', ['1:1: providers']],
  ];
  for (const [what, text, expected] of cases)
    void test(what, () => {
      const problems = problemsIn(text).map((problem) => formatProblem(problem));
      for (const [index, begin] of expected.entries())
        assert.ok(problems[index]?.startsWith(begin) === true, `${begin}\n${problems.join('\n')}`);
      assert.equal(problems.length, expected.length);
    });
});

void test('options beside what a resource says hold, and are mistakes where nobody knows them', () => {
  const { listen, providers } = configOf(`listen: 127.0.0.1:81\n${withRules('')}`);
  assert.deepEqual([listen.port, providers.length], [81, 2]);
  const [problem] = problemsIn(`lissten: 127.0.0.1:81\n${withRules('')}`);
  assert.deepEqual([problem?.line, problem?.expected], [1, 'a known field; did you mean listen?']);
});

void test('a resource is read without its head', () => {
  const { providers, activeProviderId } = configOf(RULES);
  assert.deepEqual([providers.length, activeProviderId], [2, 'a']);
});

for (const provider of ['{ serviceName: qwen.dns, domain: q.test, sk: x }', 'keycloak'])
  void test(`another plugin whose provider is ${provider} is not read`, () => {
    const { config, warnings } = accepted(
      `kind: WasmPlugin\nspec: { defaultConfig: { provider: ${provider} } }\n---\n${withRules('')}`,
    );
    assert.deepEqual(
      [config.providers.length, warnings.map(({ path, line }) => `${line} ${path}`)],
      [2, ['1 [0]']],
    );
  });

void test('a rule that repeats a provider has the one that is there', () => {
  const { providers, routes } = configOf(
    withRules(`    - { domain: [x.test], config: { provider: { id: b, type: groq, apiTokens: [sk-b-0123456789] } } }
    - { domain: [y.test], config: { provider: { type: groq, apiTokens: [sk-c-0123456789] } } }
    - { domain: [z.test], config: { provider: { type: groq, apiTokens: [sk-c-0123456789] } } }
`),
  );
  assert.deepEqual(
    providers.map(({ id }) => id),
    ['a', 'b', 'groq'],
  );
  assert.deepEqual(
    routes.map(({ hosts, to }) => [hosts, to[0]?.[0]?.provider]),
    [
      [['x.test'], 'b'],
      [['y.test'], 'groq'],
      [['z.test'], 'groq'],
    ],
  );
});

void test('what Istio calls pluginConfig is the whole', () => {
  const { providers, activeProviderId, routes } = configOf(
    'kind: WasmPlugin\nspec: { pluginConfig: { provider: { type: groq }, _rules_: [{ _match_domain_: [x.test], provider: { type: openai } }] } }',
  );
  assert.deepEqual(
    providers.map(({ id }) => id),
    ['groq', 'openai'],
  );
  assert.equal(activeProviderId, 'groq');
  assert.deepEqual(routes[0]?.hosts, ['x.test']);
});

void test('documents without providers count for one configuration', () => {
  const { config, warnings } = accepted(
    '---\n---\nprovider: { type: groq }\n---\nlisten: 127.0.0.1:1234\n---\n',
  );
  assert.equal(config.listen.port, 1234);
  assert.equal(config.activeProviderId, 'groq');
  assert.deepEqual(warnings, []);
});

const ROUTED = [
  ['', '/'],
  ['', '/a'],
  ['*.test', '/'],
  ['x.test', '/'],
  ['x.test', '/a/b/'],
  ['*.x.test', '/'],
  ['y.test', '/c(/|$)(.*)'],
  ['y.test', '/d/.*'],
  ['y.test', '/.*'],
  ['y.test', '/v[12]/chat'],
].map(([host, path]) => JSON.stringify({ host, http: { paths: [{ path, pathType: 'Prefix' }] } }));

void test('Ingresses are tried as Higress does: by host, then by path, the more exact one first', () => {
  const { config, warnings } =
    accepted(`${withRules('    - { ingress: [all], config: { activeProviderId: b } }\n')}---
kind: Ingress
apiVersion: networking.k8s.io/v1
metadata: { name: all }
spec: { rules: [${ROUTED.join(', ')}] }
`);
  assert.deepEqual(
    warnings.map(({ path }) => path),
    ['[1].spec.rules[9].http.paths[0].path'],
  );
  assert.deepEqual(
    config.routes.map(({ hosts, paths }) => [hosts?.[0], paths?.[0]]),
    [
      ['x.test', '/a/b'],
      ['y.test', '/c'],
      ['y.test', '/d'],
      ['x.test', undefined],
      ['y.test', undefined],
      ['*.x.test', undefined],
      ['*.test', undefined],
      [undefined, '/a'],
      [undefined, undefined],
    ],
  );
});

void test('what no Ingress tells is named, and a fallback of nothing', () => {
  const { warnings } =
    accepted(`${withRules('    - { ingress: [there, gone, lost], config: { activeProviderId: b } }\n')}---
kind: Ingress
apiVersion: networking.k8s.io/v1
metadata: { name: there }
---
kind: Ingress
apiVersion: networking.k8s.io/v1
metadata: { name: other, annotations: { higress.io/exact-match-header-x-higress-fallback-from: away } }
`);
  assert.deepEqual(
    warnings.map((warning) => formatProblem(warning)),
    [
      '9:7: [0].spec.matchRules[0]: expected an Ingress in this file that says what requests go to route gone, lost, or routes: [{ hosts: [HOST], to: [b] }]; without one ask for b/MODEL',
      '15:1: [2].spec.rules[0].http.paths[0]: expected the Ingress away in this file, of which it is the fallback',
    ],
  );
});

void test('whatever a resource holds, it is a message and no secret', () => {
  const whole = [
    {
      kind: 'WasmPlugin',
      metadata: { name: 'x' },
      spec: {
        defaultConfigDisable: false,
        defaultConfig: {
          providers: [{ id: 'a', type: 'openai', apiTokens: ['sk-secret-1'] }],
          activeProviderId: 'a',
          _rules_: [],
        },
        matchRules: [
          { domain: ['x.test'], config: { provider: { type: 'groq', apiTokens: ['sk-secret-2'] } } },
          { ingress: ['i'], service: ['s'], configDisable: false, config: { activeProviderId: 'a' } },
        ],
      },
    },
    {
      kind: 'Ingress',
      apiVersion: 'v1',
      metadata: { name: 'i', namespace: 'n', annotations: { 'higress.io/destination': '50% s:80' } },
      spec: {
        rules: [{ host: 'h.test', http: { paths: [{ path: '/', backend: { service: { name: 's' } } }] } }],
      },
    },
    {
      _rules_: [{ _match_domain_: ['y.test'], providers: [], activeProviderId: 'a' }],
      listen: '127.0.0.1:1',
    },
  ];
  const wrong = [
    null,
    1,
    true,
    'sk-secret-3',
    [],
    ['sk-secret-3'],
    {},
    { 'sk-secret-3': 'sk-secret-3' },
    [null],
  ];
  let count = 0;
  for (const path of pathsOf(whole))
    for (const value of wrong) {
      const [first = 0, ...rest] = path;
      const documents = whole.map((each, index) => (index === first ? replaced(each, rest, value) : each));
      const text = documents.map((each) => JSON.stringify(each)).join('\n---\n');
      const result = parseConfig(text, { env: {} });
      const said = result.ok ? result.warnings : result.problems;
      for (const problem of said) {
        assert.ok(problem.line !== undefined);
        assert.doesNotMatch(formatProblem(problem), /sk-secret-[12]/);
      }
      count++;
    }
  assert.ok(count > 400, String(count));
});

function pathsOf(value: unknown): (string | number)[][] {
  if (typeof value !== 'object' || value === null) return [];
  const entries: (readonly [string | number, unknown])[] = Array.isArray(value)
    ? [...value.entries()]
    : Object.entries(value);
  return entries.flatMap(([name, each]) => [[name], ...pathsOf(each).map((rest) => [name, ...rest])]);
}

/** A copy with another value at one path. */
function replaced(
  container: unknown,
  [first, ...rest]: readonly (string | number)[],
  value: unknown,
): unknown {
  if (first === undefined) return value;
  const at = (name: string | number, each: unknown): unknown =>
    name === first ? replaced(each, rest, value) : each;
  if (Array.isArray(container)) return container.map((each: unknown, index) => at(index, each));
  const entries = Object.entries(container ?? {});
  return Object.fromEntries(entries.map(([name, each]: [string, unknown]) => [name, at(name, each)]));
}
