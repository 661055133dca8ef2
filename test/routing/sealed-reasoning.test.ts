import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import * as z from 'zod';
import { gatewayFor, type TestGateway } from '../support/gateway.ts';
import { ask, dataOf, type AskOptions, type HttpAnswer } from '../support/http.ts';
import { rawAnswer, rawChunk, rawHead, rawUpstream } from '../support/raw-upstream.ts';
import type { RawExchange, RawRequest, RawUpstream } from '../support/raw-upstream.ts';

/*
 * Two providers of five keys each, every key of an organisation of its own. They seal their reasoning, and refuse
 * what another organisation sealed.
 */

const KEYS = [1, 2, 3, 4, 5];
/** So many conversations that leaving their second turns to chance would never do. */
const CONVERSATIONS = 10;

/** How one dialect carries what is sealed. */
interface DialectFixture {
  readonly type: string;
  readonly first: (stream: boolean) => AskOptions;
  /** The second turn, which sends back what the first one was answered with. */
  readonly second: (sealed: string, stream: boolean) => AskOptions;
  readonly whole: (sealed: string) => unknown;
  /** Events of a stream, what is sealed coming last. */
  readonly events: (sealed: string) => readonly object[];
  readonly refusal: string;
}

const USER = { role: 'user', content: 'hi' };
const USAGE = { input_tokens: 1, output_tokens: 1, total_tokens: 2 };

function response(sealed: string): object {
  const reasoning = {
    type: 'reasoning',
    id: `rs_${sealed.slice(0, 30)}`,
    summary: [],
    encrypted_content: sealed,
  };
  const content = [{ type: 'output_text', text: 'hi', annotations: [] }];
  const message = {
    type: 'message',
    id: `msg_${sealed.slice(0, 30)}`,
    role: 'assistant',
    status: 'completed',
    content,
  };
  return {
    id: `resp_${sealed.slice(0, 30)}`,
    object: 'response',
    status: 'completed',
    model: 'm',
    output: [reasoning, message],
    usage: USAGE,
  };
}

function responseEvents(sealed: string): readonly object[] {
  const done = response(sealed);
  const { output } = z.object({ output: z.array(z.looseObject({ id: z.string() })) }).parse(done);
  const [reasoning, message] = output;
  return [
    { type: 'response.created', response: { ...done, status: 'in_progress', output: [] } },
    { type: 'response.output_item.added', output_index: 0, item: { ...reasoning, encrypted_content: '' } },
    {
      type: 'response.output_text.delta',
      item_id: message?.id,
      output_index: 1,
      content_index: 0,
      delta: 'hi',
    },
    { type: 'response.output_item.done', output_index: 0, item: reasoning },
    { type: 'response.output_item.done', output_index: 1, item: message },
    { type: 'response.completed', response: done },
  ];
}

function respond(input: unknown, stream: boolean): AskOptions {
  return { path: '/v1/responses', body: { model: 'm', input, stream, store: false } };
}

const RESPONSES: DialectFixture = {
  type: 'openai',
  first: (stream) => respond('hi', stream),
  second: (sealed, stream) =>
    respond([USER, { type: 'reasoning', summary: [], encrypted_content: sealed }, USER], stream),
  whole: response,
  events: responseEvents,
  refusal:
    '{"error":{"message":"The encrypted content could not be verified.","type":"invalid_request_error","code":"invalid_encrypted_content"}}',
};

const REFERENCES: DialectFixture = {
  ...RESPONSES,
  second: (sealed, stream) =>
    respond([{ type: 'item_reference', id: `rs_${sealed.slice(0, 30)}` }, USER], stream),
};

const DIALECTS: Readonly<Record<string, DialectFixture>> = {
  'Responses, by what is encrypted': RESPONSES,
  'Responses, by a reference to an item': REFERENCES,
  'Anthropic, by the signature of a thought': anthropic(
    (signature) => ({ type: 'thinking', thinking: 'hm', signature }),
    (signature) => [
      {
        type: 'content_block_start',
        index: 0,
        content_block: { type: 'thinking', thinking: '', signature: '' },
      },
      { type: 'content_block_delta', index: 0, delta: { type: 'thinking_delta', thinking: 'hm' } },
      { type: 'content_block_delta', index: 0, delta: { type: 'signature_delta', signature } },
    ],
  ),
  'Anthropic, by a redacted thought': anthropic(
    (data) => ({ type: 'redacted_thinking', data }),
    (data) => [{ type: 'content_block_start', index: 0, content_block: { type: 'redacted_thinking', data } }],
  ),
  Gemini: {
    type: 'gemini',
    first: (stream) => generate([], stream),
    second: (sealed, stream) =>
      generate([{ role: 'model', parts: [{ text: 'hi', thoughtSignature: sealed }] }], stream),
    whole: candidates,
    events: (sealed) => [candidates(''), candidates(sealed)],
    refusal: '{"error":{"code":400,"message":"Thought signature is not valid.","status":"INVALID_ARGUMENT"}}',
  },
  'a chat with OpenRouter’s details': chat((data) => ({
    reasoning_details: [{ type: 'reasoning.encrypted', data, format: 'x', index: 0 }],
  })),
  'a chat with Google’s signatures': chat((signature) => ({
    tool_calls: [
      {
        index: 0,
        id: 'call_1',
        type: 'function',
        function: { name: 'f', arguments: '{}' },
        extra_content: { google: { thought_signature: signature } },
      },
    ],
  })),
};

