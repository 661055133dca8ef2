import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { router } from '../../src/routing/route.ts';
import type { RouteQuery } from '../../src/routing/route-conditions.ts';
import { FRESH } from '../../src/keys/record/record.ts';
import { openProvider } from '../../src/providers/provider.ts';
import { configOf } from '../config/parsing.ts';

const PROVIDERS = `
providers:
  - { id: main, type: openai }
  - { id: spare, type: openai, modelMapping: { "gpt-4*": gpt-5, "*": "" } }
  - { id: mapped, type: openai, modelMapping: { "*": small } }
`;

/** Where a configuration sends a request, each as `provider:model`; undefined where it has no route. */
function queriesOf(more: string, random = () => 0.5): (query: RouteQuery) => readonly string[] | undefined {
  const { providers, routes, activeProviderId } = configOf(PROVIDERS + more);
  const opened = new Map(providers.map((config) => [config.id, openProvider(config, () => FRESH)]));
  const route = router(opened, { routes, activeProviderId, random });
  return (query) => {
    const found = route(query);
    if (found.kind === 'no-route') return undefined;
    return found.targets.map((target) => `${target.provider.id}:${target.model ?? ''}`);
  };
}

/** The same by the model alone. */
function routesOf(
  more: string,
  random = () => 0.5,
): (model: string | undefined) => readonly string[] | undefined {
  const route = queriesOf(more, random);
  return (model) => route({ model });
}

void describe('router', () => {
  const routes = `
activeProviderId: main
routes:
  - { model: "claude-*", to: [spare, main] }
  - { model: "~-mini$", to: [mapped] }
  - { model: claude-exact, to: [main] }
  - { model: "claude-3*", to: [mapped] }
`;
  const cases: readonly (readonly [string, string | undefined, readonly string[]])[] = [
    ['the provider that is named outright', 'spare/claude-1', ['spare:claude-1']],
    ['the model of a provider that is named outright, mapped', 'spare/gpt-4-turbo', ['spare:gpt-5']],
    ['the rest of a name with more slashes', 'main/meta/llama', ['main:meta/llama']],
    ['the exact route before any pattern', 'claude-exact', ['main:claude-exact']],
    ['the pattern that stands first', 'claude-3-mini', ['spare:claude-3-mini', 'main:claude-3-mini']],
    ['a regular expression', 'gpt-5-mini', ['mapped:small']],
    ['the active provider where no route matches', 'gpt-4', ['main:gpt-4']],
    ['the active provider for a name with a slash that names no provider', 'meta/llama', ['main:meta/llama']],
    ['the active provider for a name that begins with a slash', '/gpt-4', ['main:/gpt-4']],
    ['the active provider without a model', undefined, ['main:']],
  ];
  for (const [what, model, targets] of cases) {
    void it(`goes to ${what}: ${model ?? '(none)'}`, () => {
      assert.deepEqual(routesOf(routes)(model), targets);
    });
  }

  void it("asks each provider for the model by that provider's own name", () => {
    const route = routesOf('routes: [{ model: "gpt-*", to: [main, spare, mapped] }]');
    assert.deepEqual(route('gpt-4o'), ['main:gpt-4o', 'spare:gpt-5', 'mapped:small']);
  });

  void it('asks a provider for the model that the route names with it, mapped', () => {
    const route = routesOf(
      'routes: [{ model: smart, to: [main/gpt-x, { provider: spare, model: gpt-4o }] }]',
    );
    assert.deepEqual(route('smart'), ['main:gpt-x', 'spare:gpt-5']);
  });

  void it('begins with one target of a tier, as often as its weight says, and goes on to the others', () => {
    let seed = 1;
    const random = () => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
    const equals = '[{ provider: main, weight: 3 }, spare]';
    const route = routesOf(`routes: [{ model: "*", to: [${equals}, mapped] }]`, random);
    const ways = Array.from({ length: 4000 }, () => route('m')?.join(' '));
    const first = ways.filter((way) => way === 'main:m spare:m mapped:small').length;
    assert.equal(ways.filter((way) => way === 'spare:m main:m mapped:small').length, 4000 - first);
    assert.ok(first > 2850 && first < 3150, String(first));
  });

  void it('goes by the first of two routes for one name', () => {
    const route = routesOf('routes: [{ model: gpt-5, to: [spare] }, { model: gpt-5, to: [main] }]');
    assert.deepEqual(route('gpt-5'), ['spare:gpt-5']);
  });

  void it('has no route where none matches and no provider is active', () => {
    const route = routesOf('routes: [{ model: "claude-*", to: [main] }]');
    assert.equal(route('gpt-5'), undefined);
    assert.deepEqual(route('main/gpt-5'), ['main:gpt-5']);
  });

  void it('asks the first provider without a model where none is active', () => {
    assert.deepEqual(routesOf('routes: [{ model: "claude-*", to: [spare] }]')(undefined), ['main:']);
  });

  void it('has no route where there is no provider at all', () => {
    const route = router(new Map(), { routes: [], activeProviderId: undefined, random: Math.random });
    assert.deepEqual(
      [route({ model: 'gpt-5' }), route({ model: undefined })],
      [{ kind: 'no-route' }, { kind: 'no-route' }],
    );
  });

  void it('treats a name of the prototype like any other', () => {
    assert.deepEqual(routesOf('activeProviderId: main')('constructor/x'), ['main:constructor/x']);
  });
});

