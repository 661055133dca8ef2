import assert from 'node:assert/strict';
import { describe, it, test } from 'node:test';
import { operationNamed } from '../../../src/dialects/operations/table.ts';
import type { Dialect } from '../../../src/dialects/operations/operation.ts';
import { NO_QUIRKS } from '../../../src/translate/codec.ts';
import type { TranslationSpec } from '../../../src/translate/translation-method.ts';
import { translateResponse, translateRequest } from '../../../src/translate/job.ts';
import { ThreadPool } from '../../../src/translate/threads/thread-pool.ts';
import type {
  JobOptions,
  ThreadPoolBounds,
  MakeJob,
  JobOutcome,
} from '../../../src/translate/threads/thread-pool.ts';
import { LARGE_BYTES, threads } from '../../../src/translate/threads/translation-threads.ts';
import { GOOD_KEY, gatewayFor } from '../../support/gateway.ts';
import { ask, chat, MAX_REQUESTS } from '../../support/http.ts';
import { rawAnswer, rawUpstream } from '../../support/raw-upstream.ts';
import { until } from '../../support/until.ts';

const BOUNDS: ThreadPoolBounds = {
  maxThreads: 1,
  maxWaiting: 4,
  heapBytes: 256 * 1024 ** 2,
  jobMs: 60_000,
  idleMs: 60_000,
};
const WANTED: JobOptions = { signal: new AbortController().signal, isBounded: true };

function courseTo(providerDialect: Dialect, model = 'claude-sonnet-4-5'): TranslationSpec {
  const clientDialect = operationNamed('chat.completions').dialect;
  return {
    operation: 'chat.completions',
    clientDialect,
    providerDialect,
    model,
    quirks: NO_QUIRKS,
    stream: false,
  };
}

function bytesOf(value: object): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(JSON.stringify(value)));
}

/** The job of a request. */
function jobOf(body: Uint8Array<ArrayBuffer>): MakeJob {
  return async () => ({
    job: { kind: 'request', spec: courseTo('anthropic-messages'), body, isLarge: true },
    transfer: [body.buffer],
  });
}

const smallJob = (): MakeJob => jobOf(bytesOf(chat('hi')));
/** One that takes seconds, and much more memory than its size. */
const heavyJob = (): MakeJob =>
  jobOf(
    bytesOf({
      messages: [
        { role: 'user', content: Array.from({ length: 400_000 }, () => ({ type: 'text', text: '' })) },
      ],
    }),
  );

void describe('a thread', () => {
  for (const native of [
    'anthropic-messages',
    'gemini-generate',
    'bedrock-converse',
    'openai-chat',
  ] as const) {
    void it(`puts requests into ${native} as this one does, and answers back`, async () => {
      const spec = courseTo(native);
      const body = bytesOf({
        ...chat('hi'),
        tools: [{ type: 'function', function: { name: 'f', parameters: {} } }],
      });
      const local = await translateRequest({ spec, body, isLarge: true });
      const threaded = await threads.translateRequest({ spec, body }, WANTED);
      assert.equal(local.kind, 'translated-request');
      assert.equal(threaded.kind, 'translated-request');
      assert.ok(local.kind === 'translated-request' && threaded.kind === 'translated-request');
      assert.deepEqual(
        { ...threaded, body: String(Buffer.from(threaded.body)) },
        { ...local, body: String(local.body) },
      );
      const answer = {
        spec,
        parseOptions: threaded.parseOptions,
        context: { id: 'r', model: 'm', acceptedAt: 0, body: threaded.echo, query: '' },
        headers: { 'content-type': 'application/json' },
        body: Buffer.from(ANSWERS[native]),
      };
      const translated = await threads.translateResponse(answer, {
        signal: WANTED.signal,
        memory: undefined,
      });
      assert.equal(translated.toString(), String(await translateResponse(answer)));
      assert.match(translated.toString(), /"content":"hello"/);
    });
  }

  void it('dies with a job that takes more memory than it may, and the next one has another', async () => {
    // Enough for the packages, also where nothing of them has been compiled before.
    const pool = new ThreadPool({ ...BOUNDS, heapBytes: 48 * 1024 ** 2 });
    const [died, done] = await Promise.all([pool.run(heavyJob(), WANTED), pool.run(smallJob(), WANTED)]);
    assert.ok(died.kind === 'died' && died.reason === 'memory', died.kind);
    assert.equal(done.kind, 'translated-request');
  });

  void it('is ended with a job that takes too long', async () => {
    const pool = new ThreadPool({ ...BOUNDS, jobMs: 1 });
    const died = await pool.run(heavyJob(), WANTED);
    assert.ok(died.kind === 'died' && died.reason === 'time', died.kind);
    assert.equal(pool.running, 0);
  });

  void it('is ended with a job that nobody wants any more, and the next one has another', async () => {
    const pool = new ThreadPool(BOUNDS);
    const controller = new AbortController();
    const cancelled = pool.run(heavyJob(), { ...WANTED, signal: controller.signal });
    const waiting = pool.run(heavyJob(), { ...WANTED, signal: controller.signal });
    const staying = pool.run(smallJob(), WANTED);
    assert.deepEqual([pool.running, pool.waiting], [1, 2]);
    controller.abort();
    assert.equal((await cancelled).kind, 'cancelled');
    assert.equal((await waiting).kind, 'cancelled');
    assert.equal((await staying).kind, 'translated-request');
    assert.equal((await pool.run(smallJob(), { ...WANTED, signal: controller.signal })).kind, 'cancelled');
  });

  void it('has no more requests wait for it than its bound, but answers', async () => {
    const pool = new ThreadPool({ ...BOUNDS, maxWaiting: 1 });
    const [first, second] = [pool.run(smallJob(), WANTED), pool.run(smallJob(), WANTED)];
    const third: JobOutcome = await pool.run(smallJob(), WANTED);
    assert.equal(third.kind, 'busy');
    const answer = pool.run(smallJob(), { ...WANTED, isBounded: false });
    for (const each of [first, second, answer]) assert.equal((await each).kind, 'translated-request');
  });

  void it('is ended when it has nothing to do', async () => {
    const pool = new ThreadPool({ ...BOUNDS, idleMs: 1 });
    await pool.run(smallJob(), WANTED);
    await until(() => pool.running === 0);
    assert.equal((await pool.run(smallJob(), WANTED)).kind, 'translated-request');
  });
});

