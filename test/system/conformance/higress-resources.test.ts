import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseConfig } from '../../../src/config/load/load.ts';
import { gatewayFor } from '../../support/gateway.ts';
import { ask } from '../../support/http.ts';
import { rawAnswer, rawUpstream } from '../../support/raw-upstream.ts';

/*
 * Configurations of the Higress plugin as they are deployed: in resources of Kubernetes, several to a file, with rules for
 * domains, routes and services. Each is started as it stands, and the credential that arrives tells which provider served.
 */

interface Asked {
  readonly host?: string;
  readonly path?: string;
  readonly model?: string;
  /** The providers that are asked, in this order; a number is the status of a refusal. */
  readonly to: readonly string[] | number;
  /** Tokens that are answered with 500. */
  readonly failing?: readonly string[];
}

interface Case {
  readonly name: string;
  /** Of providers the options are filled in: `@a` is provider a. */
  readonly yaml: string;
  readonly asked: readonly Asked[];
  /** All of them, as `path:line expected`. */
  readonly warnings?: readonly RegExp[];
}

/** The options of a provider that is called at `url` with a credential of its own. */
function filledIn(yaml: string, url: string): string {
  return yaml.replaceAll(
    /@(\w+)/g,
    (_, name: string) => `type: openai, openaiCustomUrl: "${url}/v1", apiTokens: [sk-${name}-0123456789]`,
  );
}

function wasmPlugin(spec: string): string {
  const indented = spec.trim().replaceAll('\n', '\n  ');
  return `apiVersion: extensions.higress.io/v1alpha1
kind: WasmPlugin
metadata: { name: ai-proxy, namespace: higress-system }
spec:
  url: oci://higress-registry.example.com/plugins/ai-proxy:2.0.0
  ${indented}
`;
}

/** An Ingress as the console of Higress writes it. */
function ingress(
  name: string,
  annotations: string,
  rule = '{ http: { paths: [{ path: /, pathType: Prefix }] } }',
) {
  return `apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: ${name}
  namespace: higress-system
  annotations: { ${annotations} }
spec: { ingressClassName: higress, rules: [${rule}] }
`;
}

const TWO = `defaultConfig:
  providers:
    - { id: a, @a }
    - { id: b, @b }
`;

