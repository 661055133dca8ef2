import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Secret } from '../../src/base/secret.ts';
import { Prober } from '../../src/probe/prober.ts';
import { fakeCredentialLike } from '../../src/probe/list-access.ts';
import { openMemoryStore } from '../../src/store/memory.ts';
import { attempt, revoked, seededRandom } from '../keys/tools.ts';
import { rawAnswer } from '../support/raw-upstream.ts';
import type { RawExchange, RawRequest } from '../support/raw-upstream.ts';
import { until } from '../support/until.ts';
import { begin, JSON_TYPE, onlyKey, PASSES, recordOf } from './scene.ts';
import type { Scene } from './scene.ts';

const LIST = rawAnswer('200 OK', JSON_TYPE, '{"object":"list","data":[{"id":"check"}]}');
const REFUSES = rawAnswer(
  '401 Unauthorized',
  JSON_TYPE,
  '{"error":{"message":"Incorrect API key provided","code":"invalid_api_key"}}',
);
/** A key that was refused once, a minute ago. */
const dead = attempt(revoked, Date.now() - 60_000, { model: 'big', chat: true });

const isOurs = (request: RawRequest): boolean => request.header('authorization') === 'Bearer sk-out';
const isList = ({ line }: RawRequest): boolean => line.startsWith('GET ');

function lists({ upstream }: Scene): readonly RawRequest[] {
  return upstream.requests.filter(isList);
}

function chats({ upstream }: Scene): readonly RawRequest[] {
  return upstream.requests.filter((request) => !isList(request));
}

/** A request of the large model finds the key refused once more. */
function again(scene: Scene): void {
  const { epoch } = recordOf(scene);
  const event = attempt(revoked, scene.tools.now(), { epoch, model: 'big', chat: true });
  scene.book.apply(onlyKey(scene), event, scene.provider.keyPolicy);
}

/** What knows its own: the list is for valid keys alone, among which ours is. */
function answersOurs({ request, write }: RawExchange): Promise<void> {
  return write(isOurs(request) ? (isList(request) ? LIST : PASSES) : REFUSES);
}

void describe('a refused key', () => {
  void it('comes back by a list of models where that is for valid keys alone, and buys nothing', async (t) => {
    const scene = await begin(t, { happened: dead, answer: answersOurs });
    await scene.prober.watch([scene.provider]);
    await until(() => recordOf(scene).state === 'in-service');
    assert.deepEqual(lists(scene).map(isOurs), [false, true]);
    assert.equal(chats(scene).length, 0);
    const [made] = lists(scene);
    assert.match(made?.header('authorization') ?? '', /^Bearer sk-out\w{20}/);
  });

  void it('does not come back by a list that is shown to strangers', async (t) => {
    const scene = await begin(t, {
      happened: dead,
      answer: ({ request, write }) => write(isList(request) ? LIST : REFUSES),
      failover: { healthCheckMaxInterval: 1 },
    });
    const returns: string[] = [];
    scene.book.subscribe((_, { state }) => returns.push(state));
    await scene.prober.watch([scene.provider]);
    await until(() => chats(scene).length >= 6);
    assert.equal(recordOf(scene).state, 'out-of-service');
    assert.ok(!returns.includes('in-service'));
    assert.deepEqual(lists(scene).map(isOurs), [false], 'asked once, and never with the key');
  });

  void it('comes back by a chat where the list is open to all', async (t) => {
    const scene = await begin(t, {
      happened: dead,
      answer: ({ request, write }) => write(isList(request) ? LIST : PASSES),
    });
    await scene.prober.watch([scene.provider]);
    await until(() => recordOf(scene).state === 'in-service');
    assert.equal(chats(scene).length, 1);
  });

  void it('is checked with a chat where it is unknown what the list proves', async (t) => {
    const scene = await begin(t, {
      happened: dead,
      answer: ({ request, write }) =>
        write(isList(request) ? rawAnswer('500 Internal Server Error', JSON_TYPE, '{}') : PASSES),
    });
    await scene.prober.watch([scene.provider]);
    await until(() => recordOf(scene).state === 'in-service');
    assert.deepEqual([lists(scene).length, chats(scene).length], [1, 1]);
  });

  void it('is not checked any more where it is disabled while the address is probed', async (t) => {
    const scene = await begin(t, {
      happened: dead,
      answer: async ({ request, write }) => {
        if (isOurs(request)) return write(LIST);
        scene.book.apply(onlyKey(scene), { type: 'disabled', at: Date.now() }, scene.provider.keyPolicy);
        await scene.book.flushed();
        return write(REFUSES);
      },
    });
    await scene.prober.watch([scene.provider]);
    await until(() => lists(scene).length === 1);
    const leases = scene.store.leases;
    await until(() => scene.store.leases > leases + 2);
    assert.deepEqual([scene.upstream.requests.map(isOurs), recordOf(scene).state], [[false], 'disabled']);
  });

  void it('profits from what another node, or a check before, has found out of the address', async (t) => {
    const scene = await begin(t, { happened: dead, keys: ['sk-out', 'sk-out-too'], answer: answersOurs });
    await scene.prober.watch([scene.provider]);
    await until(() => scene.reports.length === 2);
    const strangers = (): number =>
      lists(scene).filter((each) => !/sk-out(?:-too)?$/.test(each.header('authorization') ?? '')).length;
    assert.equal(strangers(), 1);
    await scene.prober.stop();
    const other = new Prober({
      store: scene.store,
      tools: scene.tools,
      holder: 'another node',
      onCheck: () => {},
      onBudgetSpent: () => {},
      onDefect: (error) => assert.fail(String(error)),
      onStoreFailure: (error) => assert.fail(String(error)),
    });
    t.after(() => other.stop());
    const [first] = scene.provider.pool.all();
    assert.ok(first);
    scene.book.apply(
      first.key,
      attempt(revoked, Date.now(), { epoch: scene.book.record(first.key).epoch }),
      scene.provider.keyPolicy,
    );
    await other.check(scene.provider, first.key.id);
    assert.equal(strangers(), 1);
    assert.equal(scene.book.record(first.key).state, 'in-service');
  });

  void it('is found out about anew after a day', async (t) => {
    const ahead = { ms: 0 };
    const store = openMemoryStore(() => Date.now() + ahead.ms);
    const scene = await begin(t, { happened: dead, answer: answersOurs, store });
    await scene.prober.check(scene.provider, onlyKey(scene).id);
    scene.clock.aheadMs = 25 * 60 * 60 * 1000;
    ahead.ms = scene.clock.aheadMs;
    const now = scene.tools.now();
    scene.book.apply(onlyKey(scene), attempt(revoked, now, { epoch: 2 }), scene.provider.keyPolicy);
    await scene.prober.check(scene.provider, onlyKey(scene).id);
    assert.deepEqual(lists(scene).map(isOurs), [false, true, false, true]);
  });
});

