import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gatewayFor } from '../../support/gateway.ts';
import { ask, chat, streamedChat } from '../../support/http.ts';
import { rawAnswer, rawUpstream } from '../../support/raw-upstream.ts';
import { until } from '../../support/until.ts';

const ANSWER = rawAnswer(
  '200 OK',
  ['content-type: application/json'],
  '{"choices":[{"message":{"content":"hi"}}]}',
);

/* In the plugin `timeout` is for fetching the file of `context`, and `firstByteTimeout` for requests that ask for a stream. */
void test('the plugin’s words for time cut off streams alone, and no whole answer', async (t) => {
  const waiting: (() => void)[] = [];
  const upstream = await rawUpstream(t, ({ request, end }) => {
    if (!request.body.includes('"stream":true')) waiting.push(() => end(ANSWER));
  });
  const provider = {
    type: 'openai',
    openaiCustomUrl: `${upstream.origin}/v1`,
    apiTokens: ['k-0123456789'],
    timeout: 1,
    firstByteTimeout: 100,
  };
  const gateway = await gatewayFor(t, { yaml: () => JSON.stringify({ provider }) });
  const whole = ask(gateway.url, { body: chat('whole') });
  await until(() => waiting.length > 0);
  const stream = await ask(gateway.url, { body: streamedChat('stream') });
  assert.deepEqual([stream.status, stream.code], [504, 'upstream_timeout']);
  for (const answer of waiting) answer();
  assert.equal((await whole).status, 200);
});
