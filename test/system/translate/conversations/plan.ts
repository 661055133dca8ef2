import * as fc from '../../../support/property.ts';
import { PARAMETERS } from '../cases/schemas.ts';
import { CITY, type ClientDialect } from '../cases/translation-case.ts';

/** A conversation and what is asked for, before it is written in a client's dialect. */
export interface Plan {
  readonly tools: readonly ToolPlan[];
  readonly system: string | undefined;
  readonly turns: readonly TurnPlan[];
  /** What the user says last. */
  readonly question: string;
  readonly options: OptionsPlan;
}

export interface ToolPlan {
  readonly name: string;
  readonly schema: object;
}

/** A part of the conversation so far. */
export type TurnPlan =
  | { readonly kind: 'user'; readonly text: string; readonly file: FilePlan }
  | { readonly kind: 'system'; readonly text: string }
  | { readonly kind: 'assistant'; readonly text: string; readonly thinks: boolean }
  | CallsPlan;

/** Calls that the assistant made at once, and what came of them. */
export interface CallsPlan {
  readonly kind: 'calls';
  readonly calls: readonly CallPlan[];
  /** What the assistant said before. */
  readonly text: string;
  readonly thinks: boolean;
  /** Who spoke before the results came. */
  readonly between: 'nobody' | 'user' | 'system' | 'assistant';
  readonly results: 'all' | 'reversed' | 'last-missing' | 'none';
}

export interface CallPlan {
  readonly id: string;
  /** Of the plan's tools the number, modulo their count. */
  readonly tool: number;
  /** As the model wrote them; JSON of an object where it was sound. */
  readonly written: string;
  readonly result: string;
}

export type FilePlan = 'none' | 'png' | 'jpg' | 'pdf';

/** Absent members are not asked for. */
export interface OptionsPlan {
  readonly maxTokens?: number;
  readonly temperature?: number;
  readonly topP?: number;
  readonly topK?: number;
  readonly stops?: readonly string[];
  readonly seed?: number;
  readonly effort?: 'low' | 'medium' | 'high';
  readonly json?: 'object' | 'schema' | 'list';
  readonly choice?: 'auto' | 'none' | 'required' | 'first';
  readonly oneCall?: boolean;
  readonly user?: string;
}

/** One of the client dialects in both directions: how it asks, and what it makes of an answer. */
export interface ClientSide {
  readonly dialect: ClientDialect;
  /** The request, without model. */
  readonly request: (plan: Plan) => JsonBody;
  /** What the assistant said, as the dialect keeps it in a conversation. */
  readonly answer: (text: string, streamed: boolean) => Answer;
  /** The request with the answer, the results of its calls in order, and a further question where there is one. */
  readonly continued: (
    request: JsonBody,
    answer: Answer,
    results: readonly string[],
    question?: string,
  ) => JsonBody;
}

export type JsonBody = Readonly<Record<string, unknown>>;

/** An answer as an application reads it. */
export interface Answer {
  readonly text: string;
  readonly calls: readonly { readonly id: string; readonly name: string; readonly input: unknown }[];
  /** Whether it ended for the reason that it was whole, and not for a limit or a stop. */
  readonly isWhole: boolean;
  /** What goes back into the conversation. */
  readonly kept: readonly unknown[];
}

const SOUND_TEXTS = ['hello', 'What now?', 'ünïcødé 🌍\nin lines'];
const BLANK_TEXTS = ['', '  ', '\n', '\u00a0'];
const SOUND_NAMES = ['get_weather', 'Bash', 'search', 'apply_patch'];
const LONG_NAME = 'mcp__plugin_compound_engineering_context7__resolve_library_identifier';
const ODD_NAMES = [
  'weather.get:v2',
  'weather.get.v2',
  'погода',
  LONG_NAME,
  `${LONG_NAME}_2`,
  '7zip',
  'a/b c',
  '-x',
];
const SOUND_IDS = ['call_1', 'call_2', 'call_3'];
const ODD_IDS = ['functions.Bash:0', 'вызов', '1', `call_${'0123456789'.repeat(9)}`, 'call_1'];
const SOUND_ARGUMENTS = ['{"city":"Oslo"}', '{}'];
const ODD_ARGUMENTS = ['', 'null', '["x"]', '"x"', '{"city":"Os', '7'];
const RESULTS = ['snow', '{"weather":["snow"]}'];
const ODD_RESULTS = ['', ' ', '[1]', 'null'];

interface Words {
  readonly text: fc.Arbitrary<string>;
  readonly name: fc.Arbitrary<string>;
  readonly id: fc.Arbitrary<string>;
  readonly written: fc.Arbitrary<string>;
  readonly result: fc.Arbitrary<string>;
  readonly schema: fc.Arbitrary<object>;
  readonly isOdd: boolean;
}

const soundWords: Words = {
  text: fc.constantFrom(...SOUND_TEXTS),
  name: fc.constantFrom(...SOUND_NAMES),
  id: fc.constantFrom(...SOUND_IDS),
  written: fc.constantFrom(...SOUND_ARGUMENTS),
  result: fc.constantFrom(...RESULTS),
  schema: fc.constant(CITY),
  isOdd: false,
};

