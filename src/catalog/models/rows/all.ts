import type { ModelRow } from '../model-row.ts';
import { anthropicRows } from './anthropic.ts';
import { bedrockRows } from './bedrock.ts';
import { chinaRows } from './china.ts';
import { conversationRows } from './conversation.ts';
import { geminiRows } from './gemini.ts';
import { openaiRows } from './openai.ts';
import { signedCalls } from './signed-calls.ts';
import { worldRows } from './world.ts';

/** The table of models: general rows first, since later ones count. */
export const modelRows: readonly ModelRow[] = [
  ...openaiRows,
  ...anthropicRows,
  ...geminiRows,
  ...worldRows,
  ...chinaRows,
  ...bedrockRows,
  ...conversationRows,
  ...signedCalls,
];
