import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { gatewayFor } from '../support/gateway.ts';
import type { TestGateway, TestGatewayOptions } from '../support/gateway.ts';
import { ask } from '../support/http.ts';
import { until } from '../support/until.ts';
import { finished } from './tools.ts';

const GOOD = 'sk-good-0123456789abcdef-good';
const DEAD = 'sk-dead-0123456789abcdef-dead';
const HOT = 'sk-hot-00123456789abcdef-warm';

const pool: TestGatewayOptions = {
  provider: {
    apiTokens: [
      { key: GOOD, name: 'team-a' },
      { key: DEAD, name: 'team-b' },
      { key: HOT, name: 'team-b', quotaDomain: 'org-hot' },
    ],
  },
  behaviours: {
    [DEAD]: [{ kind: 'invalid-key' }],
    [HOT]: [{ kind: 'rate-limited', retryAfter: 60 }],
  },
};

/** What the command prints, where it ends well. */
async function output(context: TestContext, { adminUrl }: TestGateway, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await finished(context, ['keys', ...args, '--admin', adminUrl]);
  assert.deepEqual([code, stderr], [0, '']);
  return stdout;
}

/** A gateway whose bad keys have all been tried. */
async function gatewayWithTriedKeys(context: TestContext): Promise<TestGateway> {
  const gateway = await gatewayFor(context, pool);
  await until(async () => {
    await ask(gateway.url);
    return [DEAD, HOT].every((key) => gateway.sim.counts(key).total > 0);
  });
  return gateway;
}

void test('keys explain shows why a key is out, on what evidence, and what comes next', async (context) => {
  const gateway = await gatewayWithTriedKeys(context);
  const { id } = await gateway.keyOf(DEAD);
  const text = await output(context, gateway, 'explain', id);
  assert.match(
    text,
    new RegExp(`^team-b \\(${id}, …dead\\) of sim is out of service since \\d\\d:\\d\\d:\\d\\d UTC, `),
  );
  assert.match(text, /^Why +The provider refuses the credential/m);
  assert.match(text, /^Evidence +Request req_\S+ got status 401 at /m);
  assert.match(
    text,
    /^Rule +openai\.key-invalid \(key_dead: the credential is refused\)\n +developers\.openai\.com/m,
  );
  assert.match(text, /^Next +in \S+: this process checks it for free, by asking for the list of models\.$/m);
  assert.match(text, /^WHEN +WHAT +RULE +STATUS +SHOWN BY +JUDGED AT$/m);
  assert.match(
    text,
    / ago +taken out +openai\.key-invalid +401 +req_\S+ +this process$|^just now +taken out/m,
  );
});

void test('a key that is held is in service, and one that is fine has nothing against it', async (context) => {
  const gateway = await gatewayWithTriedKeys(context);
  const { id } = await gateway.keyOf(HOT);
  const held = await output(context, gateway, 'explain', id);
  assert.match(held, /^team-b \(.*\) of sim is in service, but kept from gpt-5\.$/m);
  assert.match(held, /^Why +It was throttled for gpt-5\.$/m);
  assert.match(held, /^Next +in \S+: it may be used for gpt-5 again\.$/m);
  assert.match(held, /^Limits +Its limits are those of org-hot: no other key has the same\.$/m);
  const fine = await output(context, gateway, 'explain', 'team-a');
  assert.match(fine, /^team-a \(.*\) of sim is in service\.$/m);
  assert.match(fine, /^Why +Nothing speaks against it\.$/m);
  // Nothing but that: no decision, and nothing about processes.
  assert.match(fine, /^Why +Nothing speaks against it\.\nLimits .*\n$/m);
});

void test('the key is named by its id, the beginning of it, or its name, as long as one is meant', async (context) => {
  const gateway = await gatewayFor(context, pool);
  const { id } = await gateway.keyOf(GOOD);
  const { id: dead } = await gateway.keyOf(DEAD);
  const { id: hot } = await gateway.keyOf(HOT);
  const whole = await output(context, gateway, 'explain', id);
  assert.match(whole, new RegExp(`^team-a \\(${id}`));
  for (const meant of ['team-a', id.slice(0, 8)]) {
    assert.match(await output(context, gateway, 'explain', meant), new RegExp(`^team-a \\(${id}`));
  }
  const refused = async (meant: string) => {
    const args = ['keys', 'explain', meant, '--admin', gateway.adminUrl];
    const { code, stderr } = await finished(context, args);
    assert.equal(code, 1);
    return stderr;
  };
  const near = await gateway.keyOf(GOOD);
  assert.equal(
    await refused('taem-a'),
    `No key has the id or the name taem-a, or one that begins so. Did you mean ${near.id} team-a …good of sim?\n`,
  );
  assert.equal(
    await refused('team-b'),
    `2 keys are meant by team-b:\n  ${dead} team-b …dead of sim\n  ${hot} team-b …warm of sim\n`,
  );
});

void test('--json prints what the admin API answers', async (context) => {
  const gateway = await gatewayWithTriedKeys(context);
  const { id } = await gateway.keyOf(DEAD);
  assert.partialDeepStrictEqual(JSON.parse(await output(context, gateway, 'explain', id, '--json')), {
    key: await gateway.keyOf(DEAD),
    cause: 'key_dead',
    decisions: [{ effect: 'taken-out' }],
  });
  assert.partialDeepStrictEqual(JSON.parse(await output(context, gateway, 'simulate', '--json')), {
    model: null,
    providers: [{ provider: 'sim', counts: { 'out-of-service': 1 } }],
  });
});