function anthropicMessage(content: readonly object[]): object {
  return {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'm',
    content,
    stop_reason: 'end_turn',
    usage: USAGE,
  };
}

function askAnthropic(earlier: readonly object[], stream: boolean): AskOptions {
  return {
    path: '/v1/messages',
    headers: { 'anthropic-version': '2023-06-01' },
    body: { model: 'm', max_tokens: 9, stream, messages: [USER, ...earlier, USER] },
  };
}

function anthropic(
  block: (sealed: string) => object,
  begin: (sealed: string) => readonly object[],
): DialectFixture {
  return {
    type: 'claude',
    first: (stream) => askAnthropic([], stream),
    second: (sealed, stream) => askAnthropic([{ role: 'assistant', content: [block(sealed)] }], stream),
    whole: (sealed) => anthropicMessage([block(sealed), { type: 'text', text: 'hi' }]),
    events: (sealed) => [
      { type: 'message_start', message: anthropicMessage([]) },
      ...begin(sealed),
      { type: 'content_block_stop', index: 0 },
      { type: 'content_block_start', index: 1, content_block: { type: 'text', text: '' } },
      { type: 'content_block_delta', index: 1, delta: { type: 'text_delta', text: 'hi' } },
      { type: 'content_block_stop', index: 1 },
      { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: USAGE },
      { type: 'message_stop' },
    ],
    refusal:
      '{"type":"error","error":{"type":"invalid_request_error","message":"messages.1.content.0: the thought is not ours"}}',
  };
}

function generate(earlier: readonly object[], stream: boolean): AskOptions {
  const user = { role: 'user', parts: [{ text: 'hi' }] };
  const verb = stream ? 'streamGenerateContent?alt=sse' : 'generateContent';
  return { path: `/v1beta/models/m:${verb}`, body: { contents: [user, ...earlier, user] } };
}

function candidates(thoughtSignature: string): object {
  const parts = [{ text: 'hi', ...(thoughtSignature !== '' && { thoughtSignature }) }];
  const end = thoughtSignature === '' ? {} : { finishReason: 'STOP' };
  return { candidates: [{ content: { role: 'model', parts }, index: 0, ...end }] };
}

function askChat(earlier: readonly object[], stream: boolean): AskOptions {
  return {
    body: { model: 'm', stream, messages: [USER, ...earlier, USER] },
  };
}

function chatChunk(delta: object, finish_reason: string | null = null): object {
  return {
    id: 'c',
    object: 'chat.completion.chunk',
    choices: [{ index: 0, delta, finish_reason }],
  };
}

function chat(withSealed: (sealed: string) => object): DialectFixture {
  return {
    type: 'openai',
    first: (stream) => askChat([], stream),
    second: (sealed, stream) =>
      askChat([{ role: 'assistant', content: 'hi', ...withSealed(sealed) }], stream),
    whole: (sealed) => ({
      id: 'c',
      object: 'chat.completion',
      choices: [
        {
          index: 0,
          message: { role: 'assistant', content: 'hi', ...withSealed(sealed) },
          finish_reason: 'stop',
        },
      ],
    }),
    events: (sealed) => [chatChunk({ content: 'hi' }), chatChunk(withSealed(sealed)), chatChunk({}, 'stop')],
    refusal:
      '{"error":{"message":"The reasoning cannot be read.","type":"invalid_request_error","code":"bad_reasoning"}}',
  };
}

function keyIn({ header, line }: RawRequest): string {
  const query = /[?&]key=([^& ]+)/.exec(line)?.[1];
  return header('authorization') ?? header('x-api-key') ?? header('x-goog-api-key') ?? query ?? '';
}

/** The owners of sealed reasoning, by its text and by the ids of items. */
class Seals {
  readonly #owners = new Map<string, string>();
  #newest = '';

