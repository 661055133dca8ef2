import { bearer } from '../row.ts';
import type { ProviderType } from '../row.ts';

/** The types that most configurations have. */
export const commonTypes: readonly ProviderType[] = [
  {
    type: 'openai',
    baseUrl: 'https://api.openai.com/v1',
    baseUrlOptions: [{ option: 'openaiCustomUrl' }],
    env: 'OPENAI_API_KEY',
    healthCheckModel: 'gpt-5-nano',
    listNeedsKey: true,
    credential: bearer,
    vendor: 'openai',
    options: ['authHeaderKey', 'openaiCustomUrl', 'responseJsonSchema'],
    developerRole: true,
    keyless: true,
    chatsAsWritten: true,
  },
  {
    type: 'openai-compatible',
    credential: bearer,
    keyless: true,
    developerRole: true,
    takesExtraContent: true,
    chatsAsWritten: true,
    notes:
      "Anything with OpenAI's API. Every operation is passed on, and every path that is one of OpenAI's: only the provider knows what it has.",
  },
  {
    type: 'claude',
    baseUrl: 'https://api.anthropic.com/v1',
    env: 'ANTHROPIC_API_KEY',
    healthCheckModel: 'claude-haiku-4-5',
    listNeedsKey: true,
    credential: { kind: 'header', name: 'x-api-key' },
    vendor: 'anthropic',
    options: ['apiVersion', 'claudeCodeMode'],
    speaks: 'anthropic',
  },
  {
    type: 'gemini',
    baseUrl: 'https://generativelanguage.googleapis.com/v1beta',
    env: 'GEMINI_API_KEY',
    healthCheckModel: 'gemini-2.5-flash-lite',
    listNeedsKey: true,
    credential: { kind: 'header', name: 'x-goog-api-key' },
    options: [
      'apiVersion',
      'geminiSafetySetting',
      'geminiThinkingBudget',
      'inlineImageHosts',
      'inlineImageUrls',
    ],
    speaks: 'gemini',
  },
];
