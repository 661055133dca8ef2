import type { ModelCapabilities, ModelRow } from '../model-row.ts';

const THINKING = 'ai.google.dev/gemini-api/docs/thinking';
const MODELS = 'ai.google.dev/gemini-api/docs/models';
const GENERATE = 'ai.google.dev/api/generate-content';
const OUTPUT = 'ai.google.dev/gemini-api/docs/structured-output';

/** Bare, and behind `models/`, a publisher or a path of Vertex AI's. */
function named(...names: readonly string[]): string[] {
  return names.map((name) => `*${name}*`);
}

function row(models: readonly string[], takes: ModelCapabilities, source: string): ModelRow {
  return { models, takes, source, date: '2026-11-30' };
}

/** Models of Google's. What is said of all of them is true of the newest, and of names that nobody knows yet. */
export const geminiRows: readonly ModelRow[] = [
  row(
    named('gemini'),
    {
      thinking: 'level',
      efforts: ['low', 'medium', 'high'],
      thinkingOff: false,
      maxTemperature: 2,
      topK: true,
    },
    `${THINKING}, ${GENERATE}`,
  ),
  {
    types: ['gemini', 'vertex'],
    models: ['*gemini*', '*gemma*'],
    takes: {
      stopSequences: 5,
      imageTypes: ['image/png', 'image/jpeg', 'image/webp', 'image/heic', 'image/heif'],
    },
    source: `${GENERATE}, ai.google.dev/gemini-api/docs/image-understanding`,
    date: '2026-11-30',
  },
  row(
    named('gemini-1', 'gemini-2', 'gemma'),
    { thinking: 'none', jsonWithTools: false, maxOutputTokens: 8192 },
    `${MODELS}, ${OUTPUT}`,
  ),
  row(named('gemma'), { jsonMode: false, jsonSchema: false, topK: true }, OUTPUT),
  row(
    named('gemini-2.5'),
    {
      thinking: 'budget',
      thinkingBudget: { min: 1, max: 24_576 },
      thinkingOff: true,
      maxOutputTokens: 65_536,
    },
    THINKING,
  ),
  row(named('gemini-2.5-pro'), { thinkingBudget: { min: 128, max: 32_768 }, thinkingOff: false }, THINKING),
  row(named('gemini-2.5-flash-lite'), { thinkingBudget: { min: 512, max: 24_576 } }, THINKING),
  row(['*gemini-2.5*-image*', '*gemini-2.5*-tts*'], { thinking: 'none' }, THINKING),
  {
    types: ['gemini'],
    models: ['*gemini-2.5*'],
    takes: { penalties: false },
    source: GENERATE,
    date: '2026-11-30',
  },
  row(named('gemini-3'), { maxOutputTokens: 65_536 }, MODELS),
  row(named('gemini-3-pro'), { efforts: ['low', 'high'] }, THINKING),
  row(
    named(
      'gemini-3-flash',
      'gemini-3.1-flash',
      'gemini-3.5-flash',
      'gemini-3.6-flash',
      'gemini-3*-flash-lite',
    ),
    { efforts: ['minimal', 'low', 'medium', 'high'] },
    THINKING,
  ),
  row(named('gemini-4-hydrogen'), { efforts: ['low', 'medium', 'high', 'xhigh'] }, THINKING),
];
