import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { test, type TestContext } from 'node:test';
import { ANSWER_TO_ANYTHING } from '../../support/answers.ts';
import { startTestGateway } from '../../support/gateway.ts';

/** A provider that takes everything, and shows what came. */
async function startRecorder(t: TestContext) {
  const came: Buffer[] = [];
  const server = createServer((request, response) => {
    void buffer(request).then((body) => {
      came.push(body);
      response.writeHead(200, { 'content-type': 'application/json' }).end(ANSWER_TO_ANYTHING);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  return { came, origin: `http://127.0.0.1:${address.port}` };
}

/** Two megabytes of what a body may hold and a parser would not give back. */
function bodyWith(model: string): string {
  const odd =
    '"big":123456789012345678901234567890,"exp":1.0E+2,"esc":"\\u00e9\\/\\ud83d\\ude00","dup":1,"dup":2, "deep" : [ { } ,null ]';
  const text = 'Zeile\\nübrig "\\\\" '.replaceAll('"', '\\"').repeat(100_000);
  return `{ ${odd},\n"model" :\t"${model}","unknown_field":{"a":[1e400,-0]},"padding":"${text}","messages":[{"role":"user","content":"hi"}],"input":"hi","contents":[],"max_tokens":1 }\n`;
}

const paths: readonly (readonly [string, string, string])[] = [
  ['chat completions', '/v1/chat/completions', 'openai'],
  ['responses', '/v1/responses', 'openai'],
  ['messages', '/v1/messages', 'claude'],
];

for (const [what, path, type] of paths) {
  void test(`a body of 2 MB for ${what} arrives as it was written, but for the mapped model`, async (t) => {
    const { came, origin } = await startRecorder(t);
    const gateway = await startTestGateway({
      config: {
        providers: [
          {
            id: 'p',
            type,
            baseUrl: `${origin}/v1`,
            apiTokens: ['sk-1'],
            modelMapping: { 'model-here': 'model-"there"' },
          },
        ],
      },
    });
    t.after(() => gateway.close());
    const body = bodyWith('model-here');
    assert.ok(Buffer.byteLength(body) >= 2 * 1024 * 1024);
    const headers = {
      'content-type': 'application/json',
      ...(type === 'claude' && { 'anthropic-version': '2023-06-01' }),
    };
    const response = await fetch(gateway.url + path, { method: 'POST', headers, body });
    assert.equal(response.status, 200, await response.text());
    assert.equal(came.length, 1);
    assert.ok(came[0]?.equals(Buffer.from(body.replace('"model-here"', String.raw`"model-\"there\""`))));
  });
}

void test('of a stream whose usage is asked for, and with a setting, no other byte changes either', async (t) => {
  const { came, origin } = await startRecorder(t);
  const gateway = await startTestGateway({
    config: {
      provider: {
        type: 'openai',
        baseUrl: `${origin}/v1`,
        apiTokens: ['sk-1'],
        modelMapping: { 'model-here': 'there' },
        customSettings: [{ name: 'max_tokens', value: 7 }],
      },
      providers: undefined,
    },
  });
  t.after(() => gateway.close());
  const body = bodyWith('model-here').replace('"unknown_field"', '"stream":true,"unknown_field"');
  const headers = { 'content-type': 'application/json' };
  await fetch(`${gateway.url}/v1/chat/completions`, { method: 'POST', headers, body });
  const end = '"max_tokens":1 }';
  const asks = ',"stream_options":{"include_usage":true}';
  const expected = body.replace('"model-here"', '"there"').replace(end, `"max_tokens":7 ${asks}}`);
  assert.ok(came[0]?.equals(Buffer.from(expected)));
});

void test('a body of 2 MB for generateContent arrives as it was written; the model stands in the path', async (t) => {
  const { came, origin } = await startRecorder(t);
  const gateway = await startTestGateway({
    config: {
      providers: [
        {
          id: 'p',
          type: 'gemini',
          baseUrl: `${origin}/v1beta`,
          apiTokens: ['k'],
          modelMapping: { here: 'there' },
        },
      ],
    },
  });
  t.after(() => gateway.close());
  const body = bodyWith('left-alone');
  const url = `${gateway.url}/v1beta/models/here:generateContent`;
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  });
  assert.equal(response.status, 200);
  assert.ok(came[0]?.equals(Buffer.from(body)));
});
