import type { Dialect, Operation } from '../dialects/operation.ts';
import type { FarSide, NearSide } from './asked.ts';
import { anthropicMessages } from './far/anthropic-messages.ts';
import { bedrockConverse } from './far/bedrock-converse.ts';
import { geminiGenerate } from './far/gemini-generate.ts';
import { openaiChat } from './far/openai-chat.ts';

/** By the names of the operations that generate something. */
const nearSides: ReadonlyMap<string, NearSide> = new Map();

/** By the dialect that a provider speaks. */
const farSides: ReadonlyMap<Dialect, FarSide> = new Map([
  ['anthropic-messages', anthropicMessages],
  ['bedrock-converse', bedrockConverse],
  ['gemini-generate', geminiGenerate],
  ['openai-chat', openaiChat],
]);

/** Reads and writes what clients speak; undefined where the operation is not translated. */
export function nearSideOf(operation: Operation): NearSide | undefined {
  return nearSides.get(operation.name);
}

/** Speaks with providers; undefined where nothing is translated to the dialect. */
export function farSideOf(dialect: Dialect): FarSide | undefined {
  return farSides.get(dialect);
}
