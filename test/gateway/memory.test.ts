import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import * as z from 'zod';
import { ANSWER_TO_ANYTHING } from '../support/answers.ts';
import { GOOD_KEY, gatewayFor, simulatedProvider, type TestGateway } from '../support/gateway.ts';
import { ask, chat, rawConnection, streamedChat, type RawConnection } from '../support/http.ts';
import {
  rawAnswer,
  rawHead,
  rawUpstream,
  type RawExchange,
  type RawUpstream,
} from '../support/raw-upstream.ts';
import { until } from '../support/until.ts';

const MIB = 1024 * 1024;
/** The least that may be configured. */
const LIMIT = 16 * MIB;
const OK = rawAnswer('200 OK', ['content-type: application/json'], ANSWER_TO_ANYTHING);
const MESSAGE = rawAnswer(
  '200 OK',
  ['content-type: application/json'],
  '{"id":"m","type":"message","role":"assistant","model":"m","content":[{"type":"text","text":"hello"}],"stop_reason":"end_turn","usage":{"input_tokens":1,"output_tokens":1}}',
);
const BROKEN = rawAnswer('500 Internal Server Error', ['content-type: application/json'], '{}');

const state = z.object({
  memory: z.object({ limit: z.number(), held: z.number(), waiting: z.number(), refused: z.number() }),
});

/** What `GET /api/state` tells of memory. */
async function memoryOf({ adminUrl }: TestGateway): Promise<z.output<typeof state>['memory']> {
  const response = await fetch(`${adminUrl}/api/state`);
  return state.parse(await response.json()).memory;
}

async function gatewayBefore(t: TestContext, upstream: RawUpstream, type = 'openai'): Promise<TestGateway> {
  const provider =
    type === 'openai'
      ? simulatedProvider({ url: `${upstream.origin}/v1` }, [GOOD_KEY])
      : { id: 'far', type, baseUrl: upstream.origin, apiTokens: [GOOD_KEY] };
  return gatewayFor(t, { config: { limits: { memory: LIMIT, drain: 2_000 }, providers: [provider] } });
}

/** A chat of so many bytes, one of which stands for `content`. */
function chatOf(bytes: number): object {
  return chat('x'.repeat(bytes), { max_tokens: 9 });
}

/** Begins to send a body of no announced length, and sends so much of it. */
async function sendingInChunks(gateway: TestGateway, bytes: number): Promise<RawConnection> {
  const connection = await rawConnection(gateway.port);
  connection.write(
    'POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n',
  );
  sendMore(connection, bytes);
  return connection;
}

function sendMore({ write }: RawConnection, bytes: number): void {
  write(`${bytes.toString(16)}\r\n${' '.repeat(bytes)}\r\n`);
}

async function assertNothingHeld(gateway: TestGateway): Promise<void> {
  await until(async () => (await memoryOf(gateway)).held === 0);
}

void test('no request queries the system for its memory', async (t) => {
  const upstream = await rawUpstream(t, ({ end }) => end(OK));
  const gateway = await gatewayFor(t, {
    config: { providers: [simulatedProvider({ url: `${upstream.origin}/v1` }, [GOOD_KEY])] },
  });
  const queries = t.mock.method(process, 'constrainedMemory').mock;
  for (let n = 0; n < 3; n++) assert.equal((await ask(gateway.url, { body: chat('hi') })).status, 200);
  assert.equal(queries.callCount(), 0);
  assert.ok((await memoryOf(gateway)).limit > 0);
});

for (const type of ['openai', 'claude']) {
  void test(`what a request for ${type} held is given back, however it ends`, async (t) => {
    let answer: (exchange: RawExchange) => void;
    const upstream = await rawUpstream(t, (exchange) => answer(exchange));
    const gateway = await gatewayBefore(t, upstream, type);
    const request = { body: chatOf(MIB) };

    answer = ({ end }) => end(type === 'claude' ? MESSAGE : OK);
    assert.equal((await ask(gateway.url, request)).status, 200);
    await assertNothingHeld(gateway);

    answer = ({ end }) => end(BROKEN);
    await ask(gateway.url, request);
    await assertNothingHeld(gateway);

    answer = ({ reset }) => reset();
    await ask(gateway.url, request);
    await assertNothingHeld(gateway);

    const gone = new AbortController();
    answer = () => {
      void memoryOf(gateway).then(({ held }) => {
        assert.ok(held >= MIB, `${held} bytes are held`);
        gone.abort();
      });
    };
    await ask(gateway.url, { ...request, signal: gone.signal }).catch(() => undefined);
    assert.ok(gone.signal.aborted);
    await assertNothingHeld(gateway);

    const half = await rawConnection(gateway.port);
    half.write(
      `POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${MIB}\r\n\r\n{`,
    );
    await until(async () => (await memoryOf(gateway)).held === MIB);
    half.socket.resetAndDestroy();
    await assertNothingHeld(gateway);
    assert.equal((await memoryOf(gateway)).refused, 0);
  });
}

