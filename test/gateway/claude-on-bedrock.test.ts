import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as z from 'zod';
import { gatewayFor } from '../support/gateway.ts';
import { ask, dataOf } from '../support/http.ts';
import type { AskOptions } from '../support/http.ts';

const MODEL = 'anthropic.claude-opus-4-5';
const KEYS = ['AKIDFIRST0000000001:first/secret', 'AKIDSECOND000000002:second/secret'];

const thinking = z.looseObject({ type: z.literal('thinking'), thinking: z.string(), signature: z.string() });
const message = z.looseObject({ content: z.tuple([thinking]).rest(z.looseObject({ type: z.string() })) });

function asking(messages: unknown, more: object = {}): AskOptions {
  return {
    path: '/v1/messages',
    headers: { 'anthropic-version': '2023-06-01' },
    body: {
      model: MODEL,
      max_tokens: 2048,
      thinking: { type: 'enabled', budget_tokens: 1024 },
      messages,
      ...more,
    },
  };
}

void test('a conversation of Anthropic’s client keeps its signed thinking on Bedrock, over a dead key', async (t) => {
  const gateway = await gatewayFor(t, {
    strict: ['anthropic', 'bedrock'],
    script: { keys: { AKIDFIRST0000000001: { behaviours: [{ kind: 'invalid-key' }] } } },
    config: ({ url }) => ({
      providers: [
        {
          id: 'b',
          type: 'bedrock',
          baseUrl: new URL(url).origin,
          awsRegion: 'eu-west-1',
          apiTokens: KEYS.map((key, at) => ({ key, weight: at === 0 ? 1000 : 0.001 })),
          choice: 'random',
          failover: { enabled: true, failureThreshold: 1, cooldownDuration: '1h' },
        },
      ],
    }),
  });
  const hello = { role: 'user', content: 'Hello' };
  const first = await ask(gateway.url, asking([hello]));
  assert.equal(first.status, 200, first.text);
  const { content } = message.parse(first.json());

  const next = [hello, { role: 'assistant', content }, { role: 'user', content: 'And now?' }];
  const streamed = await ask(gateway.url, asking(next, { stream: true }));
  assert.equal(streamed.status, 200, streamed.text);
  const types = dataOf(streamed.text).map(
    (data) => z.looseObject({ type: z.string() }).parse(JSON.parse(data)).type,
  );
  assert.equal(types.at(-1), 'message_stop');
  assert.match(streamed.text, /"type":"signature_delta"/);

  const counted = await ask(gateway.url, {
    ...asking(next),
    path: '/v1/messages/count_tokens',
    body: { model: MODEL, messages: next },
  });
  assert.match(counted.text, /^\{"input_tokens":\d+\}$/);

  for (const { path, brokenRule } of gateway.sim.requests) {
    assert.match(path, /^\/anthropic\/v1\/messages/);
    assert.equal(brokenRule, undefined);
  }
  const states = (await gateway.keys()).map(({ state }) => state).toSorted();
  assert.deepEqual(states, ['in-service', 'out-of-service']);
});
