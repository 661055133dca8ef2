import assert from 'node:assert/strict';
import { join } from 'node:path';
import { suite, test, type TestContext } from 'node:test';
import { finished } from '../../cli/tools.ts';
import { folderFor } from '../../support/folder.ts';
import {
  gatewayFor,
  type ConfigParts,
  type TestGateway,
  type TestGatewayOptions,
} from '../../support/gateway.ts';
import { ask, chat } from '../../support/http.ts';
import { rawAnswer, rawUpstream, type RawUpstream } from '../../support/raw-upstream.ts';
import { until } from '../../support/until.ts';

/* Promises about words that one client brings on: they sound like a bad key, and the keys go on answering others. */

const KEYS = Array.from({ length: 6 }, (_, i) => `sk-number-${i}-0123456789abc`);
const JSON_HEAD = ['content-type: application/json'];
const DOUBTED =
  'requests of clients are refused as if keys that answer others were bad: no key is blamed before it is checked';

/** What the provider says to the request that is its own undoing. */
interface Attack {
  readonly name: string;
  readonly status: string;
  readonly error: Readonly<Record<string, unknown>>;
}

const invalid = { type: 'invalid_request_error', param: null, code: null };
const ATTACKS: readonly Attack[] = [
  {
    name: "the client's own token, for a server of its own",
    status: '400 Bad Request',
    error: { ...invalid, message: "Invalid authorization token for MCP server 'notes'" },
  },
  {
    name: "a signature in the client's own history",
    status: '400 Bad Request',
    error: { ...invalid, message: 'Invalid signature in thinking block' },
  },
  {
    name: "a value of the client's",
    status: '400 Bad Request',
    error: {
      ...invalid,
      message: "Invalid value: 'api key expired'. Supported values are: 'none', 'auto'.",
      param: 'tool_choice',
    },
  },
  {
    name: 'a URL that the provider was to fetch',
    status: '400 Bad Request',
    error: { ...invalid, message: 'Failed to fetch https://files.example/a?sig=1: the token has expired' },
  },
  {
    name: 'a request that asks for more than is left',
    status: '402 Payment Required',
    error: {
      message: 'This request requires more credits, or fewer max_tokens. You can only afford 1200.',
      code: 402,
    },
  },
];

/** As plain as it gets: no reading of words could tell that it is the request's. */
const PLAIN: Attack = {
  name: 'the very words for a dead key',
  status: '401 Unauthorized',
  error: { ...invalid, message: 'Incorrect API key provided', code: 'invalid_api_key' },
};

const NO_CREDIT: Attack = {
  name: 'the very words for an empty account',
  status: '429 Too Many Requests',
  error: {
    message: 'You exceeded your current quota',
    type: 'insufficient_quota',
    param: null,
    code: 'insufficient_quota',
  },
};

const NO_MODEL: Attack = {
  name: 'the very words for a model that the key may not use',
  status: '404 Not Found',
  error: {
    ...invalid,
    message: 'The model `gpt-5` does not exist or you do not have access to it.',
    code: 'model_not_found',
  },
};

const ANSWER = JSON.stringify({
  id: 'chatcmpl-1',
  object: 'chat.completion',
  created: 1,
  model: 'gpt-5',
  choices: [{ index: 0, message: { role: 'assistant', content: 'Hello.' }, finish_reason: 'stop' }],
});

/** The word in a request that brings the attack on. */
const SPELL = 'abracadabra';

/** A provider that answers everybody, but for requests with the spell in them, and keys that are dead. */
async function providerWith(
  t: TestContext,
  attack: Attack,
  dead: ReadonlySet<string> = new Set(),
): Promise<RawUpstream> {
  return rawUpstream(t, ({ request, write }) => {
    const body = request.body.toString();
    const isDead = dead.has(keyOf(request.header('authorization')));
    const { status, error } = isDead ? PLAIN : attack;
    if (isDead || body.includes(SPELL)) return write(rawAnswer(status, JSON_HEAD, JSON.stringify({ error })));
    const answer = request.line.startsWith('GET') ? '{"object":"list","data":[]}' : ANSWER;
    return write(rawAnswer('200 OK', JSON_HEAD, answer));
  });
}

