import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { describe, it, type TestContext } from 'node:test';
import type { Call } from '../../../src/dialects/operations/call.ts';
import { Attempt } from '../../../src/failover/attempt/attempt.ts';
import type { AttemptTools } from '../../../src/failover/attempt/attempt-plan.ts';
import { completionCall } from '../../../src/probe/check-call.ts';
import type { Provider } from '../../../src/providers/provider.ts';
import type { UpstreamRequest } from '../../../src/upstream/transport.ts';
import { rawAnswer, rawChunk, rawHead, rawUpstream } from '../../support/raw-upstream.ts';
import type { RawUpstream } from '../../support/raw-upstream.ts';
import { until } from '../../support/until.ts';
import { attemptTools, providerAt } from '../attempts.ts';

const WHOLE = rawAnswer('200 OK', ['content-type: application/json'], '{"id":"x","choices":[{}]}');
const EVENTS = rawHead('200 OK', ['content-type: text/event-stream', 'transfer-encoding: chunked']);
const OUTPUT = 'data: {"object":"chat.completion.chunk","choices":[{"delta":{"content":"hi"}}]}\n\n';

const REMEMBERING = { failover: { enabled: true, cooldownDuration: '1h' } };

/** A step of an attempt that fails in a way that nobody foresaw. */
class Defect extends Error {}

function breaks(): never {
  throw new Defect();
}

function rejects(): Promise<never> {
  return Promise.reject(new Defect());
}

/** RFC 6455, 1.3, has the key and what accepts it. */
function asksToUpgrade(): UpstreamRequest {
  const headers = ['sec-websocket-key', 'dGhlIHNhbXBsZSBub25jZQ=='];
  return { method: 'GET', path: '/', headers, body: null, upgrade: 'websocket' };
}

/** A clock that breaks when it is asked once more. */
function breaksAfter(times: number): () => number {
  let left = times;
  return () => (left-- > 0 ? Date.now() : breaks());
}

interface Setup {
  readonly upstream: RawUpstream;
  readonly provider: Provider;
  readonly tools: AttemptTools;
  readonly client: AbortController;
  readonly call: Call;
}

async function stageFor(t: TestContext): Promise<Setup> {
  const upstream = await rawUpstream(t, ({ write }) => void write(WHOLE));
  const tools = await attemptTools(t);
  const provider = providerAt(t, upstream.origin, REMEMBERING, tools.recorder.book);
  const client = new AbortController();
  const call = completionCall(provider, 'm', Date.now(), client.signal);
  return { upstream, provider, tools, client, call };
}

function start({ provider, tools, call }: Setup): Promise<Attempt> {
  const [pooled] = provider.pool.all();
  const limits = {
    firstOutputMs: 60_000,
    idleMs: 60_000,
    stallMs: 60_000,
    aliveMs: 60_000,
    resends: false,
    holdBytes: 64 * 1024,
  };
  const plan = { provider, pooled, epoch: 0, model: 'm', check: undefined, limits };
  return Attempt.start(call, plan, tools);
}

/** What is still taken up. */
function takenUp({ provider, client }: Setup): readonly [inFlight: number, listeners: number] {
  const [pooled] = provider.pool.all();
  return [pooled?.inFlight ?? NaN, getEventListeners(client.signal, 'abort').length];
}

/** Starts an attempt whose answer is an open stream. */
async function openStream(testbed: Setup): Promise<Attempt> {
  testbed.upstream.answer = ({ write }) => void write(EVENTS + rawChunk(OUTPUT));
  const attempt = await start({ ...testbed, call: { ...testbed.call, stream: true } });
  assert.equal(attempt.opening.kind, 'open');
  assert.deepEqual(takenUp(testbed), [1, 1]);
  return attempt;
}

