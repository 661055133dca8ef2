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
import { begin, JSON_TYPE, onlyKey, PASSES, recordOf } from './fixture.ts';
import type { Fixture } from './fixture.ts';

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

function lists({ upstream }: Fixture): readonly RawRequest[] {
  return upstream.requests.filter(isList);
}

function chats({ upstream }: Fixture): readonly RawRequest[] {
  return upstream.requests.filter((request) => !isList(request));
}

/** A request of the large model finds the key refused once more. */
function again(fixture: Fixture): void {
  const { epoch } = recordOf(fixture);
  const event = attempt(revoked, fixture.tools.now(), { epoch, model: 'big', chat: true });
  fixture.book.apply(onlyKey(fixture), event, fixture.provider.keyPolicy);
}

/** What knows its own: the list is for valid keys alone, among which ours is. */
function answersOurs({ request, write }: RawExchange): Promise<void> {
  return write(isOurs(request) ? (isList(request) ? LIST : PASSES) : REFUSES);
}

void describe('a refused key', () => {
  void it('comes back by a list of models where that is for valid keys alone, and buys nothing', async (t) => {
    const fixture = await begin(t, { happened: dead, answer: answersOurs });
    await fixture.prober.watch([fixture.provider]);
    await until(() => recordOf(fixture).state === 'in-service');
    assert.deepEqual(lists(fixture).map(isOurs), [false, true]);
    assert.equal(chats(fixture).length, 0);
    const [made] = lists(fixture);
    assert.match(made?.header('authorization') ?? '', /^Bearer sk-out\w{20}/);
  });

  void it('does not come back by a list that is shown to strangers', async (t) => {
    const fixture = await begin(t, {
      happened: dead,
      answer: ({ request, write }) => write(isList(request) ? LIST : REFUSES),
      failover: { healthCheckMaxInterval: 1 },
    });
    const returns: string[] = [];
    fixture.book.subscribe((_, { state }) => returns.push(state));
    await fixture.prober.watch([fixture.provider]);
    await until(() => chats(fixture).length >= 6);
    assert.equal(recordOf(fixture).state, 'out-of-service');
    assert.ok(!returns.includes('in-service'));
    assert.deepEqual(lists(fixture).map(isOurs), [false], 'asked once, and never with the key');
  });

  void it('comes back by a chat where the list is open to all', async (t) => {
    const fixture = await begin(t, {
      happened: dead,
      answer: ({ request, write }) => write(isList(request) ? LIST : PASSES),
    });
    await fixture.prober.watch([fixture.provider]);
    await until(() => recordOf(fixture).state === 'in-service');
    assert.equal(chats(fixture).length, 1);
  });

  void it('is checked with a chat where it is unknown what the list proves', async (t) => {
    const fixture = await begin(t, {
      happened: dead,
      answer: ({ request, write }) =>
        write(isList(request) ? rawAnswer('500 Internal Server Error', JSON_TYPE, '{}') : PASSES),
    });
    await fixture.prober.watch([fixture.provider]);
    await until(() => recordOf(fixture).state === 'in-service');
    assert.deepEqual([lists(fixture).length, chats(fixture).length], [1, 1]);
  });

  void it('is not checked any more where it is disabled while the address is probed', async (t) => {
    const fixture = await begin(t, {
      happened: dead,
      answer: async ({ request, write }) => {
        if (isOurs(request)) return write(LIST);
        fixture.book.apply(
          onlyKey(fixture),
          { type: 'disabled', at: Date.now() },
          fixture.provider.keyPolicy,
        );
        await fixture.book.flushed();
        return write(REFUSES);
      },
    });
    await fixture.prober.watch([fixture.provider]);
    await until(() => lists(fixture).length === 1);
    const leases = fixture.store.leases;
    await until(() => fixture.store.leases > leases + 2);
    assert.deepEqual([fixture.upstream.requests.map(isOurs), recordOf(fixture).state], [[false], 'disabled']);
  });

  void it('profits from what another node, or a check before, has found out of the address', async (t) => {
    const fixture = await begin(t, { happened: dead, keys: ['sk-out', 'sk-out-too'], answer: answersOurs });
    await fixture.prober.watch([fixture.provider]);
    await until(() => fixture.reports.length === 2);
    const strangers = (): number =>
      lists(fixture).filter((each) => !/sk-out(?:-too)?$/.test(each.header('authorization') ?? '')).length;
    assert.equal(strangers(), 1);
    await fixture.prober.stop();
    const other = new Prober({
      store: fixture.store,
      tools: fixture.tools,
      holder: 'another node',
      onCheck: () => {},
      onBudgetSpent: () => {},
      onDefect: (error) => assert.fail(String(error)),
      onStoreFailure: (error) => assert.fail(String(error)),
    });
    t.after(() => other.stop());
    const [first] = fixture.provider.pool.all();
    assert.ok(first);
    fixture.book.apply(
      first.key,
      attempt(revoked, Date.now(), { epoch: fixture.book.record(first.key).epoch }),
      fixture.provider.keyPolicy,
    );
    await other.check(fixture.provider, first.key.id);
    assert.equal(strangers(), 1);
    assert.equal(fixture.book.record(first.key).state, 'in-service');
  });

  void it('is found out about anew after a day', async (t) => {
    const ahead = { ms: 0 };
    const store = openMemoryStore(() => Date.now() + ahead.ms);
    const fixture = await begin(t, { happened: dead, answer: answersOurs, store });
    await fixture.prober.check(fixture.provider, onlyKey(fixture).id);
    fixture.clock.aheadMs = 25 * 60 * 60 * 1000;
    ahead.ms = fixture.clock.aheadMs;
    const now = fixture.tools.now();
    fixture.book.apply(onlyKey(fixture), attempt(revoked, now, { epoch: 2 }), fixture.provider.keyPolicy);
    await fixture.prober.check(fixture.provider, onlyKey(fixture).id);
    assert.deepEqual(lists(fixture).map(isOurs), [false, true, false, true]);
  });
});