const cases: readonly Case[] = [
  {
    name: 'domains lead to their own providers, the first rule that fits decides, and all else to the active one',
    yaml: wasmPlugin(`${TWO}  activeProviderId: a
matchRules:
  - { domain: ["*.example.com", b.test], config: { activeProviderId: b } }
  - { domain: [x.example.com], config: { activeProviderId: a } }
  - { domain: [own.test], config: { provider: { @c } } }
  - { domain: ["api-*"], config: { providers: [{ id: b, @d }], activeProviderId: b } }`),
    asked: [
      { host: 'x.example.com', to: ['b'] },
      { host: 'Y.X.Example.com:8443', to: ['b'] },
      { host: 'example.com', to: ['a'] },
      { host: 'b.test', to: ['b'] },
      { host: 'own.test', to: ['c'] },
      { host: 'api-1.test', to: ['d'] },
      { host: 'elsewhere.test', to: ['a'] },
      { to: ['a'] },
    ],
    warnings: [/^spec\.matchRules\[3\]\.config\.providers\[0\]:15 an id of its own: it is called b-2 here$/],
  },
  {
    name: 'what is for no domain is refused where nothing is for all',
    yaml: wasmPlugin(`${TWO}matchRules:
  - { domain: [a.test], config: { activeProviderId: a } }
  - { domain: [closed.test], config: {} }`),
    asked: [
      { host: 'a.test', to: ['a'] },
      { host: 'closed.test', to: 404 },
      { host: 'elsewhere.test', to: 404 },
      { host: 'elsewhere.test', model: 'b/gpt-5', to: ['b'] },
    ],
    warnings: [/^spec\.matchRules\[1\]:12 a provider: without one the plugin leaves these requests alone/],
  },
  {
    name: 'what is disabled has no effect, be it a rule or what is for all',
    yaml: wasmPlugin(`${TWO}  activeProviderId: a
defaultConfigDisable: true
matchRules:
  - { domain: [b.test], configDisable: true, config: { activeProviderId: a } }
  - { domain: ["*.test"], config: { activeProviderId: b } }`),
    asked: [
      { host: 'b.test', to: ['b'] },
      { host: 'example.com', to: 404 },
    ],
    warnings: [/^spec\.matchRules\[0\]:13 nothing, since it is disabled/],
  },
  {
    name: 'rules without resources, for domains and for one route that nothing tells',
    yaml: `providers:
  - { id: a, @a }
  - { id: b, @b }
activeProviderId: a
_rules_:
  - { _match_domain_: ["b.example.com", "b.example.com:8080"], activeProviderId: b }
  - { _match_route_: [route-b], activeProviderId: b }
  - { _match_route_prefix_: [a-], activeProviderId: a }
  - { activeProviderId: b }
`,
    asked: [
      { host: 'b.example.com:8080', to: ['b'] },
      { host: 'a.example.com', to: ['a'] },
    ],
    warnings: [
      /^_rules_\[3\]:9 a domain, a route or a service that it is for$/,
      /^_rules_\[0\]:6 domains without port/,
      /^_rules_\[1\]:7 an Ingress in this file .* route route-b, or routes: .*; without one ask for b\/MODEL$/,
      /^_rules_\[2\]:8 an Ingress in this file .* route a-…; without one a serves all that no route is for$/,
    ],
  },
  {
    name: 'services of the console, without its Ingresses: by name',
    yaml: wasmPlugin(`${TWO}defaultConfigDisable: false
matchRules:
  - { service: [llm-a.internal.dns], config: { activeProviderId: a } }
  - { service: [llm-b.internal.dns], config: { activeProviderId: b } }`),
    asked: [
      { model: 'a/gpt-5', to: ['a'] },
      { model: 'b/gpt-5', to: ['b'] },
      { model: 'gpt-5', to: 404 },
    ],
    warnings: [
      /^spec\.matchRules\[0\]:12 .* service llm-a\.internal\.dns, or .* ask for a\/MODEL$/,
      /^spec\.matchRules\[1\]:13 .* service llm-b\.internal\.dns, or .* ask for b\/MODEL$/,
    ],
  },
  {
    name: 'services of the console, with its Ingresses: by model, host and path, with shares and fallbacks',
    yaml: [
      wasmPlugin(`defaultConfig:
  providers:
    - { id: a, @a }
    - { id: b, @b }
    - { id: c, @c }
matchRules:
  - { service: [llm-a.internal.dns], config: { activeProviderId: a } }
  - { service: ["llm-b.internal.dns:443"], config: { activeProviderId: b } }
  - { ingress: [named], config: { activeProviderId: c } }
  - { domain: [d.test], config: { activeProviderId: c } }`),
      ingress(
        'ai-route-exact.internal',
        `higress.io/destination: 100% llm-a.internal.dns:443,
         higress.io/exact-match-header-x-higress-llm-model: gpt-5`,
      ),
      ingress(
        'ai-route-exact.fallback.internal',
        `higress.io/destination: 100% llm-b.internal.dns:443,
         higress.io/exact-match-header-x-higress-llm-model: gpt-5,
         higress.io/exact-match-header-x-higress-fallback-from: ai-route-exact.internal`,
      ),
      ingress(
        'ai-route-many.internal',
        `higress.io/destination: 100% llm-b.internal.dns:443,
         higress.io/regex-match-header-x-higress-llm-model: "^(qwen-max|llama.*)"`,
      ),
      ingress(
        'ai-route-prefix.internal',
        `higress.io/destination: 100% llm-b.internal.dns:443,
         higress.io/prefix-match-header-X-Higress-LLM-Model: claude-`,
      ),
      ingress(
        'named',
        '',
        '{ host: named.test, http: { paths: [{ path: /deep/ }, { path: /, pathType: Prefix }] } }',
      ),
      ingress('canary', 'higress.io/exact-match-header-x-canary: "1"'),
      ingress(
        'other',
        'higress.io/destination: 100% shop.default.svc.cluster.local:80',
        '{ host: shop.test }',
      ),
      'apiVersion: v1\nkind: Secret\nmetadata: { name: keys }\nstringData: { token: sk-very-secret }\n',
    ].join('---\n'),
    asked: [
      { model: 'gpt-5', to: ['a'] },
      { model: 'gpt-5', failing: ['a'], to: ['a', 'b'] },
      { model: 'qwen-max', to: ['b'] },
      { model: 'llama-3', to: ['b'] },
      { model: 'not-qwen-max', to: 404 },
      { model: 'claude-x', to: ['b'] },
      { model: 'anything', host: 'named.test', to: ['c'] },
      { model: 'gpt-5', host: 'd.test', to: ['a'] },
      { model: 'anything', host: 'd.test', to: ['c'] },
      { model: 'c/gpt-5', to: ['c'] },
    ],
    warnings: [
      /^\[6\]\.metadata\.annotations\["higress\.io\/exact-match-header-x-canary"\]:\d+ nothing, since no route/,
      /^\[8\]:\d+ nothing: this is a Secret called keys, which is not read here$/,
      /^\[7\]\.spec\.rules\[0\]\.http\.paths\[0\]:\d+ a service that a rule has a provider for/,
    ],
  },
  {
    name: 'a service that no Ingress leads to gets nothing by itself',
    yaml: [
      wasmPlugin(`${TWO}matchRules:
  - { service: [llm-a.internal.dns], config: { activeProviderId: a } }
  - { service: [llm-b.internal.dns], config: { activeProviderId: b } }`),
      ingress(
        'ai-route-all.internal',
        'higress.io/destination: "100% llm-a.internal.dns:443\\n0% llm-b.internal.dns"',
      ),
    ].join('---\n'),
    asked: [
      { model: 'x', to: ['a'] },
      { model: 'x', failing: ['a'], to: 500 },
    ],
    warnings: [/^\[0\]\.spec\.matchRules\[1\]:12 .* llm-b\.internal\.dns.* ask for b\/MODEL$/],
  },
  {
    name: 'two plugins and options of this gateway, each in a document of its own, the first one empty',
    yaml: [
      '---\n',
      wasmPlugin(`defaultConfig: { provider: { @a } }
matchRules: [{ domain: [b.test], config: { provider: { @b } } }]`),
      wasmPlugin(`defaultConfigDisable: true
matchRules: [{ domain: [c.test], config: { provider: { @c } } }]`),
      'limits: { body: 1MiB }\nroutes: [{ hosts: [first.test], to: [openai-2] }]\n',
      'limits: { body: 2MiB }\n',
    ].join('---\n'),
    asked: [
      { to: ['a'] },
      { host: 'b.test', to: ['b'] },
      { host: 'c.test', to: ['c'] },
      { host: 'first.test', to: ['b'] },
    ],
    warnings: [
      /^\[4\]\.limits:\d+ nothing, since an earlier document says it$/,
      /^\[1\]\.spec\.matchRules\[0\]\.config\.provider:\d+ .* openai-2 here$/,
      /^\[2\]\.spec\.matchRules\[0\]\.config\.provider:\d+ .* openai-3 here$/,
    ],
  },
  {
    name: 'a list of resources, as it is read out of a cluster',
    yaml: JSON.stringify({
      apiVersion: 'v1',
      kind: 'List',
      items: [
        {
          apiVersion: 'extensions.higress.io/v1alpha1',
          kind: 'WasmPlugin',
          spec: { matchRules: [{ ingress: ['team/chat'], config: { provider: { id: 'a', x: '@a' } } }] },
        },
        {
          apiVersion: 'networking.k8s.io/v1',
          kind: 'Ingress',
          metadata: { name: 'chat', namespace: 'team' },
          spec: {
            rules: [{ host: '*.team.test', http: { paths: [{ path: '/chat', pathType: 'Prefix' }] } }],
          },
        },
        {
          apiVersion: 'extensions.higress.io/v1alpha1',
          kind: 'WasmPlugin',
          metadata: { name: 'key-auth' },
          spec: { defaultConfig: { consumers: [] } },
        },
      ],
    }).replace('"x":"@a"', '@a'),
    asked: [
      { host: 'a.team.test', path: '/chat/v1/chat/completions', to: ['a'] },
      { host: 'a.team.test', to: 404 },
      { path: '/chat/v1/chat/completions', to: 404 },
    ],
    warnings: [/^items\[2\]:1 nothing: this is a WasmPlugin called key-auth, which is not read here$/],
  },
];

