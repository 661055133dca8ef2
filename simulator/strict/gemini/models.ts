import { numberOf } from '../../surface/json.ts';
import { firstFinding, type Rule } from '../rule.ts';
import { contentsOf, declarationsOf, finding, member, partsOf } from './gemini-body.ts';

const THINKING = 'ai.google.dev/gemini-api/docs/thinking';
const MODELS = 'ai.google.dev/gemini-api/docs/models';
const DATE = '2026-11-30';

const operations = ['generate'] as const;

/** Models before those that think. */
const BEFORE_THINKING = /gemini-(?:1|2\.0)|gemma/u;

/** Of models of a name, the budgets that they take, but for -1, which leaves it to the model. */
const BUDGETS: readonly (readonly [RegExp, (budget: number) => boolean, string])[] = [
  [/gemini-2\.5-pro/u, (budget) => budget >= 128 && budget <= 32_768, '128 and 32768'],
  [
    /gemini-2\.5-flash-lite/u,
    (budget) => budget === 0 || (budget >= 512 && budget <= 24_576),
    '512 and 24576',
  ],
  [/gemini-2\.5-flash(?!-lite)/u, (budget) => budget >= 0 && budget <= 24_576, '0 and 24576'],
];

/** Tokens of one answer at most; the first row counts that fits. */
const MAX_OUTPUT: readonly (readonly [RegExp, number])[] = [
  [/gemini-(?:1\.5|2\.0)/u, 8_192],
  [/gemini-2\.5-(?:pro|flash)(?!.*(?:image|tts|audio))/u, 65_536],
  [/gemini-3(?!.*(?:image|tts|audio))/u, 65_536],
];

