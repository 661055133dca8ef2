import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { router } from '../../src/routing/route.ts';
import { FRESH } from '../../src/keys/record/record.ts';
import { openProvider } from '../../src/providers/provider.ts';
import { configOf } from '../config/parsing.ts';

const PROVIDERS = `
providers:
  - { id: main, type: openai }
  - { id: spare, type: openai, modelMapping: { "gpt-4*": gpt-5, "*": "" } }
  - { id: mapped, type: openai, modelMapping: { "*": small } }
`;

/** Where a configuration sends a model, each as `provider:model`; undefined where it has no route. */
function routesOf(
  more: string,
  random = () => 0.5,
): (model: string | undefined) => readonly string[] | undefined {
  const { providers, routes, activeProviderId } = configOf(PROVIDERS + more);
  const opened = new Map(providers.map((config) => [config.id, openProvider(config, () => FRESH)]));
  const route = router(opened, { routes, activeProviderId, random });
  return (model) => {
    const found = route(model);
    if (found.kind === 'no-route') return undefined;
    return found.targets.map((target) => `${target.provider.id}:${target.model ?? ''}`);
  };
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
    assert.deepEqual([route('gpt-5'), route(undefined)], [{ kind: 'no-route' }, { kind: 'no-route' }]);
  });

  void it('treats a name of the prototype like any other', () => {
    assert.deepEqual(routesOf('activeProviderId: main')('constructor/x'), ['main:constructor/x']);
  });
});