void describe('a key that left again soon after a check had put it back', () => {
  void it('is checked with the model it failed with, with growing intervals, and does not flap', async (t) => {
    const fixture = await begin(t, {
      happened: dead,
      answer: ({ request, write }) => {
        const isBig = request.body.includes('"big"');
        return write(isBig || !isOurs(request) ? REFUSES : LIST);
      },
    });
    await fixture.prober.watch([fixture.provider]);
    await until(() => recordOf(fixture).state === 'in-service');
    again(fixture);
    await until(() => chats(fixture).length >= 4);
    const record = recordOf(fixture);
    assert.ok(record.state === 'out-of-service');
    assert.equal(record.relapses, 1);
    assert.ok(chats(fixture).every(({ body }) => body.includes('"big"')));
    assert.equal(lists(fixture).filter(isOurs).length, 1);
  });

  void it('is put back by a good answer of that model alone', async (t) => {
    const fixture = await begin(t, { happened: dead, answer: answersOurs });
    await fixture.prober.check(fixture.provider, onlyKey(fixture).id);
    again(fixture);
    await fixture.prober.check(fixture.provider, onlyKey(fixture).id);
    assert.equal(recordOf(fixture).state, 'in-service');
    assert.deepEqual(
      chats(fixture).map(({ body }) => body.includes('"big"')),
      [true],
    );
  });

  void it('is back for all other models where that one turns out to be denied to it', async (t) => {
    const fixture = await begin(t, {
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
    await fixture.prober.check(fixture.provider, onlyKey(fixture).id);
    again(fixture);
    await fixture.prober.watch([fixture.provider]);
    await until(() => recordOf(fixture).state === 'in-service');
    const record = recordOf(fixture);
    assert.deepEqual(
      record.state === 'in-service' && record.holds.map(({ model, cause }) => [model, cause]),
      [['big', 'denied']],
    );
  });

  void it('counts as new where it left much later', async (t) => {
    const fixture = await begin(t, { happened: dead, answer: answersOurs });
    await fixture.prober.check(fixture.provider, onlyKey(fixture).id);
    fixture.clock.aheadMs = 11 * 60_000;
    again(fixture);
    const record = recordOf(fixture);
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