void test('a large request waits for room, and small ones are answered meanwhile', async (t) => {
  const held: RawExchange[] = [];
  const upstream = await rawUpstream(t, (exchange) => {
    if (exchange.request.body.length > MIB) held.push(exchange);
    else exchange.end(OK);
  });
  const gateway = await gatewayBefore(t, upstream);
  const first = ask(gateway.url, { body: chatOf(9 * MIB) });
  await until(() => held.length === 1);
  const second = ask(gateway.url, { body: chatOf(8 * MIB) });
  await until(async () => (await memoryOf(gateway)).waiting === 1);
  for (let n = 0; n < 20; n++) assert.equal((await ask(gateway.url, { body: chatOf(1_000) })).status, 200);
  assert.equal(held.length, 1);
  held[0]?.end(OK);
  assert.equal((await first).status, 200);
  await until(() => held.length === 2);
  held[1]?.end(OK);
  assert.equal((await second).status, 200);
  await assertNothingHeld(gateway);
  assert.equal((await memoryOf(gateway)).refused, 0);
});

void test('of bodies that are half read and all want more, the one that holds most gets 503 with retry-after', async (t) => {
  const upstream = await rawUpstream(t, ({ end }) => end(OK));
  const gateway = await gatewayBefore(t, upstream);
  const [less, more] = [await sendingInChunks(gateway, 2.5 * MIB), await sendingInChunks(gateway, 6 * MIB)];
  await until(async () => (await memoryOf(gateway)).held >= 12 * MIB);
  sendMore(less, 2 * MIB);
  await until(async () => (await memoryOf(gateway)).waiting === 1);
  sendMore(more, 3 * MIB);
  const refusal = await more.closed;
  assert.match(refusal, /^HTTP\/1\.1 503 .*\r\nretry-after: 2\r\n.*"code":"gateway_overloaded"/s);
  const body = JSON.stringify(chat('hi'));
  less.write(`${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`);
  assert.match(await less.receive(/\r\n\r\n/), /^HTTP\/1\.1 200 /);
  less.socket.destroy();
  await assertNothingHeld(gateway);
  assert.equal((await memoryOf(gateway)).refused, 1);
});

/** Sends lines that never end. @returns the most that was held meanwhile */
async function pourInto(gateway: TestGateway, exchange: RawExchange, mebibytes: number): Promise<number> {
  const piece = Buffer.alloc(MIB, 'x');
  let most = 0;
  for (let sent = 0; sent < mebibytes && !exchange.socket.destroyed; sent++) {
    await Promise.race([exchange.write(piece), exchange.closed]);
    most = Math.max(most, (await memoryOf(gateway)).held);
  }
  exchange.end();
  return most;
}

const FIRST = 'data: {"choices":[{"index":0,"delta":{"role":"assistant","content":"one"}}]}\n\ndata: ';
const ENDLESS = [
  {
    name: 'a line without end in a stream that is passed on',
    type: 'openai',
    asking: { body: streamedChat('hi') },
    head: rawHead('200 OK', ['content-type: text/event-stream', 'connection: close']) + FIRST,
    most: MIB,
  },
  {
    name: 'a whole answer without end that is passed on',
    type: 'openai',
    asking: { body: chat('hi') },
    head: `${rawHead('200 OK', ['content-type: application/json', 'connection: close'])}{"choices":[{"a":"`,
    most: MIB,
  },
  {
    name: 'a line without end in a stream that is translated',
    type: 'claude',
    asking: { body: streamedChat('hi') },
    head: `${rawHead('200 OK', ['content-type: text/event-stream', 'connection: close'])}event: message_start\ndata: {"type":"message_start","message":{"id":"m","type":"message","role":"assistant","model":"m","content":[],"usage":{"input_tokens":1,"output_tokens":1}}}\n\nevent: content_block_start\ndata: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}\n\nevent: content_block_delta\ndata: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"one"}}\n\ndata: `,
    most: LIMIT + 4 * MIB,
  },
  {
    name: 'a whole answer without end that is translated',
    type: 'claude',
    asking: { body: chat('hi') },
    head: `${rawHead('200 OK', ['content-type: application/json', 'connection: close'])}{"content":[{"type":"text","text":"`,
    most: LIMIT + 4 * MIB,
  },
] as const;

for (const { name, type, asking, head, most } of ENDLESS) {
  void test(`${name} is held in a bounded part`, async (t) => {
    const poured = Promise.withResolvers<number>();
    const gateway: TestGateway = await gatewayBefore(
      t,
      await rawUpstream(t, async (exchange) => {
        await exchange.write(head);
        poured.resolve(await pourInto(gateway, exchange, 40));
      }),
      type,
    );
    const [, held] = await Promise.all([ask(gateway.url, asking).catch(() => undefined), poured.promise]);
    assert.ok(held <= most, `${held} bytes were held`);
    await assertNothingHeld(gateway);
  });
}