void describe('resources and rules of Higress', () => {
  for (const { name, yaml, asked, warnings = [] } of cases)
    void it(name, async (t) => {
      let failing: readonly string[] = [];
      const upstream = await rawUpstream(t, ({ request, end }) => {
        const isFailing = failing.includes(providerOf(request.header('authorization')));
        end(rawAnswer(isFailing ? '500 Oops' : '200 OK', ['content-type: application/json'], GOOD));
      });
      const text = filledIn(yaml, upstream.origin);
      const parsed = parseConfig(text, { env: {} });
      assert.ok(parsed.ok, JSON.stringify(parsed));
      const said = parsed.warnings.map(({ path, line, expected }) => `${path}:${line} ${expected}`);
      for (const [index, expected] of warnings.entries())
        assert.ok(
          said.some((each) => expected.test(each)),
          `warning ${index} is not among\n${said.join('\n')}`,
        );
      assert.equal(said.length, warnings.length, said.join('\n'));
      assert.ok(!said.join('').includes('sk-'));

      const gateway = await gatewayFor(t, { yaml: () => text });
      for (const {
        host = '127.0.0.1',
        path = '/v1/chat/completions',
        model = 'm',
        to,
        failing: f = [],
      } of asked) {
        failing = f;
        const before = upstream.requests.length;
        const messages = [{ role: 'user', content: 'hello' }];
        const { status } = await ask(gateway.url, { path, headers: { host }, body: { model, messages } });
        const served = upstream.requests
          .slice(before)
          .map((each) => providerOf(each.header('authorization')));
        const what = JSON.stringify({ host, path, model });
        if (typeof to === 'number') assert.equal(status, to, what);
        else assert.deepEqual([status, served], [200, to], what);
      }
    });
});

const GOOD = JSON.stringify({
  id: 'chatcmpl-1',
  object: 'chat.completion',
  model: 'm',
  choices: [{ index: 0, message: { role: 'assistant', content: 'hello' }, finish_reason: 'stop' }],
});

function providerOf(authorization = ''): string {
  return /^Bearer sk-(\w+)-/.exec(authorization)?.[1] ?? '';
}
