import type { ModelCapabilities, ModelRow } from '../model-row.ts';

/** Types that serve OpenAI's own models under names by which they are known. */
const HOSTS = [
  'openai',
  'azure',
  'azure-ai-foundry',
  'github',
  'github-models',
  'openai-compatible',
  'generic',
];

const REASONING = 'platform.openai.com/docs/guides/reasoning';
const CHAT = 'platform.openai.com/docs/api-reference/chat/create';
const MODELS = 'platform.openai.com/docs/models';
const LATEST = 'platform.openai.com/docs/guides/latest-model';

/** What no reasoning model of OpenAI's takes: sampling, stop sequences, penalties. */
const REASONS: ModelCapabilities = {
  maxTokensField: 'max_completion_tokens',
  sampling: 'never',
  stopSequences: 0,
  penalties: false,
};

/** By their names at OpenAI, at hosts that put the publisher before them, and of models that were tuned from them. */
function named(...names: readonly string[]): string[] {
  return names.flatMap((name) => [name, `openai/${name}`, `ft:${name}`]);
}

function row(models: readonly string[], takes: ModelCapabilities, source: string): ModelRow {
  return { types: HOSTS, models, takes, source, date: '2026-11-30' };
}

/** Models of OpenAI's, in chat completions. */
export const openaiRows: readonly ModelRow[] = [
  {
    types: ['openai', 'azure', 'azure-ai-foundry'],
    models: ['*'],
    takes: { maxTokensField: 'max_completion_tokens' },
    source: CHAT,
    date: '2026-11-30',
  },
  {
    types: ['openai', 'azure'],
    models: ['*'],
    takes: { stopSequences: 4, imageTypes: ['image/png', 'image/jpeg', 'image/webp', 'image/gif'] },
    source: `${CHAT}, platform.openai.com/docs/guides/images-vision`,
    date: '2026-11-30',
  },
  {
    types: ['openai', 'azure', 'github', 'github-models'],
    models: ['*'],
    takes: { videos: false },
    source: CHAT,
    date: '2026-11-30',
  },
  row(
    named('gpt-3.5*', 'gpt-4*', 'chatgpt-4o*'),
    { efforts: [], stopSequences: 4, maxTemperature: 2 },
    REASONING,
  ),
  row(named('gpt-3.5*', 'gpt-4-turbo*'), { maxOutputTokens: 4096, jsonSchema: false }, MODELS),
  row(named('gpt-4', 'gpt-4-0*'), { maxOutputTokens: 8192, jsonSchema: false, jsonMode: false }, MODELS),
  row(named('gpt-4o*', 'chatgpt-4o*'), { maxOutputTokens: 16_384 }, MODELS),
  row(named('gpt-4o-2024-05-13'), { maxOutputTokens: 4096, jsonSchema: false }, MODELS),
  row(named('gpt-4.1*'), { maxOutputTokens: 32_768 }, MODELS),
  row(named('gpt-4.5*'), { maxOutputTokens: 16_384 }, MODELS),
  row(named('gpt-4o-search-preview*', 'gpt-4o-mini-search-preview*'), { sampling: 'never' }, CHAT),
  row(
    named('o1*', 'o3*', 'o4*'),
    { ...REASONS, efforts: ['low', 'medium', 'high'], parallelTools: false, maxOutputTokens: 100_000 },
    REASONING,
  ),
  row(
    named('gpt-5*'),
    { ...REASONS, efforts: ['minimal', 'low', 'medium', 'high'], maxOutputTokens: 128_000 },
    REASONING,
  ),
  row(named('gpt-5-pro*'), { efforts: ['high'] }, REASONING),
  row(
    named('gpt-5.1*'),
    { efforts: ['none', 'low', 'medium', 'high'], sampling: 'unless-thinking', thinksUnasked: false },
    LATEST,
  ),
  row(
    named('gpt-5.2*', 'gpt-5.3*', 'gpt-5.4*'),
    {
      efforts: ['none', 'low', 'medium', 'high', 'xhigh'],
      sampling: 'unless-thinking',
      thinksUnasked: false,
    },
    LATEST,
  ),
  row(
    named('gpt-5.5*'),
    { efforts: ['none', 'low', 'medium', 'high', 'xhigh'], sampling: 'unless-thinking' },
    LATEST,
  ),
  row(
    named('gpt-5.6*'),
    {
      efforts: ['none', 'low', 'medium', 'high', 'xhigh'],
      sampling: 'unless-thinking',
      toolsWhileThinking: false,
    },
    LATEST,
  ),
  row(
    named('gpt-5.2-pro*', 'gpt-5.4-pro*'),
    { efforts: ['medium', 'high', 'xhigh'], sampling: 'never' },
    MODELS,
  ),
  row(named('gpt-5.*-chat*'), { efforts: ['medium'], sampling: 'never', maxOutputTokens: 16_384 }, MODELS),
  row(
    named('gpt-5-chat*'),
    { efforts: [], sampling: 'always', stopSequences: 4, penalties: true, maxOutputTokens: 16_384 },
    MODELS,
  ),
  row(named('gpt-6*'), { ...REASONS, efforts: ['low', 'medium', 'high', 'xhigh'] }, LATEST),
  row(
    named('gpt-6.1-terra*', 'gpt-6-luna*', 'gpt-6-sol*'),
    { efforts: ['none', 'low', 'medium', 'high', 'xhigh'], sampling: 'unless-thinking' },
    LATEST,
  ),
];