void describe('what an attempt takes up is given back', () => {
  void it('when it is answered', async (t) => {
    const testbed = await stageFor(t);
    assert.equal((await start(testbed)).verdict.class, 'ok');
    assert.deepEqual(takenUp(testbed), [0, 0]);
  });

  void it('when building its request throws, which is held against nobody', async (t) => {
    const testbed = await stageFor(t);
    const attempt = await start({ ...testbed, provider: { ...testbed.provider, build: breaks } });
    assert.deepEqual([attempt.verdict.rule, attempt.effect.kind], ['fault.unbuilt', 'none']);
    assert.equal(attempt.logEntry.detail, 'build-error');
    assert.deepEqual(takenUp(testbed), [0, 0]);
  });

  void it('when building its request rejects', async (t) => {
    const testbed = await stageFor(t);
    const attempt = await start({ ...testbed, provider: { ...testbed.provider, build: rejects } });
    assert.equal(attempt.verdict.rule, 'fault.unbuilt');
    assert.deepEqual(takenUp(testbed), [0, 0]);
  });

  void it('when dispatching throws', async (t) => {
    const testbed = await stageFor(t);
    const transport = { ...testbed.provider.transport, dispatch: breaks };
    await assert.rejects(start({ ...testbed, provider: { ...testbed.provider, transport } }), Defect);
    assert.deepEqual(takenUp(testbed), [0, 0]);
  });

  void it('when judging, recording or the provider’s own part throws', async (t) => {
    const testbed = await stageFor(t);
    testbed.upstream.answer = ({ write }) => void write(rawAnswer('401 Unauthorized', [], '{}'));
    const { provider, tools } = testbed;
    const broken: Readonly<Record<string, Partial<Setup>>> = {
      judging: { tools: { ...tools, now: breaksAfter(1) } },
      recording: { tools: { ...tools, random: breaks } },
      refusing: { provider: { ...provider, invalidateCredential: breaks } },
    };
    for (const [step, parts] of Object.entries(broken)) {
      await assert.rejects(start({ ...testbed, ...parts }), Defect, step);
      assert.deepEqual(takenUp(testbed), [0, 0], step);
    }
  });

  void it('when learning from its answer throws', async (t) => {
    const testbed = await stageFor(t);
    const headers = ['content-type: application/json', 'openai-organization: org'];
    testbed.upstream.answer = ({ write }) => void write(rawAnswer('200 OK', headers, '{"choices":[{}]}'));
    const { pool } = testbed.provider;
    Object.defineProperty(pool, 'learnDomain', { value: breaks });
    await assert.rejects(start(testbed), Defect);
    assert.deepEqual(takenUp(testbed), [0, 0]);
  });

  void it('when its client leaves while the credential is fetched, and nothing is sent', async (t) => {
    const testbed = await stageFor(t);
    const fetched = Promise.withResolvers<never>();
    const { build } = testbed.provider;
    const waits: Provider['build'] = async (...args) => {
      await fetched.promise.catch(() => {});
      return build(...args);
    };
    const starting = start({ ...testbed, provider: { ...testbed.provider, build: waits } });
    testbed.client.abort();
    assert.deepEqual(takenUp(testbed), [0, 0]);
    fetched.reject(new Error('late'));
    assert.equal((await starting).cancelled, true);
    assert.equal(testbed.upstream.requests.length, 0);
    assert.deepEqual(takenUp(testbed), [0, 0]);
  });

  void it('when its client leaves before it is answered', async (t) => {
    const testbed = await stageFor(t);
    testbed.upstream.answer = () => {};
    const starting = start(testbed);
    await until(() => testbed.upstream.requests.length === 1);
    testbed.client.abort();
    assert.equal((await starting).cancelled, true);
    assert.deepEqual(takenUp(testbed), [0, 0]);
  });

  void it('when its client leaves while its answer is open and nobody reads it', async (t) => {
    const testbed = await stageFor(t);
    await openStream(testbed);
    testbed.client.abort();
    assert.deepEqual(takenUp(testbed), [0, 0]);
    await until(() => testbed.upstream.open() === 0);
  });

  void it('when its answer is not wanted', async (t) => {
    const testbed = await stageFor(t);
    (await openStream(testbed)).abandon();
    assert.deepEqual(takenUp(testbed), [0, 0]);
  });

  void it('when its answer is relayed to its end, and when it breaks', async (t) => {
    const testbed = await stageFor(t);
    const sink = { write: () => true, onDrain: () => {} };
    for (const last of ['data: [DONE]\n\n', undefined]) {
      const gate = Promise.withResolvers<void>();
      testbed.upstream.answer = async ({ write, end }) => {
        await write(EVENTS + rawChunk(OUTPUT));
        await gate.promise;
        end(last === undefined ? '' : rawChunk(last) + rawChunk());
      };
      const attempt = await start({ ...testbed, call: { ...testbed.call, stream: true } });
      const relaying = attempt.relay(sink);
      gate.resolve();
      assert.equal(await relaying, last !== undefined);
      assert.deepEqual(takenUp(testbed), [0, 0]);
    }
  });

  void it('when relaying its answer rejects', async (t) => {
    const testbed = await stageFor(t);
    const attempt = await openStream(testbed);
    await assert.rejects(attempt.relay({ write: breaks, onDrain: () => {} }), Defect);
    assert.deepEqual(takenUp(testbed), [0, 0]);
  });

  void it('when it speaks something else, once that is over, however it ends', async (t) => {
    const testbed = await stageFor(t);
    testbed.upstream.answer = ({ write }) =>
      void write(
        rawHead('101 Switching Protocols', [
          'connection: upgrade',
          'upgrade: websocket',
          'sec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=',
        ]),
      );
    const upgrading: Setup = { ...testbed, provider: { ...testbed.provider, build: asksToUpgrade } };
    const attempt = await start(upgrading);
    assert.deepEqual(takenUp(testbed), [1, 1]);
    await assert.rejects(
      attempt.join(() => Promise.reject(new Defect())),
      Defect,
    );
    assert.deepEqual(takenUp(testbed), [0, 0]);

    await start(upgrading);
    testbed.client.abort();
    assert.deepEqual(takenUp(testbed), [0, 0]);
    await until(() => testbed.upstream.open() <= 1);
  });
});
