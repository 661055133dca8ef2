import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { isAnswerTo } from '../../../simulator/answer-text.ts';
import type { Behaviour } from '../../../simulator/behaviour.ts';
import { chatText, responsesText } from '../../support/answers.ts';
import { gatewayFor, simulatedProvider, type TestGateway } from '../../support/gateway.ts';
import { ask, askUntil, chat, dataOf, streamedChat, type HttpAnswer } from '../../support/http.ts';
import { rawChunk, rawHead, rawUpstream, type RawExchange } from '../../support/raw-upstream.ts';
import { until } from '../../support/until.ts';

/* Promises about streams, by their numbers. */

const BAD = 'sk-bad-0123456789abcdefgh';
const GOOD = 'sk-good-0123456789abcdefg';
const QUESTION = 'are you whole?';

interface Surface {
  readonly name: 'chat' | 'responses';
  readonly path: string;
  readonly body: object;
  readonly textOf: (response: HttpAnswer) => string | undefined;
  /** An event that an answer begins with, and that it must have once. */
  readonly beginning: string;
}

const SURFACES: readonly Surface[] = [
  {
    name: 'chat',
    path: '/v1/chat/completions',
    body: streamedChat(QUESTION),
    textOf: chatText,
    beginning: '"role":"assistant"',
  },
  {
    name: 'responses',
    path: '/v1/responses',
    body: { model: 'gpt-5', input: QUESTION, stream: true },
    textOf: responsesText,
    beginning: '"type":"response.created"',
  },
];

/** Asks until a request has met the bad key, and tells what its client got. */
async function askUntilMet(
  { url, sim }: TestGateway,
  { path, body }: Pick<Surface, 'path' | 'body'>,
): Promise<HttpAnswer> {
  return askUntil(
    () => ask(url, { path, body }),
    () => sim.counts(BAD).total > 0,
  );
}

const BEFORE_OUTPUT: readonly (readonly [what: string, behaviour: Behaviour])[] = [
  ['an error after its beginning, inside a 200', { kind: 'error-event' }],
  ['opened and sent nothing', { kind: 'hang', after: 'headers' }],
  ['stalled before its output', { kind: 'hang', after: 'preamble' }],
  ['empty', { kind: 'empty-stream' }],
];

void suite(
  '13: a stream that fails before its output moves to the next key unseen by the client',
  { concurrency: true },
  () => {
    for (const surface of SURFACES) {
      for (const [what, behaviour] of BEFORE_OUTPUT) {
        void test(`${surface.name}: ${what}`, async (t) => {
          const gateway = await gatewayFor(t, {
            keys: [BAD, GOOD],
            behaviours: { [BAD]: [behaviour] },
            provider: { firstOutputTimeout: '700ms' },
          });
          const response = await askUntilMet(gateway, surface);
          const text = surface.textOf(response);
          assert.ok(text !== undefined && isAnswerTo(text, QUESTION, 'gpt-5', [GOOD]), response.text);
          assert.equal(response.headers['x-sparekey-attempts'], '2');
          assert.equal(
            response.text.split(surface.beginning).length - 1,
            1,
            'nothing of the first answer is seen',
          );
          assert.equal((await gateway.keyOf(BAD)).state, 'out-of-service');
          assert.equal((await gateway.keyOf(GOOD)).failures, 0);
        });
      }
    }
  },
);

/** One failure takes no key out, so that it can be seen to count. */
const lenient = { failover: { enabled: true, failureThreshold: 3, healthCheckModel: 'gpt-5-nano' } };

/** The first output of each surface, and an error of the provider's inside the stream. */
const EVENTS = {
  chat: {
    output: { choices: [{ index: 0, delta: { role: 'assistant', content: 'half' }, finish_reason: null }] },
    error: { error: { message: 'The server had an error.', type: 'server_error', code: 'server_error' } },
  },
  responses: {
    output: { type: 'response.output_text.delta', delta: 'half' },
    error: { type: 'error', code: 'server_error', message: 'The server had an error.', param: null },
  },
} as const;

const event = (value: object): string => `data: ${JSON.stringify(value)}\n\n`;

const LAST_CHUNK = rawChunk();

/** How a stream may end after its first output has been passed on. */
const IN_THE_MIDDLE: readonly (readonly [
  what: string,
  end: (exchange: RawExchange, error: object) => void,
])[] = [
  ['reset', ({ reset }) => reset()],
  ['closed early', ({ end }) => end()],
  ['ended without its end marker', ({ end }) => end(LAST_CHUNK)],
  ['ended by an error event', ({ end }, error) => end(rawChunk(event(error)) + LAST_CHUNK)],
];

