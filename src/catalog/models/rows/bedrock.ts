import type { ModelCapabilities, ModelRow } from '../model-row.ts';

const CONVERSE =
  'docs.aws.amazon.com/bedrock/latest/userguide/conversation-inference-supported-models-features.html';
const NOVA = 'docs.aws.amazon.com/nova/latest/userguide/complete-request-schema.html';
const LLAMA = 'docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-meta.html';
const OPENAI = 'docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-openai.html';
const CACHING = 'docs.aws.amazon.com/bedrock/latest/userguide/prompt-caching.html';
const OUTPUTS = 'docs.aws.amazon.com/bedrock/latest/userguide/structured-output.html';

function row(models: readonly string[], takes: ModelCapabilities, source: string): ModelRow {
  return { types: ['bedrock'], models, takes, source, date: '2026-11-30' };
}

/** Models on Amazon Bedrock, in Converse. Claude's own rows hold there too. */
export const bedrockRows: readonly ModelRow[] = [
  row(
    ['*'],
    {
      maxTemperature: 1,
      blankStops: false,
      imageTypes: ['image/png', 'image/jpeg', 'image/gif', 'image/webp'],
    },
    'docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html',
  ),
  row(['*claude*', '*amazon.nova-*'], { cachePoints: 4 }, CACHING),
  // Five minutes for the older ones, an hour as well from Claude 4.5 on.
  row(['*claude*'], { cachesForAnHour: true }, CACHING),
  row(
    ['*amazon.nova-*', '*claude-3-*', '*claude-sonnet-4-2025*', '*claude-opus-4-2025*', '*claude-opus-4-1-*'],
    { cachesForAnHour: false },
    CACHING,
  ),
  row(
    [
      '*claude-v2*',
      '*claude-instant*',
      '*claude-3-haiku*',
      '*claude-3-sonnet*',
      '*claude-3-opus*',
      '*claude-3-5-sonnet-20240620*',
      '*meta.llama*',
      '*mistral.*',
      '*cohere.*',
      '*ai21.*',
      '*deepseek.*',
      '*qwen.*',
      '*nvidia.*',
      '*openai.*',
    ],
    { cachePoints: 0 },
    `${CACHING}, github.com/BerriAI/litellm pull request 39210`,
  ),
  // Bedrock's own copy of the messages' schema refuses a format for these.
  row(
    ['*claude-opus-4-7*', '*claude-opus-4-8*', '*claude-opus-5*', '*claude-fable-5*', '*claude-sonnet-5*'],
    { jsonSchema: false },
    OUTPUTS,
  ),
  row(['*claude-sonnet-4-6*', '*claude-haiku-4-5*'], { jsonSchema: false }, OUTPUTS),
  row(['*amazon.nova-*'], { efforts: [], stopSequences: 4, maxOutputTokens: 10_000 }, NOVA),
  row(['*amazon.nova-micro*'], { imageTypes: [] }, NOVA),
  row(['*amazon.nova-premier*'], { maxOutputTokens: 32_000 }, NOVA),
  row(['*amazon.nova-2-*'], { efforts: ['low', 'medium', 'high'], maxOutputTokens: 65_536 }, NOVA),
  row(
    ['*meta.llama*'],
    { efforts: [], stopSequences: 0, forcedTools: false, jsonSchema: false, maxOutputTokens: 8192 },
    `${LLAMA}, ${CONVERSE}`,
  ),
  row(['*mistral.*', '*cohere.*', '*ai21.*', '*deepseek.*', '*qwen.*'], { efforts: [] }, CONVERSE),
  row(['*openai.*'], { stopSequences: 0, efforts: ['low', 'medium', 'high'] }, OPENAI),
];