  /** Of the last answer. */
  get newest(): string {
    return this.#newest;
  }

  make(owner: string): string {
    this.#newest = randomBytes(1500).toString('base64');
    this.#owners.set(this.#newest, owner).set(`rs_${this.#newest.slice(0, 30)}`, owner);
    return this.#newest;
  }

  ownersIn(body: string): readonly string[] {
    return [...this.#owners].filter(([sealed]) => body.includes(sealed)).map(([, owner]) => owner);
  }
}

/** Key 2 of provider 1, where there are two accounts, is of `p1-k0`. */
function accountOf(key: string, accounts: number): string {
  return key.replace(
    /^.*(p\d-k)(\d).*$/,
    (_, provider: string, n: string) => provider + (Number(n) % accounts),
  );
}

function answering(fixture: DialectFixture, seals: Seals, accounts: number): (exchange: RawExchange) => void {
  return ({ request, write }) => {
    const owner = accountOf(keyIn(request), accounts);
    const body = request.body.toString();
    if (seals.ownersIn(body).some((each) => each !== owner)) {
      void write(rawAnswer('400 Bad Request', ['content-type: application/json'], fixture.refusal));
      return;
    }
    const sealed = seals.make(owner);
    const streams = body.includes('"stream":true') || request.line.includes('stream');
    if (!streams) {
      void write(
        rawAnswer('200 OK', ['content-type: application/json'], JSON.stringify(fixture.whole(sealed))),
      );
      return;
    }
    const frames = fixture.events(sealed).map((event) => {
      const name = 'type' in event ? `event: ${String(event.type)}\n` : '';
      return `${name}data: ${JSON.stringify(event)}\n\n`;
    });
    const end = fixture.type === 'openai' && request.line.includes('/chat/') ? ['data: [DONE]\n\n'] : [];
    // Cut anywhere: sealed text comes in chunks.
    const bytes = [...frames, ...end].join('');
    const chunks = Array.from({ length: Math.ceil(bytes.length / 700) }, (_, n) =>
      bytes.slice(n * 700, (n + 1) * 700),
    );
    void write(rawHead('200 OK', ['content-type: text/event-stream', 'transfer-encoding: chunked']));
    for (const chunk of chunks) void write(rawChunk(chunk));
    void write(rawChunk());
  };
}

interface Setup {
  readonly folder: string;
  readonly open: () => Promise<TestGateway>;
  readonly seals: Seals;
  readonly upstreams: readonly RawUpstream[];
}

/** @param accounts - of each provider, which its keys share */
async function setUp(t: TestContext, fixture: DialectFixture, accounts = KEYS.length): Promise<Setup> {
  const folder = await mkdtemp(join(tmpdir(), 'sparekey-reasoning-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const seals = new Seals();
  const answer = answering(fixture, seals, accounts);
  const upstreams = [await rawUpstream(t, answer), await rawUpstream(t, answer)];
  const providers = upstreams.map(({ origin }, n) => ({
    id: `p${n}`,
    type: fixture.type,
    baseUrl: fixture.type === 'openai' ? `${origin}/v1` : origin,
    apiTokens: KEYS.map((number) => {
      const key = `sk-p${n}-k${number}-0123456789`;
      return accounts === KEYS.length ? key : { key, quotaDomain: accountOf(key, accounts) };
    }),
    failover: { enabled: true, failureThreshold: 3, cooldownDuration: '1h' },
  }));
  const routes = [{ model: '*', to: [providers.map(({ id }) => id)] }];
  return {
    folder,
    seals,
    upstreams,
    open: () => gatewayFor(t, { state: { path: join(folder, 'state.db') }, config: { providers, routes } }),
  };
}

function isAnswered({ status, whole, text }: HttpAnswer, stream: boolean): boolean {
  return status === 200 && whole && (!stream || dataOf(text).length > 1);
}

/** Answered by the first key that was asked, and in full: nothing was left out, nothing refused. */
function isReadAtOnce(answer: HttpAnswer, stream: boolean): boolean {
  const { 'x-sparekey-attempts': attempts, 'x-sparekey-dropped': dropped } = answer.headers;
  return isAnswered(answer, stream) && attempts === '1' && dropped === undefined;
}

for (const [what, fixture] of Object.entries(DIALECTS)) {
  void describe(`a second turn in ${what}`, () => {
    for (const stream of [false, true]) {
      void test(`goes to the key that can read it, ${stream ? 'streamed' : 'whole'}`, async (t) => {
        const { open, seals } = await setUp(t, fixture);
        const gateway = await open();
        for (let n = 0; n < CONVERSATIONS; n++) {
          assert.ok(isAnswered(await ask(gateway.url, fixture.first(stream)), stream));
          const heard = await ask(gateway.url, fixture.second(seals.newest, stream));
          assert.ok(isReadAtOnce(heard, stream), `turn ${n}: ${heard.status} ${heard.text}`);
        }
      });
    }
  });
}

/** The key of the last request. */
function lastKey({ upstreams }: Setup, expected: number): { secret: string; provider: string } {
  const keys = upstreams.flatMap(({ requests }) => requests.map(keyIn));
  assert.equal(keys.length, expected);
  const secret = (keys.at(-1) ?? '').replace('Bearer ', '');
  return { secret, provider: secret.slice(3, 5) };
}

async function disable(gateway: TestGateway, secret: string, provider: string): Promise<void> {
  const { id } = await gateway.keyOf(secret, provider);
  assert.ok((await fetch(`${gateway.adminUrl}/api/keys/${id}/disable`, { method: 'POST' })).ok);
}

void describe('sealed reasoning in a second turn', () => {
  void test('is known on another node, and nothing of it is kept', async (t) => {
    const { open, seals, folder } = await setUp(t, RESPONSES);
    const [one, other] = [await open(), await open()];
    for (let n = 0; n < CONVERSATIONS; n++) {
      await ask(one.url, RESPONSES.first(true));
      const { newest } = seals;
      assert.ok(isReadAtOnce(await ask(other.url, RESPONSES.second(newest, true)), true));
      const files = (await readdir(folder)).map((name) => readFile(join(folder, name), 'latin1'));
      const kept = (await Promise.all(files)).join('');
      assert.ok(kept.includes('sealed:'));
      assert.ok(!kept.includes(newest.slice(100, 140)));
    }
  });

  void test('goes to another key of the account where its owner is out', async (t) => {
    const setup = await setUp(t, RESPONSES, 2);
    const gateway = await setup.open();
    await ask(gateway.url, RESPONSES.first(false));
    const { secret, provider } = lastKey(setup, 1);
    const { newest } = setup.seals;
    await disable(gateway, secret, provider);
    for (let n = 0; n < CONVERSATIONS; n++) {
      assert.ok(isReadAtOnce(await ask(gateway.url, RESPONSES.second(newest, false)), false));
    }
  });

  void test('goes to other keys where its key fails, without what they cannot read', async (t) => {
    const setup = await setUp(t, RESPONSES);
    const gateway = await setup.open();
    await ask(gateway.url, RESPONSES.first(false));
    const { secret } = lastKey(setup, 1);
    const { newest } = setup.seals;
    failing(setup, secret);
    assert.ok(isAnswered(await ask(gateway.url, RESPONSES.second(newest, false)), false));
  });

  void test('has to be tried again where its key fails and others cannot do without what they cannot read', async (t) => {
    const setup = await setUp(t, REFERENCES);
    const gateway = await setup.open();
    await ask(gateway.url, REFERENCES.first(false));
    const { secret } = lastKey(setup, 1);
    const { newest } = setup.seals;
    failing(setup, secret);
    const { status } = await ask(gateway.url, REFERENCES.second(newest, false));
    assert.equal(status, 503, 'what its own key said');
  });

  void test('goes to other keys where its account is out, without what they cannot read', async (t) => {
    const setup = await setUp(t, RESPONSES);
    const gateway = await setup.open();
    await ask(gateway.url, RESPONSES.first(false));
    const { secret, provider } = lastKey(setup, 1);
    await disable(gateway, secret, provider);
    assert.ok(isAnswered(await ask(gateway.url, RESPONSES.second(setup.seals.newest, false)), false));
    assert.equal(setup.upstreams.flatMap(({ requests }) => requests).length, 3, 'it was refused once');
  });

  void test('is refused where its account is out and others cannot do without what they cannot read', async (t) => {
    const setup = await setUp(t, REFERENCES);
    const gateway = await setup.open();
    await ask(gateway.url, REFERENCES.first(false));
    const { secret, provider } = lastKey(setup, 1);
    await disable(gateway, secret, provider);
    const { status, code } = await ask(gateway.url, REFERENCES.second(setup.seals.newest, false));
    assert.deepEqual([status, code], [400, 'invalid_encrypted_content']);
  });
});

/** From now on a key gets 503. */
function failing({ upstreams }: Setup, secret: string): void {
  for (const upstream of upstreams) {
    const readable = upstream.answer;
    upstream.answer = (exchange) =>
      keyIn(exchange.request).endsWith(secret)
        ? exchange.write(rawAnswer('503 Service Unavailable', [], '{"error":{"message":"busy"}}'))
        : readable(exchange);
  }
}