void suite(
  '14: a stream cut in the middle does not end as if it were complete, and is not continued by another',
  () => {
    for (const surface of SURFACES) {
      const { output, error } = EVENTS[surface.name];
      for (const [what, endBadly] of IN_THE_MIDDLE) {
        void test(`${surface.name}: ${what}`, async (t) => {
          const passedOn = Promise.withResolvers<void>();
          const upstream = await rawUpstream(t, async (exchange) => {
            const head = [
              'content-type: text/event-stream',
              'transfer-encoding: chunked',
              'connection: close',
            ];
            await exchange.write(rawHead('200 OK', head) + rawChunk(event(output)));
            await passedOn.promise;
            endBadly(exchange, error);
          });
          const provider = simulatedProvider({ url: `${upstream.origin}/v1` }, [BAD, GOOD], lenient);
          const gateway = await gatewayFor(t, { config: { providers: [provider] } });
          const { path, body } = surface;
          const onProgress = (soFar: string): void => {
            if (soFar.includes('half')) passedOn.resolve();
          };
          const response = await ask(gateway.url, { path, body, onProgress });

          assert.equal(response.status, 200);
          assert.equal(surface.textOf(response), undefined, 'it is not taken for a whole answer');
          const events = dataOf(response.text).map((data) => JSON.parse(data) as unknown);
          assert.equal(events.length, 2);
          assert.deepEqual(events[0], output, 'what came before is kept');
          assert.match(
            JSON.stringify(events[1]),
            /"error"/,
            'it ends with an error, and nothing comes after it',
          );
          assert.equal(upstream.requests.length, 1, 'no other key is asked');
          await until(async () => (await gateway.keys()).some(({ failures }) => failures === 1));
        });
      }
    }

    void test('a plain answer that breaks off beyond what is held back ends broken', async (t) => {
      const cut: readonly Behaviour[] = [{ kind: 'cut', by: 'close' }];
      const gateway = await gatewayFor(t, {
        keys: [BAD, GOOD],
        behaviours: { [BAD]: cut, [GOOD]: cut },
        config: { limits: { hold: 512 } },
      });
      const response = await ask(gateway.url, { body: chat('word '.repeat(300)) });
      assert.equal(response.whole, false);
      assert.equal(gateway.sim.requests.length, 1);
    });

    void test('one that breaks off before is asked for again, and comes whole', async (t) => {
      const gateway = await gatewayFor(t, { keys: [BAD, GOOD], behaviours: { [BAD]: [{ kind: 'cut' }] } });
      const response = await askUntilMet(gateway, { path: '/v1/chat/completions', body: chat(QUESTION) });
      assert.ok(isAnswerTo(chatText(response) ?? '', QUESTION, 'gpt-5', [GOOD]));
      assert.equal(response.headers['x-sparekey-attempts'], '2');
    });
  },
);

void suite('15: a client that goes away cancels the upstream request and blames nobody', () => {
  /** What the provider does, and what the client has when it goes. */
  const cases: readonly (readonly [when: string, behaviour: Behaviour, has: string | undefined])[] = [
    ['in the middle of a stream', { kind: 'answer', chunks: 1_000, chunkDelayMs: 20 }, '"You"'],
    ['before any output', { kind: 'hang', after: 'preamble' }, undefined],
  ];
  for (const [when, behaviour, has] of cases) {
    void test(when, async (t) => {
      const gateway = await gatewayFor(t, {
        keys: [BAD, GOOD],
        behaviours: { [BAD]: [behaviour], [GOOD]: [behaviour] },
      });
      const client = new AbortController();
      let received = '';
      const asked = ask(gateway.url, {
        body: streamedChat(QUESTION),
        signal: client.signal,
        onProgress: (soFar) => {
          received = soFar;
        },
      });
      await until(() => gateway.sim.open === 1 && (has === undefined || received.includes(has)));
      client.abort();
      const goneAt = Date.now();
      await asked;
      await until(() => gateway.sim.open === 0);

      const [request] = gateway.sim.requests;
      assert.equal(gateway.sim.requests.length, 1, 'no other key is asked');
      assert.equal(request?.ending, 'aborted');
      assert.ok((request.endedAt ?? Infinity) - goneAt < 1_000, 'upstream is let go within a second');
      const [line] = await gateway.requestsLogged(1);
      assert.equal(line?.verdict, 'cancelled');
      assert.equal(gateway.inFlight(), 0);
      for (const { state, failures } of await gateway.keys()) {
        assert.deepEqual([state, failures], ['in-service', 0]);
      }
    });
  }
});
