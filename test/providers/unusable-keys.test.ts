import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { Attempt } from '../../src/failover/attempt/attempt.ts';
import { Secret } from '../../src/base/secret.ts';
import { Pool } from '../../src/keys/pool/pool.ts';
import { completionCall } from '../../src/probe/check-call.ts';
import { attemptTools, providerAt } from '../failover/attempts.ts';
import { gatewayFor, type ConfigParts, type TestGateway } from '../support/gateway.ts';
import { ask } from '../support/http.ts';
import { rawAnswer, rawUpstream, type RawUpstream } from '../support/raw-upstream.ts';

const FAILOVER = { enabled: true, failureThreshold: 3, healthCheckModel: 'm', healthCheckInterval: '1h' };
const ANSWER = rawAnswer('200 OK', ['content-type: application/json'], '{"code":0,"data":{"task_id":"t"}}');
const TASK = { path: '/v1/videos/text2video' };
/** Its secret is missing, and nothing can be signed with it. */
const HALF = 'access:';
const GOOD = 'access:0123456789abcdef';

async function gatewayWith(
  t: TestContext,
  type: string,
  keys: readonly string[],
): Promise<{ gateway: TestGateway; upstream: RawUpstream }> {
  const upstream = await rawUpstream(t, ({ write }) => void write(ANSWER));
  const sim = { id: 'sim', type, baseUrl: upstream.origin, apiTokens: keys, failover: FAILOVER };
  const gateway = await gatewayFor(t, { config: { providers: [sim], activeProviderId: 'sim' } });
  return { gateway, upstream };
}

void describe('a key that nothing can be signed with', () => {
  void it('is out of service for a reason that can be read, and its request goes on to the next', async (t) => {
    const { gateway, upstream } = await gatewayWith(t, 'kling', [HALF, GOOD]);
    const isOut = async (): Promise<boolean> => (await gateway.keyOf(HALF)).state === 'out-of-service';
    for (let count = 0; count < 200 && !(await isOut()); count++) {
      const { status, text } = await ask(gateway.url, TASK);
      assert.equal(status, 200, text);
      assert.equal(upstream.requests.length, count + 1);
    }
    assert.equal(
      (await gateway.keyOf(HALF)).reason,
      'no request can be made with it as it is written in the configuration (fault.key-unusable)',
    );
    assert.equal((await gateway.keyOf(GOOD)).state, 'in-service');
    assert.equal(gateway.inFlight(), 0);
  });

  void it('gives its client no 500 where it is the only one', async (t) => {
    const { gateway, upstream } = await gatewayWith(t, 'kling', [HALF]);
    const { status, code } = await ask(gateway.url, TASK);
    assert.deepEqual([status, code], [502, 'upstream_credentials_exhausted']);
    assert.equal(upstream.requests.length, 0);
    assert.equal(gateway.inFlight(), 0);
  });
});

const ACCOUNT = { client_email: 'one@p.iam.gserviceaccount.com', project_id: 'p' };
const VERTEX = { type: 'vertex', vertexProjectId: 'p', vertexRegion: 'global' };

/** The configuration refuses these; whatever way they come, they must not count as a provider's failure. */
const UNUSABLE: Readonly<Record<string, readonly [provider: ConfigParts, secret: string]>> = {
  'a line break where a header is to carry it': [{}, 'sk-one-01234\n56789abcdef'],
  'a letter that is no byte': [{}, 'sk-one-0123456789…'],
  'a service account whose key is none': [
    VERTEX,
    JSON.stringify({ ...ACCOUNT, private_key: 'nonsense', token_uri: 'http://127.0.0.1:1/' }),
  ],
  'a service account of numbers and lists': [
    VERTEX,
    JSON.stringify({ client_email: 5, project_id: 'p', private_key: [], token_uri: {} }),
  ],
};

void describe('a key that no request can be made with', () => {
  for (const [what, [more, text]] of Object.entries(UNUSABLE)) {
    void it(`is at fault itself, and is condemned: ${what}`, async (t) => {
      const upstream = await rawUpstream(t, ({ write }) => void write(ANSWER));
      const tools = await attemptTools(t);
      const parts = { failover: { enabled: true, cooldownDuration: '1h' }, ...more };
      const provider = providerAt(t, upstream.origin, parts, tools.recorder.book);
      const [pooled] = provider.pool.all();
      assert.ok(pooled);
      const limits = {
        firstOutputMs: 60_000,
        idleMs: 60_000,
        stallMs: 60_000,
        aliveMs: 60_000,
        resends: false,
        holdBytes: 1024,
      };
      const key = { ...pooled.key, secret: new Secret(text) };
      const [bad] = new Pool([key], () => pooled.record, true).all();
      assert.ok(bad);
      const call = completionCall(provider, 'm', Date.now(), new AbortController().signal);
      const plan = { provider, pooled: bad, epoch: 0, model: 'm', check: undefined, limits };
      const { verdict, effect, logEntry } = await Attempt.start(call, plan, tools);
      assert.deepEqual([verdict.rule, effect.kind], ['fault.key-unusable', 'condemns']);
      assert.doesNotMatch(JSON.stringify(logEntry), /nonsense|01234/, 'nothing of it is logged');
      assert.equal(upstream.requests.length, 0);
    });
  }
});

void describe('half a character in the name of a model', () => {
  for (const type of ['openai', 'bedrock', 'gemini']) {
    void it(`is the client’s mistake, and no key’s, at ${type}`, async (t) => {
      const { gateway, upstream } = await gatewayWith(t, type, ['a-key']);
      const body = Buffer.from('{"model":"gpt-\\ud800","messages":[{"role":"user","content":"hi"}]}');
      const { status, code } = await ask(gateway.url, { body });
      assert.deepEqual([status, code], [400, 'invalid_json']);
      assert.equal(upstream.requests.length, 0);
      assert.equal((await gateway.keyOf('a-key')).state, 'in-service');
    });
  }
});