void test('keys simulate shows which key would be chosen, and why not the others', async (context) => {
  const gateway = await gatewayWithTriedKeys(context);
  const text = await output(context, gateway, 'simulate', '--model', 'gpt-5');
  const [way, , outcome, , headings, ...rows] = text.trimEnd().split('\n');
  assert.equal(way, 'A request for gpt-5 goes to sim.');
  assert.equal(outcome, 'sim: team-a is the only one of 3 keys that can be used.');
  const cells = rows.map((row) => row.split(/ {2,}/));
  assert.deepEqual(headings?.split(/ {2,}/), ['CHANCE', 'NAME', 'ID', 'HINT', 'IN FLIGHT', 'WEIGHT', 'WHY']);
  assert.deepEqual(cells[0]?.slice(0, 2), ['100 %', 'team-a']);
  assert.equal(cells[0]?.at(-1), 'can be used');
  assert.match(cells[1]?.at(-1) ?? '', /^out of service: refused .* \(openai\.key-invalid\), next try in /);
  assert.match(cells[2]?.at(-1) ?? '', /^throttled for gpt-5 \(openai\.rate-limit\), free again in /);

  const other = await output(context, gateway, 'simulate', '--provider', 'sim', '--model', 'gpt-4o-mini');
  assert.match(other, /^sim: 2 of 3 keys can be used; of two taken at random the less busy one is used/m);
  const unknown = await finished(context, [
    'keys',
    'simulate',
    '--provider',
    'x',
    '--admin',
    gateway.adminUrl,
  ]);
  assert.deepEqual(
    [unknown.code, unknown.stderr],
    [1, 'There is no provider with this id. (unknown_provider)\n'],
  );
});

void test('keys simulate follows the route, and names the last resort', async (context) => {
  const gateway = await gatewayFor(context, {
    config: (sim) => ({
      providers: [
        {
          id: 'first',
          type: 'openai',
          baseUrl: sim.url,
          apiTokens: [DEAD, GOOD],
          failover: { enabled: true, failureThreshold: 1, cooldownDuration: '1h' },
        },
        { id: 'second', type: 'openai', baseUrl: sim.url, modelMapping: { '*': 'small' } },
      ],
      routes: [{ model: 'gpt-*', to: ['first', 'second'] }],
      activeProviderId: 'second',
    }),
    behaviours: { [DEAD]: [{ kind: 'invalid-key' }], [GOOD]: [{ kind: 'server-error' }] },
  });
  await until(async () => {
    await ask(gateway.url);
    return (await gateway.keys()).every(({ state }) => state === 'out-of-service');
  });
  const { id } = await gateway.keyOf(GOOD, 'first');
  const text = await output(context, gateway, 'simulate', '--model', 'gpt-5');
  assert.match(text, /^A request for gpt-5 goes to first, and where that has no answer to second\.$/m);
  assert.match(
    text,
    new RegExp(`^first: none of 2 keys can be used; ${id} is tried as a last resort\\.$`, 'm'),
  );
  assert.match(text, /^100 % .*, next try in \S+; last resort$/m);
  assert.match(
    text,
    /^second, where it is called small: it has no keys, and is called with the client's own credential\.$/m,
  );
  const lost = await output(context, gateway, 'explain', id);
  assert.match(lost, /^Why +It failed once, which is what takes a key out here \(failureThreshold\)\.$/m);
  assert.match(lost, /it comes back by itself, its cooldown over\.\n +any time: a request may try it/);
});

void test('keys simulate names equals on a route with their shares', async (context) => {
  const gateway = await gatewayFor(context, {
    config: (sim) => ({
      providers: ['one', 'two', 'last'].map((id) => ({
        id,
        type: 'openai',
        baseUrl: sim.url,
        apiTokens: [GOOD],
      })),
      routes: [{ model: 'gpt-*', to: [['one', { provider: 'two', weight: 3 }], 'last'] }],
      activeProviderId: 'last',
    }),
  });
  const text = await output(context, gateway, 'simulate', '--model', 'gpt-5');
  assert.match(
    text,
    /^A request for gpt-5 goes to two \(75 %\) or one \(25 %\), and where that has no answer to last\.$/m,
  );
  assert.match(text, /^two: its one key can be used\.$/m);
});

void test('keys simulate follows the route of a host and path', async (context) => {
  const routes = [
    { hosts: ['b.example.com'], to: ['sim/other'] },
    { paths: ['/team'], to: ['sim/third'] },
  ];
  const gateway = await gatewayFor(context, { config: { routes } });
  const modelAt = async (...args: string[]): Promise<string | undefined> => {
    const text = await output(context, gateway, 'simulate', '--model', 'gpt-5', ...args);
    return / called (\w+)/.exec(text)?.[1];
  };
  assert.equal(await modelAt('--host', 'b.example.com'), 'other');
  assert.equal(await modelAt('--path', '/team/v1/chat/completions'), 'third');
  assert.equal(await modelAt('--host', 'localhost', '--path', '/v1/chat/completions'), undefined);
});
