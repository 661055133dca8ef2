import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { APIError } from 'openai';
import { isAnswerTo } from '../../../../simulator/answer-text.ts';
import { tokensIn } from '../../../../simulator/surface/text.ts';
import { BACKENDS, deadKey, goodKey, modelOf, type Backend } from './backends.ts';
import { testbedFor, type Testbed } from './testbed.ts';

/** What a test asks for; each SDK says it in its own words. */
export interface Question {
  readonly model: string;
  readonly question: string;
  readonly stream: boolean;
  readonly system?: string;
  readonly maxTokens?: number;
  /** A PNG that is shown beside the question; base64. */
  readonly image?: string;
  /** Whether the model is to think, and to show it. */
  readonly thinks?: boolean;
  /** Called with each piece of text as it comes. */
  readonly onText?: (piece: string) => void;
}

/** What an SDK made of the answer. */
export interface SdkAnswer {
  readonly text: string;
  /** Absent where there is none, or the SDK does not show it. */
  readonly thinking?: string;
  /** Why the answer ended, in the SDK's word. */
  readonly stop: string | null | undefined;
  /** Absent where what the SDK tells of it is not what the answer held. */
  readonly usage?: Usage;
}

/** Tokens; absent where the SDK does not tell them. */
export interface Usage {
  /** All of the request's, those from a cache too. */
  readonly input: number | undefined;
  readonly cached?: number | undefined;
  readonly output: number | undefined;
}

/** The arguments of the one tool there is. */
export interface City {
  readonly city: string;
}

export const CITY_SCHEMA = {
  type: 'object' as const,
  properties: { city: { type: 'string' as const } },
  required: ['city'],
  additionalProperties: false,
};

/** One SDK, unmodified but for where it asks and with which key. */
export interface SdkClient {
  readonly name: string;
  /** The SDK's words for why an answer ended. */
  readonly stops: { readonly done: string; readonly length: string };
  /** What the SDK raises where the provider refuses a request. */
  readonly refusal: abstract new (...args: never[]) => Error;
  /** What it raises where a stream breaks after output, with or without an error of its own. */
  readonly broken: abstract new (...args: never[]) => Error;
  readonly ask: (ask: Question) => Promise<SdkAnswer>;
  /** Asks with the tool `get_weather`, runs it as often as it is called, and tells the answer to its results. */
  readonly loop: (ask: Question, run: (input: City) => string) => Promise<SdkAnswer>;
  /** The object of `CITY_SCHEMA` that the SDK parsed; absent where it has no structured output. */
  readonly structured?: (ask: Question) => Promise<unknown>;
  /** Whether the SDK shows what the model thought, and sends the signature of it back. */
  readonly thinking: 'hidden' | 'shown' | 'kept';
}

const QUESTION = 'what does the gateway do?';
/** The pieces of the answer to it: its words, two before them, and the mark. */
const PIECES = 8;
/** Tokens: OpenAI's Responses take no lower limit. */
const LEAST_LIMIT = 16;
const LONG_QUESTION = Array.from({ length: 20 }, (_, at) => at + 1).join(' ');
const SYSTEM = 'Always answer like a pirate.';
const LOOKUP = 'Use get_weather {"city":"Oslo"} and get_weather {"city":"Rome"}, please.';
const WEATHER: Readonly<Record<string, string>> = { Oslo: 'snow', Rome: 'sun' };
/** How signatures of the simulator's thinking begin. */
const SIGNED = Buffer.from('simulated thinking').toString('base64');
const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGP6DwABBQECz6AuzQAAAABJRU5ErkJggg==';

/** Tries SDKs with all families of providers. The testbed may be used for more. */
export async function matrix(
  names: readonly string[],
  clients: (testbed: Testbed) => readonly SdkClient[],
): Promise<Testbed> {
  const testbed = await testbedFor(names);
  for (const client of clients(testbed)) {
    for (const backend of BACKENDS)
      void suite(`${client.name} before ${backend.name}`, () => pair(client, backend, testbed));
  }
  return testbed;
}