void describe('routes for hosts and paths', () => {
  const route = queriesOf(`
activeProviderId: main
routes:
  - { hosts: [closed.example.com], to: none }
  - { hosts: ["*.wild.example.com", "[2001:db8::1]", "edge-*"], to: [spare] }
  - { hosts: [Own.Example.com.], model: "gpt-*", to: [mapped] }
  - { hosts: [own.example.com], paths: [/team/], to: [spare, main] }
  - { paths: [/deep/down], to: [{ provider: spare, model: fixed }] }
  - { model: "*", hosts: ["*"], paths: [/all], to: [mapped] }
  - { model: by-model, to: [spare] }
`);
  const cases: readonly (readonly [string, RouteQuery, readonly string[] | undefined])[] = [
    ['a suffix', { model: 'm', host: 'a.wild.example.com' }, ['spare:m']],
    ['an empty port', { model: 'm', host: 'a.wild.example.com:' }, ['spare:m']],
    [
      'a suffix of many labels, any port, any case',
      { model: 'm', host: 'B.a.Wild.example.com:8443' },
      ['spare:m'],
    ],
    ['not the name behind the dot itself', { model: 'm', host: 'wild.example.com' }, ['main:m']],
    ['not a name that ends alike', { model: 'm', host: 'a.wild.example.com.evil.test' }, ['main:m']],
    ['a final dot', { model: 'm', host: 'a.wild.example.com.' }, ['spare:m']],
    ['an address', { model: 'm', host: '[2001:DB8::1]:443' }, ['spare:m']],
    ['a prefix', { model: 'm', host: 'edge-7.example.com' }, ['spare:m']],
    ['host and model', { model: 'gpt-5', host: 'own.example.com' }, ['mapped:small']],
    ['neither where the model is another', { model: 'claude', host: 'own.example.com' }, ['main:claude']],
    [
      'host and path',
      { model: 'm', host: 'own.example.com', path: '/team/v1/chat/completions' },
      ['spare:m', 'main:m'],
    ],
    [
      'the earlier route of a host',
      { model: 'gpt-5', host: 'own.example.com', path: '/team/v1' },
      ['mapped:small'],
    ],
    ['a path of whole segments', { model: 'm', host: 'x', path: '/deep/down/v1' }, ['spare:fixed']],
    ['not a longer segment', { model: 'm', host: 'x', path: '/deep/downwards/v1' }, ['main:m']],
    ['any host, even none', { model: 'm', path: '/all/v1' }, ['mapped:small']],
    ['no model on a route for all models', { model: undefined, host: 'a.wild.example.com' }, ['spare:']],
    ['no model on a route that names one', { model: undefined, path: '/deep/down' }, ['spare:']],
    ['no model past a route for some models', { model: undefined, host: 'own.example.com' }, ['main:']],
    [
      'a provider that the model names, which the host outranks',
      { model: 'main/m', host: 'a.wild.example.com' },
      ['spare:main/m'],
    ],
    ['nobody, whatever the model', { model: 'main/m', host: 'closed.example.com' }, undefined],
    ['nobody, without a model', { model: undefined, host: 'closed.example.com:80' }, undefined],
    ['by the model alone where no host fits', { model: 'by-model', host: 'x' }, ['spare:by-model']],
    ['a malformed host fits no name', { model: 'm', host: 'a b.wild.example.com' }, ['main:m']],
  ];
  for (const [what, query, targets] of cases)
    void it(what, () => {
      assert.deepEqual(route(query), targets);
    });
});