function keyOf(authorization: string | undefined): string {
  return (authorization ?? '').replace('Bearer ', '');
}

/** No body is kept to be sent again: a request meets one key, and no second one. */
const ONE_TRY: ConfigParts = { limits: { replay: 0 } };

/** Checks are an hour apart: what is checked sooner is checked for a doubt. */
async function gatewayBefore(
  t: TestContext,
  upstream: RawUpstream,
  more: ConfigParts = {},
  state: Exclude<TestGatewayOptions['state'], undefined> = 'memory',
  config: ConfigParts = {},
): Promise<TestGateway> {
  const failover = { enabled: true, healthCheckModel: 'gpt-5-nano', healthCheckInterval: '1h' };
  const provider = {
    id: 'sim',
    type: 'openai',
    baseUrl: `${upstream.origin}/v1`,
    apiTokens: KEYS,
    failover,
    ...more,
  };
  return gatewayFor(t, { config: { ...config, providers: [provider] }, state });
}

/** Somebody else asks until every key has answered; nobody is refused on the way. */
async function allAnswer(
  gateway: TestGateway,
  upstream: RawUpstream,
  keys: readonly string[],
): Promise<void> {
  const from = upstream.requests.length;
  await until(async () => {
    assert.equal((await ask(gateway.url)).status, 200);
    const chats = upstream.requests.slice(from).filter(({ line }) => line.startsWith('POST'));
    const used = new Set(chats.map(({ header }) => keyOf(header('authorization'))));
    return keys.every((key) => used.has(key));
  });
}

async function usable(gateway: TestGateway): Promise<number> {
  const keys = await gateway.keys();
  return keys.filter(({ state, models = {} }) => state === 'in-service' && Object.keys(models).length === 0)
    .length;
}

void suite('one client cannot make others lose their keys', () => {
  for (const attack of [...ATTACKS, PLAIN, NO_CREDIT, NO_MODEL]) {
    for (const attempts of [1, 4]) {
      void test(`${attack.name}, twice, with attempts: ${attempts}`, async (t) => {
        const upstream = await providerWith(t, attack);
        const gateway = await gatewayBefore(t, upstream, { attempts });
        await allAnswer(gateway, upstream, KEYS);
        for (let i = 0; i < 2; i++) {
          const { status } = await ask(gateway.url, { body: chat(SPELL) });
          assert.ok(status !== undefined && status >= 400, `it got ${status}`);
          assert.ok((await usable(gateway)) >= KEYS.length - 1);
        }
        await allAnswer(gateway, upstream, KEYS);
        await until(async () => (await usable(gateway)) === KEYS.length);
      });
    }
  }

  void test('as often as it likes', async (t) => {
    const upstream = await providerWith(t, PLAIN);
    const gateway = await gatewayBefore(t, upstream);
    await allAnswer(gateway, upstream, KEYS);
    const from = upstream.requests.length;
    for (let i = 0; i < 100; i++) {
      await ask(gateway.url, { body: chat(SPELL) });
      assert.ok((await usable(gateway)) >= KEYS.length - 1);
      assert.equal((await ask(gateway.url)).status, 200);
    }
    const checks = upstream.requests.slice(from).filter(({ line }) => line.startsWith('GET'));
    assert.ok(checks.length <= KEYS.length + 1, `${checks.length} checks`);
    const notices = gateway.logs().filter(({ msg }) => msg === DOUBTED);
    assert.equal(notices.length, 1, 'the operator hears of it once');
  });

  void test('nor those of its whole quota domain', async (t) => {
    const keys = Array.from({ length: 50 }, (_, i) => `sk-shared-${i}-0123456789abc`);
    const upstream = await providerWith(t, NO_CREDIT);
    const apiTokens = keys.map((key) => ({ key, quotaDomain: 'org' }));
    const gateway = await gatewayBefore(t, upstream, { apiTokens });
    for (let i = 0; i < 3; i++) assert.equal((await ask(gateway.url)).status, 200);
    for (let i = 0; i < 10; i++) {
      await ask(gateway.url, { body: chat(SPELL) });
      assert.equal((await ask(gateway.url)).status, 200);
    }
    assert.ok((await usable(gateway)) >= keys.length - 1);
  });
});

