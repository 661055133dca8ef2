import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { after, before, suite, test } from 'node:test';
import { buffer } from 'node:stream/consumers';
import * as z from 'zod';
import { ask } from '../../support/http.ts';
import { startTestGateway } from '../../support/gateway.ts';
import type { ConfigParts, RequestLine, TestGateway } from '../../support/gateway.ts';
import { MESSAGE, nativeStreams } from './vendors.ts';
import type { NativeStream } from './vendors.ts';

/* Clients that speak a vendor's own API, and its streams: passed on as they are, judged, and ended. */

/** What the vendor does with the tries of one request, in their order. */
const play = z.enum(['answer', 'refuse', 'fail-early', 'fail-late', 'break']);
type Play = z.infer<typeof play>;

/** What is added to a request's body. */
const asked = z.looseObject({ vendor: z.string(), plays: z.array(play) });

interface Seen {
  readonly path: string;
  readonly body: unknown;
}

/** A vendor's server: what a request is met with stands in its body, which passes as it is. */
class Vendor {
  readonly seen = new Map<string, Seen[]>();
  readonly #server: Server;

  constructor() {
    this.#server = createServer((request, response) => void this.#answer(request, response));
  }

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    const address = this.#server.address();
    assert.ok(typeof address === 'object' && address !== null);
    return `http://127.0.0.1:${address.port}`;
  }

  stop(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body: unknown = JSON.parse((await buffer(request)).toString());
    const { vendor: id, plays } = asked.parse(body);
    const stream = nativeStreams.find((each) => each.id === id);
    assert.ok(stream !== undefined, `${request.url} ${JSON.stringify(body)}`);
    const name = JSON.stringify([id, plays]);
    const seen = this.seen.get(name) ?? [];
    this.seen.set(name, [...seen, { path: request.url ?? '', body }]);
    answerWith(plays[seen.length] ?? 'answer', stream, response);
  }
}

function answerWith(what: Play, stream: NativeStream, response: ServerResponse): void {
  const { begin, rest, error, contentType, refusal } = stream;
  if (what === 'refuse') {
    response.writeHead(refusal.status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(refusal.body));
    return;
  }
  response.writeHead(200, { 'content-type': contentType });
  switch (what) {
    case 'answer':
      response.end(Buffer.concat([begin, rest]));
      return;
    case 'fail-early':
      response.end(error);
      return;
    case 'fail-late':
      response.write(begin, () => response.end(error));
      return;
    case 'break':
      response.write(begin, () => response.destroy());
  }
}

const vendor = new Vendor();
let gateway: TestGateway;

before(async () => {
  const origin = await vendor.start();
  gateway = await startTestGateway({ config: configFor(origin) });
});

after(async () => {
  vendor.stop();
  await gateway.close();
});

function configFor(origin: string): ConfigParts {
  return {
    providers: nativeStreams.map(({ id, provider }) => ({
      id,
      baseUrl: origin + (BASE_PATHS[String(provider['type'])] ?? ''),
      apiTokens: ['first', 'second', 'third'].map((name) => `${name}-key-of-${id}`),
      modelMapping: { '*': `${id}-real` },
      failover: { enabled: true, failureThreshold: 100, cooldownDuration: '1h' },
      ...provider,
    })),
    routes: nativeStreams.map(({ id }) => ({ model: `${id}-model`, to: [id] })),
  };
}

/** As in the types' own base URLs. */
const BASE_PATHS: Readonly<Record<string, string>> = {
  claude: '/v1',
  cohere: '/compatibility/v1',
  doubao: '/api/v3',
  minimax: '/v1',
  mistral: '/v1',
  ollama: '/v1',
  qwen: '/compatible-mode/v1',
  triton: '/v2',
};

async function send(stream: NativeStream, plays: readonly Play[]) {
  const { id, path, body, modelField = 'model' } = stream;
  const lines = gateway.requests().length;
  const inPath = path.includes('MODEL');
  const answer = await ask(gateway.url, {
    path: path.replace('MODEL', `${id}-model`),
    headers: stream.headers ?? {},
    body: { ...(!inPath && { [modelField]: `${id}-model` }), vendor: id, plays, ...body },
  });
  const [line] = (await gateway.requestsLogged(lines + 1)).slice(lines);
  assert.ok(line !== undefined);
  return { answer, line, seen: vendor.seen.get(JSON.stringify([id, plays])) ?? [] };
}

function failures({ failed = [] }: RequestLine): readonly string[] {
  return failed.map(({ verdict }) => verdict);
}

for (const stream of nativeStreams) {
  const { id, path, upstreamPath = path, body, begin, rest, error } = stream;

  void suite(`a stream of ${path}, ${id}`, () => {
    void test('reaches its client byte for byte, of the model that the mapping names', async () => {
      const { answer, line, seen } = await send(stream, ['answer']);
      assert.equal(answer.status, 200);
      assert.deepEqual(answer.body, Buffer.concat([begin, rest]));
      assert.equal(answer.headers['content-type'], stream.contentType);
      assert.equal(line.verdict, 'ok');
      assert.equal(line.model, `${id}-model`);
      const [{ path: sent, body: received } = { path: '', body: {} }] = seen;
      assert.equal(sent.split('?')[0], upstreamPath.replace('MODEL', `${id}-real`));
      const { modelField = 'model' } = stream;
      const model = path.includes('MODEL') ? {} : { [modelField]: `${id}-real` };
      assert.deepEqual(received, { ...model, vendor: id, plays: ['answer'], ...body });
    });

    void test('that fails before its first output is asked of another key', async () => {
      const { answer, line, seen } = await send(stream, ['fail-early', 'answer']);
      assert.deepEqual(answer.body, Buffer.concat([begin, rest]));
      assert.equal(seen.length, 2);
      assert.equal(failures(line).length, 1);
      assert.equal(line.verdict, 'ok');
    });

    void test('that fails after its first output passes, and is judged', async () => {
      const { answer, line, seen } = await send(stream, ['fail-late']);
      assert.deepEqual(answer.body, Buffer.concat([begin, error]));
      assert.equal(seen.length, 1);
      assert.notEqual(line.verdict, 'ok');
    });

    void test('that breaks off ends with an error as the vendor’s clients read it', async () => {
      const { answer, line } = await send(stream, ['break']);
      assert.ok(answer.whole);
      assert.deepEqual(answer.body.subarray(0, begin.length), begin);
      const tail = answer.body.subarray(begin.length);
      assert.equal(stream.messageIn(tail), 'The answer of the provider broke off.');
      assert.equal(line.code, 'upstream_broken');
    });

    void test('of a key that is not valid is asked of another, and the key leaves service', async () => {
      const { answer, line } = await send(stream, ['refuse', 'answer']);
      assert.deepEqual(answer.body, Buffer.concat([begin, rest]));
      assert.deepEqual(failures(line), ['key_dead']);
      const states = (await gateway.keys()).filter(({ provider }) => provider === id);
      assert.equal(states.filter(({ state }) => state !== 'in-service').length, 1);
    });
  });
}

void test('the error of a stream is one that the rules can read', () => {
  for (const { error } of nativeStreams) assert.ok(error.includes(MESSAGE) || error.includes('ERROR'));
});