const oddWords: Words = {
  text: fc.constantFrom(...SOUND_TEXTS, ...BLANK_TEXTS),
  name: fc.constantFrom(...SOUND_NAMES, ...ODD_NAMES),
  id: fc.constantFrom(...SOUND_IDS, ...ODD_IDS),
  written: fc.constantFrom(...SOUND_ARGUMENTS, ...ODD_ARGUMENTS),
  result: fc.constantFrom(...RESULTS, ...ODD_RESULTS),
  schema: fc.constantFrom(CITY, ...Object.values(PARAMETERS)),
  isOdd: true,
};

/** What somebody who knows no provider's rules may send. */
export const oddPlan: fc.Arbitrary<Plan> = planOf(oddWords, oddOptions());

/** What every provider's own clients send. */
export const soundPlan: fc.Arbitrary<Plan> = planOf(soundWords, soundOptions());

function planOf(words: Words, asked: fc.Arbitrary<OptionsPlan>): fc.Arbitrary<Plan> {
  const tool = fc.record({ name: words.name, schema: words.schema });
  return fc
    .record({
      tools: fc.uniqueArray(tool, { maxLength: 3, selector: ({ name }) => name }),
      system: fc.option(words.text, { nil: undefined }),
      turns: words.isOdd
        ? fc.array(turnOf(words), { maxLength: 5 })
        : fc.array(soundTurns(), { maxLength: 2 }).map((turns) => turns.flat()),
      question: words.isOdd ? words.text : fc.constantFrom(...SOUND_TEXTS),
      mentions: fc.nat({ max: 2 }),
      options: asked,
    })
    .map(({ mentions, ...plan }) => {
      const named = plan.tools.slice(0, mentions).map(({ name }) => `Use ${name} {"city":"Oslo"}, please.`);
      const { choice, json, ...others } = plan.options;
      // Bedrock has to be told of tools that were called, and of JSON by one more: which of them it calls is open.
      const hasGone = plan.tools.length === 0 && plan.turns.some(({ kind }) => kind === 'calls');
      const options = json === undefined || hasGone ? others : { ...others, json };
      return {
        ...plan,
        question: [plan.question, ...named].join(' '),
        // Where there are no tools there is no choice among them.
        options: choice === undefined || plan.tools.length === 0 ? options : { ...options, choice },
      };
    });
}

function turnOf(words: Words): fc.Arbitrary<TurnPlan> {
  const file = fc.constantFrom<FilePlan>('none', 'none', 'none', 'png', 'jpg', 'pdf');
  return fc.oneof(
    fc.record({ kind: fc.constant('user' as const), text: words.text, file }),
    fc.record({ kind: fc.constant('assistant' as const), text: words.text, thinks: fc.boolean() }),
    fc.record({ kind: fc.constant('system' as const), text: words.text }),
    callsOf(words),
  );
}

function callsOf(words: Words): fc.Arbitrary<CallsPlan> {
  const call = fc.record({
    id: words.id,
    tool: fc.nat({ max: 2 }),
    written: words.written,
    result: words.result,
  });
  return fc.record({
    kind: fc.constant('calls' as const),
    calls: fc.uniqueArray(call, { minLength: 1, maxLength: 3, selector: ({ id }) => id }),
    text: words.isOdd ? words.text : fc.constant('I look.'),
    thinks: words.isOdd ? fc.boolean() : fc.constant(false),
    between: words.isOdd
      ? fc.constantFrom(
          'nobody' as const,
          'nobody' as const,
          'user' as const,
          'system' as const,
          'assistant' as const,
        )
      : fc.constant('nobody' as const),
    results: words.isOdd
      ? fc.constantFrom(
          'all' as const,
          'all' as const,
          'reversed' as const,
          'last-missing' as const,
          'none' as const,
        )
      : fc.constant('all' as const),
  });
}

/** The user asks, and the assistant answers. */
function soundTurns(): fc.Arbitrary<TurnPlan[]> {
  const { text } = soundWords;
  const file = fc.constantFrom<FilePlan>('none', 'none', 'png');
  const asks = fc.record({ kind: fc.constant('user' as const), text, file });
  const answers = fc.record({ kind: fc.constant('assistant' as const), text, thinks: fc.constant(false) });
  return fc.tuple(asks, answers).map((turns): TurnPlan[] => turns);
}

/** Any of the options, or none. */
function oddOptions(): fc.Arbitrary<OptionsPlan> {
  return fc.record(
    {
      maxTokens: fc.constantFrom(1, 100, 4_096, 1_000_000),
      temperature: fc.constantFrom(0, 0.7, 1, 1.7),
      topP: fc.constantFrom(0.5, 1),
      topK: fc.constantFrom(5, 40),
      stops: fc.constantFrom(['\n'], ['', 'END'], ['END'], ['a1', 'b2', 'c3', 'd4', 'e5', 'f6']),
      seed: fc.constantFrom(7, -7),
      effort: fc.constantFrom('low', 'medium', 'high'),
      json: fc.constantFrom('object', 'schema', 'list'),
      choice: fc.constantFrom('auto', 'none', 'required', 'first'),
      oneCall: fc.boolean(),
      user: fc.constantFrom('u', JSON.stringify({ device: 'd'.repeat(80) }), 'a user@example.com'),
    },
    { requiredKeys: [] },
  );
}

/** Those that each provider has under its clients' name for it. */
function soundOptions(): fc.Arbitrary<OptionsPlan> {
  return fc.record(
    { effort: fc.constantFrom('low', 'high'), choice: fc.constant('auto') },
    { requiredKeys: [] },
  );
}