void test('a pool that has answered nobody yet is checked at once, and comes back', async (t) => {
  const upstream = await providerWith(t, PLAIN);
  const gateway = await gatewayBefore(t, upstream);
  await ask(gateway.url, { body: chat(SPELL) });
  assert.ok((await usable(gateway)) < KEYS.length - 1, 'nothing speaks for these keys');
  await until(async () => (await usable(gateway)) === KEYS.length);
});

void test('processes that share a store share the one suspect: the second key is doubted wherever it is tried', async (t) => {
  const upstream = await providerWith(t, PLAIN);
  const state = { path: join(await folderFor(t), 'state.db') };
  const nodes = [
    await gatewayBefore(t, upstream, {}, state, ONE_TRY),
    await gatewayBefore(t, upstream, {}, state, ONE_TRY),
  ] as const;
  for (const node of nodes) await allAnswer(node, upstream, KEYS);
  const [first, second] = nodes;
  await ask(first.url, { body: chat(SPELL) });
  await until(async () => (await usable(second)) === KEYS.length - 1);
  await ask(second.url, { body: chat(SPELL) });
  assert.equal(await usable(second), KEYS.length, 'and what the other one took out is given back');
  await until(async () => (await usable(first)) === KEYS.length);
});

void test('the words reach the client where they are doubted: they are about what it asked for', async (t) => {
  const attack = { ...PLAIN, status: '400 Bad Request' };
  const upstream = await providerWith(t, attack);
  const gateway = await gatewayBefore(t, upstream);
  await allAnswer(gateway, upstream, KEYS);
  const { status, text } = await ask(gateway.url, { body: chat(SPELL) });
  assert.equal(status, 400);
  assert.match(text, /Incorrect API key provided/);
});

void test('keys that are really dead leave while words are doubted, and cost nobody an answer', async (t) => {
  const dead = new Set<string>();
  const upstream = await providerWith(t, PLAIN, dead);
  const gateway = await gatewayBefore(t, upstream);
  await allAnswer(gateway, upstream, KEYS);
  await ask(gateway.url, { body: chat(SPELL) });
  const [first = '', second = ''] = KEYS;
  dead.add(first).add(second);
  await until(async () => {
    assert.equal((await ask(gateway.url)).status, 200);
    const states = await Promise.all([first, second].map((key) => gateway.keyOf(key)));
    return states.every(({ state }) => state === 'out-of-service');
  });
  await until(async () => (await usable(gateway)) === KEYS.length - dead.size);
});

void test('the operator reads of it in the explanation of the key', async (t) => {
  const dead = new Set<string>();
  const upstream = await providerWith(t, PLAIN, dead);
  // No check settles it: the explanation stays as it is.
  const failover = { enabled: true, cooldownDuration: '1h' };
  const gateway = await gatewayBefore(t, upstream, { failover });
  await allAnswer(gateway, upstream, KEYS);
  await ask(gateway.url, { body: chat(SPELL) });
  const explained = await Promise.all(
    (await gateway.keys()).map(async ({ id }) => {
      const { code, stdout } = await finished(t, ['keys', 'explain', id, '--admin', gateway.adminUrl]);
      assert.equal(code, 0);
      return stdout;
    }),
  );
  const reported = explained.filter((text) =>
    text.includes("the request's words are doubted, and not the keys"),
  );
  assert.equal(
    reported.length,
    5,
    'as many keys as the request met: the first rejection uses up none of the four tries',
  );
  assert.equal(
    reported.filter((text) => / reprieved, to be checked +openai\.key-invalid /.test(text)).length,
    1,
  );
  assert.equal(
    reported.filter((text) => / doubted, to be checked +openai\.key-invalid /.test(text)).length,
    4,
  );
});
