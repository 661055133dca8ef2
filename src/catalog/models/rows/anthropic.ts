import type { ModelCapabilities, ModelRow } from '../model-row.ts';

const THINKING = 'platform.claude.com/docs/en/build-with-claude/extended-thinking';
const ADAPTIVE = 'platform.claude.com/docs/en/build-with-claude/adaptive-thinking';
const MODELS = 'platform.claude.com/docs/en/about-claude/models/overview';
const MESSAGES = 'platform.claude.com/docs/en/api/messages';
const OUTPUTS = 'platform.claude.com/docs/en/build-with-claude/structured-outputs';

/**
 * However a host spells them: with `anthropic.` or a region before, a date or `@` behind, a dot in the version, the version
 * before the family.
 */
function named(...names: readonly string[]): string[] {
  const turned = names.map((name) => name.replace(/^claude-([a-z]+)-(\d+-\d+)$/u, 'claude-$2-$1'));
  const spellings = [...names, ...turned].flatMap((name) => [name, name.replace(/(?<=-\d)-(?=\d)/u, '.')]);
  return [...new Set(spellings)].map((name) => `*${name}*`);
}

function row(models: readonly string[], takes: ModelCapabilities, source: string): ModelRow {
  return { models, takes, source, date: '2026-11-30' };
}

/** A budget has this least; its most is what an answer may have, less what is left for the answer itself. */
const BUDGET = { min: 1024, max: 128_000 } as const;

/** Models that think where they are told to, and take a temperature where they do not. */
const UNASKED = { sampling: 'unless-thinking', thinksUnasked: false } as const;

/** Claude, whoever serves it. What is said of all of them is true of the newest, and of names that nobody knows yet. */
export const anthropicRows: readonly ModelRow[] = [
  {
    types: ['claude'],
    models: ['*'],
    takes: { maxTemperature: 1, blankStops: false },
    source: MESSAGES,
    date: '2026-11-30',
  },
  row(
    ['*claude*'],
    {
      maxOutputTokens: 128_000,
      thinking: 'adaptive',
      thinkingBudget: BUDGET,
      efforts: ['low', 'medium', 'high', 'xhigh', 'max'],
      sampling: 'never',
      topK: true,
      maxTemperature: 1,
      temperatureWithTopP: false,
      blankStops: false,
      jsonSchema: true,
      imageTypes: ['image/jpeg', 'image/png', 'image/gif', 'image/webp'],
    },
    `${ADAPTIVE}, ${MODELS}, ${MESSAGES}`,
  ),
  row(
    ['*claude-2*', '*claude-instant*', '*claude-v2*', '*claude-3-*', '*claude-3.*'],
    { ...UNASKED, maxOutputTokens: 4096, thinking: 'none', jsonSchema: false },
    MODELS,
  ),
  row(named('claude-3-5-'), { maxOutputTokens: 8192 }, MODELS),
  row(named('claude-3-7-'), { maxOutputTokens: 64_000, thinking: 'budget' }, THINKING),
  row(
    [
      '*claude-opus-4',
      '*claude-opus-4-0*',
      '*claude-opus-4-2*',
      '*claude-opus-4@*',
      '*claude-opus-4:*',
      '*claude-4-opus*',
    ],
    { maxOutputTokens: 32_000, ...UNASKED, thinking: 'budget', jsonSchema: false },
    THINKING,
  ),
  row(
    [
      '*claude-sonnet-4',
      '*claude-sonnet-4-0*',
      '*claude-sonnet-4-2*',
      '*claude-sonnet-4@*',
      '*claude-sonnet-4:*',
      '*claude-4-sonnet*',
    ],
    { maxOutputTokens: 64_000, ...UNASKED, thinking: 'budget', jsonSchema: false },
    THINKING,
  ),
  row(
    named('claude-opus-4-1'),
    { maxOutputTokens: 32_000, ...UNASKED, thinking: 'budget' },
    `${THINKING}, ${OUTPUTS}`,
  ),
  row(
    named('claude-sonnet-4-5', 'claude-opus-4-5', 'claude-haiku-4-5'),
    { maxOutputTokens: 64_000, ...UNASKED, thinking: 'budget' },
    `${THINKING}, ${OUTPUTS}`,
  ),
  row(
    named('claude-sonnet-4-6', 'claude-opus-4-6'),
    { ...UNASKED, efforts: ['low', 'medium', 'high', 'max'] },
    ADAPTIVE,
  ),
  row(
    named('claude-opus-5-5', 'claude-sonnet-5-5', 'claude-fable-5-1', 'claude-fable-5-2'),
    { thinkingOff: false, forcedTools: false },
    ADAPTIVE,
  ),
  row(named('claude-fable-5'), { thinkingOff: false }, ADAPTIVE),
];
