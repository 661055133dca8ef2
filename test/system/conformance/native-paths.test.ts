import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { parseObject } from '../../../src/base/json.ts';
import { gatewayFor } from '../../support/gateway.ts';
import { ask } from '../../support/http.ts';
import { rawAnswer, rawUpstream } from '../../support/raw-upstream.ts';

/*
 * Operations that a vendor has beside those of its clients' dialects, without `protocol: original`: they reach it where it has them,
 * with the body that the client wrote.
 */

interface Case {
  readonly provider: object;
  /** Of the base URL. */
  readonly base: string;
  readonly path: string;
  /** Where that is not the client's. */
  readonly sentPath?: string;
  readonly body: object;
}

const MODEL_MAPPING = { a: 'b' };

const cases: Readonly<Record<string, Case>> = {
  'code that Mistral fills in': {
    provider: { type: 'mistral' },
    base: '/v1',
    path: '/v1/fim/completions',
    body: { model: 'codestral-latest', prompt: 'def f(', suffix: 'return a + b' },
  },
  'an agent of Mistral’s, which has a model itself': {
    provider: { type: 'mistral' },
    base: '/v1',
    path: '/v1/agents/completions',
    body: { agent_id: 'ag:1', messages: [{ role: 'user', content: 'hi' }] },
  },
  'tokens at vLLM': {
    provider: { type: 'vllm' },
    base: '/v1',
    path: '/tokenize',
    body: { model: 'm', prompt: 'hi' },
  },
  'scores at vLLM, without a model': {
    provider: { type: 'vllm' },
    base: '/v1',
    path: '/score',
    body: { text_1: 'a', text_2: 'b' },
  },
  'classes at a vLLM behind a prefix': {
    provider: { type: 'vllm' },
    base: '/llm/v1',
    path: '/classify',
    sentPath: '/llm/classify',
    body: { model: 'm', input: ['a'] },
  },
  'code that is filled in by a server of which nothing is known': {
    provider: { type: 'openai' },
    base: '/v1',
    path: '/v1/fim/completions',
    body: { model: 'codestral', prompt: 'def f(' },
  },
  'a group of MiniMax’s': {
    provider: { type: 'minimax' },
    base: '/v1',
    path: '/v1/text/chatcompletion_pro?GroupId=18',
    body: { model: 'abab6.5s-chat', messages: [] },
  },
};

void suite('a vendor’s own operation', () => {
  for (const [what, { provider, base, path, sentPath = path, body }] of Object.entries(cases)) {
    void test(`${what} reaches it as it is, but for the model`, async (t) => {
      const answer = rawAnswer(
        '200 OK',
        ['content-type: application/json'],
        '{"choices":[{"message":{"content":"hi"},"finish_reason":"stop"}]}',
      );
      const upstream = await rawUpstream(t, ({ end }) => end(answer));
      const gateway = await gatewayFor(t, {
        config: {
          providers: [
            {
              id: 'p',
              baseUrl: upstream.origin + base,
              apiTokens: ['k-0123456789'],
              modelMapping: MODEL_MAPPING,
              ...provider,
            },
          ],
        },
      });
      const sent = [body, ...('model' in body ? [{ ...body, model: 'a' }] : [])];
      for (const each of sent) assert.equal((await ask(gateway.url, { path, body: each })).status, 200);
      const expected = sent.map((each, at) => (at === 0 ? each : { ...each, model: 'b' }));
      assert.deepEqual(
        upstream.requests.map(({ line, body: bytes }) => [line, parseObject(bytes.toString())]),
        expected.map((each) => [`POST ${sentPath} HTTP/1.1`, each]),
      );
    });
  }
});
