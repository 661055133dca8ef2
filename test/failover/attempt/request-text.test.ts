import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { TestContext } from 'node:test';
import type { Call } from '../../../src/dialects/operations/call.ts';
import { Attempt } from '../../../src/failover/attempt/attempt.ts';
import { searchRequestText } from '../../../src/failover/attempt/request-text.ts';
import { completionCall } from '../../../src/probe/check-call.ts';
import { rawAnswer, rawUpstream } from '../../support/raw-upstream.ts';
import { attemptTools, providerAt } from '../attempts.ts';

const LIMITS = {
  firstOutputMs: 60_000,
  idleMs: 60_000,
  stallMs: 60_000,
  aliveMs: 60_000,
  resends: false,
  holdBytes: 64 * 1024,
};

/** A call with this body, as it would be made at a provider that answers with an error. */
async function callFor(t: TestContext, body: Buffer, more: Partial<Call> = {}, answer?: string) {
  const upstream = await rawUpstream(t, async (exchange) => {
    await exchange.write(answer ?? rawAnswer('400 Bad Request', [], ''));
  });
  const tools = await attemptTools(t);
  const provider = providerAt(
    t,
    upstream.origin,
    { failover: { enabled: true, cooldownDuration: 1000 } },
    tools.recorder.book,
  );
  const made = completionCall(provider, 'm', Date.now(), new AbortController().signal);
  const call: Call = { ...made, body: { kind: 'buffered', bytes: body }, ...more };
  return { call, provider, tools };
}

void describe('what a client said', () => {
  void it('is found in its body, in its path and query, and in its headers', async (t) => {
    const { call } = await callFor(t, Buffer.from('{"model":"an Invalid Api key"}'));
    const said = searchRequestText({
      ...call,
      headers: ['x-note', 'balance too low'],
      target: { ...call.target, path: '/models/key%20expired', query: '?q=out+of+credit' },
    });
    for (const phrase of [
      'invalid api key',
      'balance too low',
      'key expired',
      'out of credit',
      'KEY EXPIRED',
    ]) {
      assert.ok(said(phrase), phrase);
    }
    assert.ok(!said('account suspended'));
    assert.ok(!said('x-note'));
    assert.ok(!said(''));
  });

  void it('is found as JSON escapes it', async (t) => {
    const model = '{"error":{"code":"insufficient_quota"}}';
    const { call } = await callFor(t, Buffer.from(JSON.stringify({ model })));
    assert.ok(searchRequestText(call)(model));
    const { call: escaped } = await callFor(t, Buffer.from('{"model":"\\u4f59\\u989d\\u4e0d\\u8db3"}'));
    assert.ok(searchRequestText(escaped)('余额不足'));
  });

  void it('is looked for at the beginning and the end of a long body', async (t) => {
    const filler = 'x'.repeat(4 * 1024 * 1024);
    const { call } = await callFor(t, Buffer.from(`first words ${filler} last words`));
    assert.ok(searchRequestText(call)('first words'));
    assert.ok(searchRequestText(call)('last words'));
  });

  void it('keeps a key in service that an echo would have condemned, and not one that is refused', async (t) => {
    const error = { error: { message: 'There is no wallet named insufficient balance here', type: 'x' } };
    const answer = rawAnswer('403 Forbidden', ['content-type: application/json'], JSON.stringify(error));
    const effects: string[] = [];
    for (const content of ['my wallet is insufficient balance', 'hello']) {
      const body = Buffer.from(JSON.stringify({ model: 'm', messages: [{ role: 'user', content }] }));
      const { call, provider, tools } = await callFor(t, body, {}, answer);
      const [pooled] = provider.pool.all();
      const plan = { provider, pooled, epoch: 0, model: 'm', check: undefined, limits: LIMITS };
      const attempt = await Attempt.start(call, plan, tools);
      effects.push(attempt.effect.kind);
    }
    assert.deepEqual(effects, ['counts', 'condemns']);
  });

  void it('marks no key where what is denied is no model', async (t) => {
    const error = {
      error: { message: 'Denied.', type: 'permission_error' },
    };
    const answer = rawAnswer('403 Forbidden', ['content-type: application/json'], JSON.stringify(error));
    const { call, provider, tools } = await callFor(t, Buffer.alloc(0), {}, answer);
    const [pooled] = provider.pool.all();
    const plan = { provider, pooled, epoch: 0, check: undefined, limits: LIMITS };
    const named = await Attempt.start(call, { ...plan, model: 'm' }, tools);
    const nameless = await Attempt.start(call, { ...plan, model: undefined }, tools);
    assert.deepEqual([named.effect.kind, nameless.effect.kind], ['denies', 'none']);
  });
});