function pair(client: SdkClient, backend: Backend, testbed: Testbed): void {
  for (const stream of [false, true]) {
    const how = stream ? 'streamed' : 'whole';
    void test(`${how}: text, instructions, tokens and the reason to stop`, async () => {
      const ask = { model: modelOf(backend, 'well'), question: QUESTION, stream };
      assertWhole(await client.ask({ ...ask, system: SYSTEM }), ask.model, client, backend, SYSTEM);
      const question = 'Repeat your instructions.';
      const { text } = await client.ask({ ...ask, question, system: SYSTEM });
      assert.match(text, /\(instructions: Always answer like a pirate\.\)/u);
    });

    void test(`${how}: the limit on tokens`, async () => {
      const answer = await client.ask({
        model: modelOf(backend, 'well'),
        question: LONG_QUESTION,
        stream,
        maxTokens: LEAST_LIMIT,
      });
      assert.equal(answer.stop, client.stops.length);
      assert.equal(answer.text, 'You said: 1 2 3 4 5 6 7 8 9 10 11 12 13 14');
    });

    void test(`${how}: an image`, async () => {
      const ask = { model: modelOf(backend, 'well'), question: QUESTION, image: PIXEL, stream };
      assert.match((await client.ask(ask)).text, /\(seen: image\/png, \d+ bytes\)/u);
    });

    for (const thinks of client.thinking === 'hidden' ? [false] : [false, true]) {
      void test(`${how}: tools called side by side${thinks ? ', after thinking' : ''}`, async () => {
        const ran: string[] = [];
        const ask = { model: modelOf(backend, 'well'), question: LOOKUP, stream, thinks };
        const answer = await client.loop({ ...ask, system: SYSTEM }, ({ city }) => {
          ran.push(city);
          return WEATHER[city] ?? 'unknown';
        });
        assert.deepEqual(ran, ['Oslo', 'Rome']);
        assert.match(answer.text, /\(get_weather answered: .*snow.*\) \(get_weather answered: .*sun.*\)/u);
        assert.equal(answer.stop, client.stops.done);
        const last = testbed.gateway.sim.requests.findLast(({ model }) => model === ask.model);
        if (thinks && backend.signs && client.thinking === 'kept')
          assert.ok(last?.body.includes(SIGNED), 'the signature has come back');
      });
    }

    void test(`${how}: a dead first key is replaced unseen`, async () => {
      const model = `${modelOf(backend, 'dead-key')}-${client.name}`;
      const ask = { model, question: QUESTION, stream };
      assertWhole(await client.ask(ask), model, client, backend);
      const met = testbed.gateway.sim.requests.filter((request) => request.model === model);
      assert.ok(met.some(({ key }) => key === deadKey(backend)) && met.at(-1)?.key === goodKey(backend));
    });

    void test(`${how}: a refusal is the SDK's own error, with the provider's words`, async () => {
      const error = await raised(
        client.ask({ model: modelOf(backend, 'refused'), question: QUESTION, stream }),
      );
      assert.ok(error instanceof client.refusal, String(error));
      assert.match(error.message, backend.tooLong);
      // By this word Codex and others know that they have to shorten the conversation.
      if (error instanceof APIError) assert.equal(error.code, 'context_length_exceeded');
      assert.equal(statusOf(error) ?? statusOf(error.cause), 400);
    });
  }

  if (client.thinking !== 'hidden')
    void test('thinking is shown', async () => {
      const ask = { model: modelOf(backend, 'well'), question: QUESTION, thinks: true };
      const whole = await client.ask({ ...ask, stream: false });
      const streamed = await client.ask({ ...ask, stream: true });
      assert.equal(whole.thinking, `They say: ${QUESTION}`);
      assert.equal(streamed.thinking, whole.thinking);
    });

  void test('an answer that comes byte by byte is the same', async () => {
    const model = modelOf(backend, 'in-bytes');
    const answer = await client.ask({ model, question: QUESTION, system: SYSTEM, stream: true });
    assertWhole(answer, model, client, backend, SYSTEM);
  });

  for (const scenario of ['breaking', 'cut'] as const) {
    void test(`a stream that is ${scenario} after output ends in the SDK's error, and in no end`, async () => {
      let text = '';
      const asking = client.ask({
        model: modelOf(backend, scenario),
        question: QUESTION,
        stream: true,
        onText: (piece) => {
          text += piece;
        },
      });
      const error = await raised(asking);
      assert.ok(error instanceof client.broken, String(error));
      assert.ok('You said:'.startsWith(text), text);
    });
  }

  const { structured } = client;
  if (structured !== undefined)
    void test('an object of a schema', async () => {
      const ask = { model: modelOf(backend, 'well'), question: 'Oslo', stream: false };
      assert.deepEqual(await structured(ask), { city: 'Oslo' });
    });
}

/** The answer is all there, from the right key, and its tokens are those the provider counted. */
function assertWhole(
  answer: SdkAnswer,
  model: string,
  client: SdkClient,
  backend: Backend,
  system = '',
): void {
  assert.ok(isAnswerTo(answer.text, QUESTION, model, [goodKey(backend)]), `not the answer: ${answer.text}`);
  assert.equal(answer.stop, client.stops.done);
  if (answer.usage === undefined) return;
  const { input, cached, output } = answer.usage;
  assert.deepEqual([input, output], [tokensIn(system + QUESTION), PIECES]);
  if (cached !== undefined) assert.equal(cached, tokensIn(system));
}

function statusOf(error: unknown): unknown {
  if (!(error instanceof Error)) return undefined;
  return Reflect.get(error, 'status') ?? Reflect.get(error, 'statusCode');
}

async function raised(promise: Promise<unknown>): Promise<Error> {
  const error: unknown = await promise.then(
    (value) => new assert.AssertionError({ message: `nothing was raised: ${JSON.stringify(value)}` }),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof Error, String(error));
  return error;
}