void describe('a key that left again soon after a check had put it back', () => {
  void it('is checked with the model it failed with, with growing intervals, and does not flap', async (t) => {
    const scene = await begin(t, {
      happened: dead,
      answer: ({ request, write }) => {
        const isBig = request.body.includes('"big"');
        return write(isBig || !isOurs(request) ? REFUSES : LIST);
      },
    });
    await scene.prober.watch([scene.provider]);
    await until(() => recordOf(scene).state === 'in-service');
    again(scene);
    await until(() => chats(scene).length >= 4);
    const record = recordOf(scene);
    assert.ok(record.state === 'out-of-service');
    assert.equal(record.relapses, 1);
    assert.ok(chats(scene).every(({ body }) => body.includes('"big"')));
    assert.equal(lists(scene).filter(isOurs).length, 1);
  });

  void it('is put back by a good answer of that model alone', async (t) => {
    const scene = await begin(t, { happened: dead, answer: answersOurs });
    await scene.prober.check(scene.provider, onlyKey(scene).id);
    again(scene);
    await scene.prober.check(scene.provider, onlyKey(scene).id);
    assert.equal(recordOf(scene).state, 'in-service');
    assert.deepEqual(
      chats(scene).map(({ body }) => body.includes('"big"')),
      [true],
    );
  });

  void it('is back for all other models where that one turns out to be denied to it', async (t) => {
    const scene = await begin(t, {
      happened: dead,
      answer: (exchange) => {
        const { request, write } = exchange;
        if (!request.body.includes('"big"')) return answersOurs(exchange);
        return write(
          rawAnswer(
            '404 Not Found',
            JSON_TYPE,
            '{"error":{"message":"The model `big` does not exist","code":"model_not_found"}}',
          ),
        );
      },
    });
    await scene.prober.check(scene.provider, onlyKey(scene).id);
    again(scene);
    await scene.prober.watch([scene.provider]);
    await until(() => recordOf(scene).state === 'in-service');
    const record = recordOf(scene);
    assert.deepEqual(
      record.state === 'in-service' && record.holds.map(({ model, cause }) => [model, cause]),
      [['big', 'denied']],
    );
  });

  void it('counts as new where it left much later', async (t) => {
    const scene = await begin(t, { happened: dead, answer: answersOurs });
    await scene.prober.check(scene.provider, onlyKey(scene).id);
    scene.clock.aheadMs = 11 * 60_000;
    again(scene);
    const record = recordOf(scene);
    assert.deepEqual([record.state, 'relapses' in record], ['out-of-service', false]);
  });
});

void describe('a made-up credential', () => {
  void it('has the format of a real one, and is valid for no one', () => {
    const random = seededRandom(7);
    const real = 'sk-ant-api03-AbCdEf0123456789_xyz-QRSTUVWXYZ';
    const made = fakeCredentialLike(new Secret(real), random).reveal();
    assert.equal(made.length, real.length);
    assert.ok(made.startsWith('sk-ant-'));
    assert.match(made, /^sk-ant-[a-z]{3}\d{2}-[A-Za-z0-9]{16}_[a-z]{3}-[A-Z]{10}$/);
    assert.notEqual(made, real);
    assert.ok(fakeCredentialLike(new Secret('k'), random).reveal().length >= 30, 'a short one is filled up');
  });
});
