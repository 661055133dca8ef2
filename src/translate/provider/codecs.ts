import type { Dialect } from '../../dialects/operations/operation.ts';
import type { ProviderCodec } from '../codec.ts';
import { anthropicMessagesCodec } from './anthropic-messages.ts';
import { bedrockConverseCodec } from './bedrock-converse.ts';
import { geminiGenerateCodec } from './gemini-generate.ts';
import { openaiChatCodec } from './openai-chat.ts';

const providerCodecs: ReadonlyMap<Dialect, ProviderCodec> = new Map([
  ['anthropic-messages', anthropicMessagesCodec],
  ['bedrock-converse', bedrockConverseCodec],
  ['gemini-generate', geminiGenerateCodec],
  ['openai-chat', openaiChatCodec],
]);

/** The provider codec for what a provider speaks; undefined where nothing is translated to it. */
export function providerCodecOf(dialect: Dialect): ProviderCodec | undefined {
  return providerCodecs.get(dialect);
}
