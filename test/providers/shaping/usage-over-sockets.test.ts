import assert from 'node:assert/strict';
import { suite, test, type TestContext } from 'node:test';
import { gatewayFor } from '../../support/gateway.ts';
import { rawChunk, rawHead, rawUpstream, type RawUpstream } from '../../support/raw-upstream.ts';

const CHUNK = 'data: {"choices":[{"index":0,"delta":{"content":"ü"},"finish_reason":null}],"usage":null}';
const STOP = 'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"usage":null}';
const USAGE =
  'data: {"id":"x","choices": [], "usage": {"prompt_tokens":1,"completion_tokens":2,"total_tokens":3}}';
const DONE = 'data: [DONE]';

/** A gateway before a provider that streams what it is given, each piece in a packet of its own. */
async function before(t: TestContext, type = 'openai') {
  let pieces: readonly Buffer[] = [];
  const upstream = await rawUpstream(t, async ({ write, end }) => {
    await write(rawHead('200 OK', ['content-type: text/event-stream', 'transfer-encoding: chunked']));
    for (const piece of pieces) await write(rawChunk(piece.toString('latin1')));
    end(rawChunk());
  });
  const { url } = await gatewayFor(t, {
    yaml: () => JSON.stringify({ provider: { type, baseUrl: `${upstream.origin}/v1`, apiTokens: ['sk-1'] } }),
  });
  const streams = (...given: readonly (Buffer | string)[]): void => {
    pieces = given.map((piece) => Buffer.from(piece));
  };
  return { upstream, url, streams };
}

async function streamed(url: string, options = ''): Promise<string> {
  const response = await fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: bodyWith(options),
  });
  assert.equal(response.status, 200);
  return response.text();
}

function bodyWith(options: string): string {
  return `{ "model":"m", "stream" : true,"x":1e400,"messages":[]${options}}`;
}

function sentTo({ requests }: RawUpstream): string | undefined {
  return requests.at(-1)?.body.toString();
}

for (const [what, end] of [
  ['LF', '\n\n'],
  ['CRLF', '\r\n\r\n'],
] as const) {
  const frames = [CHUNK, STOP, USAGE, DONE].map((frame) => frame + end);
  const whole = Buffer.from(frames.join(''));
  const left = Buffer.from([CHUNK, STOP, DONE].map((frame) => frame + end).join('')).toString();

  void suite(`lines that end in ${what}`, () => {
    void test('the chunk with the usage goes, in one packet with the end', async (t) => {
      const { upstream, url, streams } = await before(t);
      streams(whole);
      assert.equal(await streamed(url), left);
      assert.equal(
        sentTo(upstream),
        bodyWith(',"stream_options":{"include_usage":true}'),
        'every other byte of the request is the client’s',
      );
    });

    void test('it goes wherever its bytes are cut, and nothing else does', async (t) => {
      const { url, streams } = await before(t);
      streams(...Array.from(whole, (_, at) => whole.subarray(at, at + 1)));
      assert.equal(await streamed(url), left);
      for (let cut = 1; cut < whole.length; cut++) {
        streams(whole.subarray(0, cut), whole.subarray(cut));
        assert.equal(await streamed(url), left, `cut at ${cut}`);
      }
    });

    void test('it stays where the client has requested it', async (t) => {
      const { upstream, url, streams } = await before(t);
      streams(whole);
      const option = ', "stream_options":{"include_usage":true}';
      assert.equal(await streamed(url, option), whole.toString());
      assert.equal(sentTo(upstream), bodyWith(option));
    });
  });
}

const LINES = `${[CHUNK, STOP, USAGE, DONE].join('\n\n')}\n\n`;

void test('a client that refused it is not overruled, and nothing is removed', async (t) => {
  const { upstream, url, streams } = await before(t);
  streams(LINES);
  const no = ',"stream_options":{"include_usage":false}';
  assert.equal(await streamed(url, no), LINES);
  assert.equal(sentTo(upstream), bodyWith(no));
});

/** A stream for a client of Anthropic's. */
async function asMessages(url: string): Promise<string> {
  const messages = [{ role: 'user', content: 'a' }];
  const response = await fetch(`${url}/v1/messages`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'anthropic-version': '2023-06-01' },
    body: JSON.stringify({ model: 'm', max_tokens: 5, stream: true, messages }),
  });
  return response.text();
}

void test('a client of Anthropic’s gets the usage that is requested on its behalf', async (t) => {
  const { upstream, url, streams } = await before(t);
  streams(LINES);
  assert.match(await asMessages(url), /"output_tokens":2/);
  assert.match(sentTo(upstream) ?? '', /"stream_options":\{"include_usage":true\}/);
});

void test('usage is not requested from a provider that refuses the field', async (t) => {
  const { upstream, url, streams } = await before(t, 'mistral');
  streams(LINES);
  assert.match(await asMessages(url), /"output_tokens":2/);
  assert.ok(!sentTo(upstream)?.includes('stream_options'));
});
