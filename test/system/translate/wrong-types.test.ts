import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { gatewayFor, GOOD_KEY } from '../../support/gateway.ts';
import { ask, chat, type AskOptions } from '../../support/http.ts';
import { until } from '../../support/until.ts';

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
        const response = await ask(url, { body: chat('hi', { response_format: format }) });
        assert.notEqual(response.code, 'internal_error');
        await requestsLogged(1);
        assert.deepEqual(
          logs().filter(({ level }) => level === 'error'),
          [],
        );
      });
    }
  }

  void test('what is unforeseen is a 400, and logged without the client’s content', async (context) => {
    const { url, logs, keys } = await gatewayFor(context, {
      config: ({ url: simulator }) => ({
        providers: [
          {
            id: 'sim',
            type: 'claude',
            baseUrl: `${simulator}/v1`,
            apiTokens: [GOOD_KEY],
            modelMapping: { '*': 'claude-sonnet-4-5' },
          },
        ],
      }),
    });
    const schema = { type: 'object', properties: { a: { anyOf: 'my secret words' } } };
    const format = { type: 'json_schema', json_schema: { name: 'n', strict: true, schema } };
    const response = await ask(url, { body: chat('hi', { response_format: format }) });
    assert.deepEqual([response.status, response.code], [400, 'not_expressible']);
    await until(() => logs().some(({ msg }) => msg === 'request'));
    const entry = logs().find(({ msg }) => msg === 'a request could not be read');
    assert.equal(entry?.['level'], 'warn');
    assert.match(String(entry?.['error']), /^TypeError\n\s+at /);
    assert.ok(!JSON.stringify(logs()).includes('my secret words'));
    assert.deepEqual(
      (await keys()).map(({ state, failures }) => [state, failures ?? 0]),
      [['in-service', 0]],
    );
  });

  void test('data of a text that is no base64 is named by its place, in every dialect', async (context) => {
    const { url, logs } = await gatewayFor(context, {
      config: ({ url: simulator }) => ({
        providers: ['claude', 'openai'].map((type) => ({
          id: type,
          type,
          baseUrl: `${simulator}/v1`,
          apiTokens: [GOOD_KEY],
        })),
        routes: [
          { model: 'to-claude', to: ['claude'] },
          { model: 'to-openai', to: ['openai'] },
        ],
      }),
    });
    const document = { type: 'document', source: { type: 'base64', media_type: 'text/plain', data: '@@@' } };
    const file = { type: 'file', file: { file_data: 'data:text/plain;base64,@@@', filename: 'a.txt' } };
    const inline = { inlineData: { mimeType: 'text/plain', data: '@@@' } };
    const cases: readonly [request: AskOptions, named: RegExp][] = [
      [
        {
          path: '/v1/messages',
          headers: { 'anthropic-version': '2023-06-01' },
          body: { model: 'to-openai', max_tokens: 9, messages: [{ role: 'user', content: [document] }] },
        },
        /"type":"invalid_request_error".*the data of messages\[0\] is not base64/,
      ],
      [
        { body: { model: 'to-claude', messages: [{ role: 'user', content: [file] }] } },
        /the data of a URL is not base64/,
      ],
      [
        {
          path: '/v1beta/models/to-openai:generateContent',
          body: { contents: [{ role: 'user', parts: [inline] }] },
        },
        /the inlineData of contents\[0\] is not base64.*"status":"INVALID_ARGUMENT"/,
      ],
    ];
    for (const [request, named] of cases) {
      const response = await ask(url, request);
      assert.equal(response.status, 400);
      assert.match(response.text, named);
    }
    assert.ok(logs().every(({ level }) => level !== 'error'));
  });

  void test('a file of a type that is named as what every object has is of that type', async (context) => {
    const { url } = await gatewayFor(context, {
      config: ({ url: simulator }) => ({
        providers: [{ id: 'sim', type: 'claude', baseUrl: `${simulator}/v1`, apiTokens: [GOOD_KEY] }],
      }),
    });
    for (const format of ['__proto__', 'constructor', 'toString']) {
      const audio = { type: 'input_audio', input_audio: { data: 'AAAA', format } };
      const response = await ask(url, {
        body: { ...chat('hi'), messages: [{ role: 'user', content: [audio] }] },
      });
      assert.equal(response.code, 'not_expressible');
    }
  });
});
