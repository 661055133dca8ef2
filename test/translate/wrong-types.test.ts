import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { gatewayFor, GOOD_KEY } from '../support/gateway.ts';
import { ask, chat } from '../support/http.ts';

/** A schema of which only the client has looked at what stands inside. */
const WRONG_SCHEMAS = [
  { type: 'object', properties: { a: { anyOf: true } } },
  { type: 'object', properties: { a: { anyOf: { b: 1 } } } },
  { type: 'object', properties: [null] },
];

void suite('values of the wrong type deep inside a request', () => {
  for (const type of ['claude', 'bedrock']) {
    for (const [at, schema] of WRONG_SCHEMAS.entries()) {
      void test(`are the client's mistake before ${type}, and nobody's defect: schema ${at}`, async (context) => {
        const { url, requestsLogged, logs } = await gatewayFor(context, {
          config: ({ url: simulator }) => ({
            providers: [
              {
                id: 'sim',
                type,
                baseUrl: `${simulator}/v1`,
                apiTokens: [GOOD_KEY],
                modelMapping: {
                  '*': type === 'claude' ? 'claude-sonnet-4-5' : 'anthropic.claude-sonnet-4-5',
                },
                ...(type === 'bedrock' && { awsRegion: 'us-east-1' }),
              },
            ],
          }),
        });
        const format = { type: 'json_schema', json_schema: { name: 'n', strict: true, schema } };
        const heard = await ask(url, { body: chat('hi', { response_format: format }) });
        assert.notEqual(heard.code, 'internal_error');
        await requestsLogged(1);
        assert.deepEqual(
          logs().filter(({ level }) => level === 'error'),
          [],
        );
      });
    }
  }

  void test('a file of a type that is named as what every object has is of that type', async (context) => {
    const { url } = await gatewayFor(context, {
      config: ({ url: simulator }) => ({
        providers: [{ id: 'sim', type: 'claude', baseUrl: `${simulator}/v1`, apiTokens: [GOOD_KEY] }],
      }),
    });
    for (const format of ['__proto__', 'constructor', 'toString']) {
      const audio = { type: 'input_audio', input_audio: { data: 'AAAA', format } };
      const heard = await ask(url, {
        body: { ...chat('hi'), messages: [{ role: 'user', content: [audio] }] },
      });
      assert.equal(heard.code, 'not_expressible');
    }
  });
});
