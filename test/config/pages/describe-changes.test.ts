import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeChanges } from '../../../src/config/pages/describe-changes.ts';
import { configOf } from '../parsing.ts';

const A = 'sk-a-0123456789abcdef';
const B = 'sk-b-0123456789abcdef';
const C = 'sk-c-0123456789abcdef';

/** A configuration of one provider with these tokens, and more. */
function written(apiTokens: readonly unknown[], more: object = {}, provider: object = {}): object {
  return { providers: [{ id: 'main', type: 'openai', apiTokens, ...provider }], ...more };
}

function changes(before: object, after: object): string {
  const [one, other] = [before, after].map((value) =>
    configOf(JSON.stringify(value, undefined, 1), { path: 'f.yaml' }),
  );
  assert.ok(one && other);
  return describeChanges(one, other);
}

void test('what says the same in other words changes nothing', () => {
  assert.equal(changes(written([A, B]), written([B, { key: A }])), 'nothing changed');
  assert.equal(changes(written([A]), written([A], { limits: { body: '100MiB' } })), 'nothing changed');
});

void test('keys are counted and named by provider, and never shown', () => {
  const named = { key: B, name: 'team-b' };
  assert.equal(
    changes(written([A, named]), written([A, C, { ...named, weight: 2 }])),
    'provider main: 1 key added (f.yaml:8), 1 key changed (team-b)',
  );
  const many = Array.from({ length: 7 }, (_, n) => ({ key: `${C}${n}`, name: `k${n}` }));
  assert.equal(
    changes(written([A, ...many]), written([A])),
    'provider main: 7 keys removed (k0, k1, k2, k3, k4 and 2 more)',
  );
});

/** Routes whose first one leads to `to`. */
function routedTo(to: string): object {
  return {
    activeProviderId: 'main',
    routes: [
      { model: 'gpt-*', to: [to] },
      { model: 'o1', hosts: ['a.example'], to: ['main'] },
    ],
  };
}

void test('providers, their options, clients, routes, limits and the rest are told', () => {
  const client = { name: 'ci', key: 'client-key-1' };
  const spare = { id: 'spare', type: 'gemini', apiTokens: [B] };
  const after = written([A], { ...routedTo('main/gpt-5'), clients: [client], limits: { body: '1MiB' } });
  const before = written([A], { ...routedTo('spare'), clients: [{ ...client, key: 'client-key-2' }] });
  const withSpare = { ...before, providers: [{ id: 'main', type: 'openai', apiTokens: [A] }, spare] };
  assert.equal(
    changes(withSpare, after),
    '1 provider removed (spare); 1 client added (ci); 1 client removed (ci); 1 route changed (gpt-*); limits changed (body)',
  );
  assert.equal(
    changes(
      written([A], { verdicts: [] }),
      written(
        [A],
        { verdicts: [{ id: 'x', when: { status: 418 }, class: 'overloaded' }], log: { level: 'warn' } },
        { idleTimeout: '1m' },
      ),
    ),
    'provider main: idleTimeout changed; log, verdicts changed',
  );
});

void test('routes in another order are a change, since the first that fits counts', () => {
  const routes = [
    { model: 'gpt-*', to: ['main'] },
    { model: 'gpt-*', to: ['main/gpt-5'] },
    { model: '~^gpt', to: 'none' },
  ];
  const [first, second, third] = routes;
  assert.equal(
    changes(written([A], { routes }), written([A], { routes: [third, first, second] })),
    'routes reordered',
  );
  assert.match(
    changes(written([A], { routes }), written([A], { routes: [second, first, third] })),
    /^2 routes changed/,
  );
});