/** What Gemini refuses for some of its models. */
export const generateModelRules: readonly Rule[] = [
  {
    id: 'never-thinks',
    operations,
    models: BEFORE_THINKING,
    refuses: 'thinking, of models before it',
    source: THINKING,
    date: DATE,
    find: ({ body }) => {
      const config = thinkingOf(body);
      return config === undefined
        ? undefined
        : finding(['generationConfig', 'thinkingConfig'], 'Thinking is not enabled for this model.');
    },
  },
  {
    id: 'thinking-level',
    operations,
    models: /gemini-2\.5/u,
    refuses: 'a level of thinking, of models that have a budget',
    source: THINKING,
    date: DATE,
    find: ({ body }) =>
      member(thinkingOf(body), 'thinkingLevel') === undefined
        ? undefined
        : finding(['generationConfig', 'thinkingConfig'], 'Thinking level is not supported for this model.'),
  },
  {
    id: 'thinking-level-and-budget',
    operations,
    models: /gemini-3/u,
    refuses: 'a level of thinking beside a budget',
    source: 'ai.google.dev/gemini-api/docs/gemini-3',
    date: DATE,
    find: ({ body }) => {
      const config = thinkingOf(body);
      return member(config, 'thinkingLevel') !== undefined && member(config, 'thinkingBudget') !== undefined
        ? finding(
            ['generationConfig', 'thinkingConfig'],
            'You can only set only one of thinking budget and thinking level.',
          )
        : undefined;
    },
  },
  {
    id: 'thinking-levels',
    operations,
    models: /gemini-3/u,
    refuses: 'a level of thinking that the model has not',
    source: THINKING,
    date: DATE,
    find: ({ body, model }) => {
      const level = member(thinkingOf(body), 'thinkingLevel');
      if (typeof level !== 'string') return undefined;
      const levels = /gemini-3-pro/u.test(model)
        ? ['LOW', 'HIGH']
        : /gemini-3\.\d+-pro/u.test(model)
          ? ['LOW', 'MEDIUM', 'HIGH']
          : ['MINIMAL', 'LOW', 'MEDIUM', 'HIGH'];
      return [...levels, 'THINKING_LEVEL_UNSPECIFIED'].includes(level.toUpperCase())
        ? undefined
        : finding(
            ['generationConfig', 'thinkingConfig'],
            `Thinking level ${level.toUpperCase()} is not supported for this model. Please retry with other thinking level.`,
          );
    },
  },
  {
    id: 'thinking-budget',
    operations,
    models: /gemini-2\.5/u,
    refuses: 'a budget of thinking outside of what the model takes',
    source: THINKING,
    date: DATE,
    find: ({ body, model }) => {
      const budget = numberOf(member(thinkingOf(body), 'thinkingBudget'));
      if (budget === undefined || budget === -1) return undefined;
      const row = BUDGETS.find(([pattern]) => pattern.test(model));
      if (row === undefined || row[1](budget)) return undefined;
      return finding(
        ['generationConfig', 'thinkingConfig'],
        budget === 0
          ? 'Budget 0 is invalid. This model only works in thinking mode.'
          : `The thinking budget ${budget} is invalid. Please choose a value between ${row[2]}.`,
      );
    },
  },
  {
    id: 'output-limit',
    operations,
    refuses: 'a limit on tokens above the most that the model answers with',
    source: MODELS,
    date: DATE,
    find: ({ body, model }) => {
      const most = MAX_OUTPUT.find(([pattern]) => pattern.test(model))?.[1];
      const wanted = numberOf(member(member(body, 'generationConfig'), 'maxOutputTokens'));
      return most === undefined || wanted === undefined || wanted <= most
        ? undefined
        : finding(
            ['generationConfig', 'maxOutputTokens'],
            `Unable to submit request because it has a maxOutputTokens value of ${wanted} but the supported range is from 1 (inclusive) to ${most + 1} (exclusive). Update the value and try again.`,
          );
    },
  },
  {
    id: 'json-and-functions',
    operations,
    models: /gemini-(?:1|2)/u,
    refuses: 'an answer that is to be JSON beside functions, of models before the third generation',
    source: 'ai.google.dev/gemini-api/docs/structured-output',
    date: DATE,
    find: ({ body }) =>
      member(member(body, 'generationConfig'), 'responseMimeType') === 'application/json' &&
      declarationsOf(body).length > 0
        ? finding(
            ['generationConfig', 'responseMimeType'],
            "Function calling with a response mime type: 'application/json' is unsupported",
          )
        : undefined,
  },
  {
    id: 'functions-and-search',
    operations,
    models: /gemini-(?:1|2)/u,
    refuses: 'functions beside a tool that Google runs, of models before the third generation',
    source: 'ai.google.dev/gemini-api/docs/function-calling#multi-tool_use',
    date: DATE,
    find: ({ body: { tools } }) => {
      const list: readonly unknown[] = Array.isArray(tools) ? tools : [];
      const has = (name: string): boolean => list.some((tool) => member(tool, name) !== undefined);
      return has('functionDeclarations') && (has('googleSearch') || has('codeExecution') || has('urlContext'))
        ? finding(['tools'], 'Tool use with function calling is unsupported')
        : undefined;
    },
  },
  {
    id: 'missing-signature',
    operations,
    models: /gemini-3/u,
    refuses: 'calls of the turn under way without the signature of their thoughts',
    source: 'ai.google.dev/gemini-api/docs/thought-signatures',
    date: DATE,
    find: ({ body }) => {
      const contents = contentsOf(body);
      const start = contents.findLastIndex(
        (each) => each.value['role'] !== 'model' && partsOf(each).some(({ value }) => 'text' in value),
      );
      return firstFinding(contents.slice(start + 1), (each) => {
        const first = partsOf(each).find(({ value }) => member(value, 'functionCall') !== undefined);
        if (first === undefined || member(first.value, 'thoughtSignature') !== undefined) return undefined;
        const name = String(member(member(first.value, 'functionCall'), 'name'));
        return finding(
          first.path,
          `Function call is missing a thought_signature in functionCall parts. This is required for tools to work correctly, and missing thought_signature may lead to degraded model performance. Additional data, function call \`default_api:${name}\`, position ${String(first.path[1])}.`,
        );
      });
    },
  },
];

function thinkingOf(body: object): unknown {
  return member(member(body, 'generationConfig'), 'thinkingConfig');
}
