import { operation } from './operation.ts';
import type { Operation } from './operation.ts';

const PLAIN = { modelIn: 'path', streams: 'never' } as const;

/**
 * Gemini's operations, with the paths of its SDK (package `@google/genai`). Those whose paths are OpenAI's too
 * are told by the version before them (`/v1beta`), or by the header `x-goog-api-key`.
 */
export const geminiOperations: readonly Operation[] = [
  operation('gemini.generateContent', 'gemini-generate', 'POST', '/models/{model}:generateContent', PLAIN),
  operation(
    'gemini.streamGenerateContent',
    'gemini-generate',
    'POST',
    '/models/{model}:streamGenerateContent',
    {
      modelIn: 'path',
      streams: 'always',
    },
  ),
  operation('gemini.countTokens', 'gemini-generate', 'POST', '/models/{model}:countTokens', PLAIN),
  operation('gemini.embedContent', 'gemini-generate', 'POST', '/models/{model}:embedContent', PLAIN),
  operation(
    'gemini.batchEmbedContents',
    'gemini-generate',
    'POST',
    '/models/{model}:batchEmbedContents',
    PLAIN,
  ),
  // Its clients ask for images by it: ai.google.dev/gemini-api/docs/imagen.
  operation('gemini.predict', 'gemini-generate', 'POST', '/models/{model}:predict', {
    ...PLAIN,
    creates: true,
  }),
  operation('gemini.models.list', 'gemini-generate', 'GET', '/models'),
  operation('gemini.models.get', 'gemini-generate', 'GET', '/models/{model}', { modelIn: 'path' }),
];
