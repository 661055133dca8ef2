import type { Dialect } from '../../src/dialects/operations/operation.ts';

/** The operation by which each kind of client generates text. */
export const OPERATIONS: Readonly<Record<string, { readonly operation: string; readonly dialect: Dialect }>> =
  {
    chat: { operation: 'chat.completions', dialect: 'openai-chat' },
    responses: { operation: 'responses.create', dialect: 'openai-responses' },
    anthropic: { operation: 'messages.create', dialect: 'anthropic-messages' },
    gemini: { operation: 'gemini.generateContent', dialect: 'gemini-generate' },
  };

/** What types of provider speak, but for those that speak chat completions. */
export const SPOKEN: Readonly<Record<string, Dialect>> = {
  claude: 'anthropic-messages',
  gemini: 'gemini-generate',
  bedrock: 'bedrock-converse',
};
