import assert from 'node:assert/strict';
import { after, suite, test } from 'node:test';
import { parseArgs } from 'node:util';
import * as fc from '../../support/property.ts';
import type { ClientDialect } from './cases/translation-case.ts';
import { CLIENT_SIDES, modelsFor } from './conversations/clients.ts';
import { oddPlan, soundPlan, type Answer, type JsonBody, type Plan } from './conversations/plan.ts';
import { startStrictGateway, type Exchange } from './strict-gateway.ts';

/*
 * `npm run property -- --runs N [--seed S]` tries more conversations than a run of the tests does. A conversation that
 * fails is made as small as it can be, and printed as its client wrote it, with the vendor's words.
 */
const { values: flags } = parseArgs({
  options: { runs: { type: 'string' }, seed: { type: 'string' } },
  strict: false,
});
const RUNS = Number(flags.runs ?? 120);
const SETTINGS = { numRuns: RUNS, ...(flags.seed !== undefined && { seed: Number(flags.seed) }) };

/** What the gateway may refuse a request for, since leaving it out would change the meaning. */
const REASONS: readonly RegExp[] = [];

/** Of all requests, the share that the gateway may refuse. */
const MOST_REFUSED = 0.05;

const strict = await startStrictGateway();
after(() => strict.close());

interface Conversation {
  readonly client: ClientDialect;
  readonly plan: Plan;
  /** Where it begins, and where it goes on: of the models that may be asked, the numbers modulo their count. */
  readonly first: number;
  readonly second: number;
  readonly stream: boolean;
}

function conversations(plan: fc.Arbitrary<Plan>): fc.Arbitrary<Conversation> {
  return fc.record({
    client: fc.constantFrom<ClientDialect>('chat', 'responses', 'messages', 'gemini'),
    plan,
    first: fc.nat({ max: 11 }),
    second: fc.nat({ max: 11 }),
    stream: fc.boolean(),
  });
}

void suite('a conversation', { timeout: 600_000 }, () => {
  void test('that is odd in any way is accepted wherever it is translated for, or refused for its meaning', async () => {
    const tally = { asked: 0, refused: 0 };
    await fc.assert(
      fc.asyncProperty(conversations(oddPlan), (each) => converse(each, true, tally)),
      SETTINGS,
    );
    assert.ok(tally.refused <= tally.asked * MOST_REFUSED, JSON.stringify(tally));
  });

  void test('that is sound goes on at any other family, native ones too', async () => {
    const tally = { asked: 0, refused: 0 };
    await fc.assert(
      fc.asyncProperty(conversations(soundPlan), (each) => converse(each, false, tally)),
      SETTINGS,
    );
    assert.equal(tally.refused, 0);
  });
});

interface Tally {
  asked: number;
  refused: number;
}

/** Asks, tells the results of the tools that are called, and asks again at another model. */
async function converse(
  { client, plan, first, second, stream }: Conversation,
  translated: boolean,
  tally: Tally,
): Promise<void> {
  const side = CLIENT_SIDES[client];
  const models = modelsFor(client, plan, translated);
  const modelAt = (at: number): string => models[at % models.length]?.model ?? '';
  let request = side.request(plan);
  let answer = await answerTo(client, modelAt(first), request, stream, tally);
  if (answer === undefined) return;
  assertCalls(answer, plan, client, modelAt(first), request);
  if (answer.calls.length > 0) {
    const results = answer.calls.map((_, at) => `it snows ${at}`);
    request = side.continued(request, answer, results);
    const told = await answerTo(client, modelAt(first), request, stream, tally);
    if (told === undefined) return;
    // A sequence that ends the answer may stand in what it repeats.
    if (told.isWhole && plan.options.json === undefined && plan.options.stops === undefined)
      for (const result of results)
        assert.ok(told.text.includes(result), shown(client, modelAt(first), request, told.text));
    answer = told;
  }
  const results = answer.calls.map(() => 'nothing');
  await answerTo(
    client,
    modelAt(second),
    side.continued(request, answer, results, 'And now?'),
    stream,
    tally,
  );
}

/** Undefined where the gateway refused it for a good reason. */
async function answerTo(
  client: ClientDialect,
  model: string,
  request: JsonBody,
  stream: boolean,
  tally: Tally,
): Promise<Answer | undefined> {
  tally.asked += 1;
  const exchange = await strict.ask(client, model, request, stream);
  if (exchange.status === 200) {
    assert.ok(
      !exchange.arrived?.body.includes('sk1_'),
      shown(client, model, request, 'a mark of the gateway’s own has left'),
    );
    return CLIENT_SIDES[client].answer(exchange.text, stream);
  }
  tally.refused += 1;
  assert.ok(isForMeaning(exchange), shown(client, model, request, exchange.text, exchange.arrived?.body));
  return undefined;
}

function isForMeaning({ status, text, arrived }: Exchange): boolean {
  return (
    status === 400 &&
    arrived === undefined &&
    text.includes('not_expressible') &&
    REASONS.some((reason) => reason.test(text))
  );
}

/** Tools are called by the client's own names, with an object; and one is where that was asked for. */
function assertCalls(
  { calls }: Answer,
  { tools, options }: Plan,
  client: ClientDialect,
  model: string,
  request: JsonBody,
): void {
  const names = new Set(tools.map(({ name }) => name));
  for (const { name, input } of calls) {
    assert.ok(names.has(name), shown(client, model, request, `${name} was called`));
    assert.ok(
      typeof input === 'object' && input !== null,
      shown(client, model, request, JSON.stringify(input)),
    );
  }
  const isForced = options.choice === 'required' || options.choice === 'first';
  if (isForced && options.json === undefined && options.effort === undefined)
    assert.ok(calls.length > 0, shown(client, model, request, 'nothing was called'));
}

function shown(client: ClientDialect, model: string, request: JsonBody, words: string, arrived = ''): string {
  return `${client} → ${model}: ${words}\nasked: ${JSON.stringify(request)}\narrived: ${arrived}`;
}
