import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { attempt, counts, outOfCredit, revoked } from '../keys/tools.ts';
import { rawAnswer } from '../support/raw-upstream.ts';
import { until } from '../support/until.ts';
import { begin, JSON_TYPE, onlyKey, planOf, recordOf } from './fixture.ts';

const MESSAGE =
  '{"id":"msg_1","type":"message","role":"assistant","model":"m","content":[{"type":"text","text":"pong"}],"stop_reason":"end_turn","usage":{"input_tokens":1,"output_tokens":1}}';
const CONTENT =
  '{"candidates":[{"content":{"role":"model","parts":[{"text":"pong"}]},"finishReason":"STOP"}]}';

void describe('a provider whose protocol is the original one', () => {
  for (const [type, path, credential, answer] of [
    ['claude', '/v1/messages', 'x-api-key', MESSAGE],
    ['gemini', '/v1/models/check:generateContent', 'x-goog-api-key', CONTENT],
  ] as const) {
    void it(`is checked in its own dialect: ${type}`, async (t) => {
      const fixture = await begin(t, {
        options: { type, protocol: 'original' },
        happened: attempt(outOfCredit, Date.now() - 60_000),
        answer: ({ write }) => write(rawAnswer('200 OK', JSON_TYPE, answer)),
      });
      await fixture.prober.watch([fixture.provider]);
      await until(() => recordOf(fixture).state === 'in-service');
      const [request] = fixture.upstream.requests;
      assert.equal(request?.line, `POST ${path} HTTP/1.1`);
      assert.equal(request.header(credential), 'sk-out');
    });
  }
});

void describe('a provider without chats', () => {
  const kling = { type: 'kling', apiTokens: ['sk-out'] };
  const tasks = rawAnswer('200 OK', JSON_TYPE, '{"code":0,"message":"SUCCEED","data":[]}');
  const refuses = rawAnswer('401 Unauthorized', JSON_TYPE, '{"code":1000,"message":"Authentication failed"}');

  for (const [what, effect] of [
    ['refused', revoked],
    ['that failed', counts],
  ] as const) {
    void it(`puts a key ${what} back by what costs nothing`, async (t) => {
      const fixture = await begin(t, {
        options: kling,
        happened: attempt(effect, Date.now() - 60_000),
        answer: ({ request, write }) =>
          write(request.header('authorization') === 'Bearer sk-out' ? tasks : refuses),
      });
      await fixture.prober.watch([fixture.provider]);
      await until(() => recordOf(fixture).state === 'in-service');
      const lines = new Set(fixture.upstream.requests.map(({ line }) => line));
      assert.deepEqual([...lines], ['GET /v1/videos/text2video?pageNum=1&pageSize=1 HTTP/1.1']);
    });
  }

  void it('lets a key without credit come back by itself, since nothing shows that it has some again', async (t) => {
    const happened = attempt(outOfCredit, Date.now());
    const fixture = await begin(t, { options: kling, happened, answer: ({ write }) => write(tasks) });
    await fixture.prober.watch([fixture.provider]);
    await until(() => fixture.store.leases >= 2);
    const record = recordOf(fixture);
    assert.equal(record.state === 'out-of-service' && record.returnsAt, happened.at + 60 * 60 * 1000);
    assert.equal(planOf(fixture), undefined);
    assert.equal(fixture.upstream.requests.length, 0);
    assert.equal(await fixture.prober.check(fixture.provider, onlyKey(fixture).id), 'no-health-check');
  });
});