const USAGE = { inputTokens: 1, outputTokens: 1, totalTokens: 2 };
const ANSWERS: Readonly<
  Record<'anthropic-messages' | 'gemini-generate' | 'bedrock-converse' | 'openai-chat', string>
> = {
  'anthropic-messages': JSON.stringify({
    id: 'm',
    type: 'message',
    role: 'assistant',
    model: 'm',
    content: [{ type: 'text', text: 'hello' }],
    stop_reason: 'end_turn',
    usage: { input_tokens: 1, output_tokens: 1 },
  }),
  'gemini-generate': JSON.stringify({
    candidates: [{ content: { role: 'model', parts: [{ text: 'hello' }] }, finishReason: 'STOP' }],
  }),
  'bedrock-converse': JSON.stringify({
    output: { message: { role: 'assistant', content: [{ text: 'hello' }] } },
    stopReason: 'end_turn',
    usage: USAGE,
  }),
  'openai-chat': JSON.stringify({
    id: 'c',
    choices: [{ index: 0, message: { role: 'assistant', content: 'hello' }, finish_reason: 'stop' }],
  }),
};

void test('while a large request is translated small ones are answered, and are translated where they came', async (t) => {
  const answer = rawAnswer('200 OK', ['content-type: application/json'], ANSWERS['anthropic-messages']);
  const large = Promise.withResolvers<void>();
  let before = 0;
  const upstream = await rawUpstream(t, ({ request, end }) => {
    if (request.body.length > LARGE_BYTES) large.resolve();
    end(answer);
  });
  const provider = { id: 'far', type: 'claude', baseUrl: upstream.origin, apiTokens: [GOOD_KEY] };
  const gateway = await gatewayFor(t, { config: { providers: [provider] } });
  await ask(gateway.url, { body: chat('hi', { max_tokens: 9 }) });
  const jobs = threads.jobs;
  const content = Array.from({ length: 100_000 }, () => ({ type: 'text', text: 'It says little.' }));
  const state = { isOver: false };
  void large.promise.then(() => {
    state.isOver = true;
  });
  const requests = ask(gateway.url, {
    body: { model: 'm', max_tokens: 9, messages: [{ role: 'user', content }] },
  });
  // Were it translated here, there would be one or two.
  for (; !state.isOver; before++) {
    assert.ok(before < MAX_REQUESTS, 'the large request is never translated');
    assert.equal((await ask(gateway.url, { body: chat('hi', { max_tokens: 9 }) })).status, 200);
  }
  assert.equal((await requests).status, 200);
  assert.equal(threads.jobs, jobs + 1);
  assert.ok(before >= 5, `${before} were answered meanwhile`);
});
