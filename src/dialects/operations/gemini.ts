import { operation } from './operation.ts';
import type { Operation } from './operation.ts';

const NEVER_STREAMS = { modelIn: 'path', streams: 'never' } as const;

/**
 * Gemini's operations, with the paths of its SDK (package `@google/genai`). Those whose paths are OpenAI's too
 * are recognised by the version before them (`/v1beta`), or by the header `x-goog-api-key`.
 */
export const geminiOperations: readonly Operation[] = [
  operation('gemini.generateContent', 'gemini-generate', 'POST', '/models/{model}:generateContent', {
    ...NEVER_STREAMS,
    isChat: true,
  }),
  operation(
    'gemini.streamGenerateContent',
    'gemini-generate',
    'POST',
    '/models/{model}:streamGenerateContent',
    {
      modelIn: 'path',
      streams: 'always',
      isChat: true,
    },
  ),
  operation('gemini.countTokens', 'gemini-generate', 'POST', '/models/{model}:countTokens', {
    ...NEVER_STREAMS,
    isCount: true,
  }),
  operation('gemini.embedContent', 'gemini-generate', 'POST', '/models/{model}:embedContent', NEVER_STREAMS),
  operation(
    'gemini.batchEmbedContents',
    'gemini-generate',
    'POST',
    '/models/{model}:batchEmbedContents',
    NEVER_STREAMS,
  ),
  // For images: ai.google.dev/gemini-api/docs/imagen.
  operation('gemini.predict', 'gemini-generate', 'POST', '/models/{model}:predict', {
    ...NEVER_STREAMS,
    creates: true,
  }),
  // Videos: ai.google.dev/gemini-api/docs/video. The name in the answer is the path that the video is asked for at.
  operation('gemini.predictLongRunning', 'gemini-generate', 'POST', '/models/{model}:predictLongRunning', {
    ...NEVER_STREAMS,
    stateful: true,
    creates: true,
    answerIds: ['name'],
  }),
  operation('gemini.operations.get', 'gemini-generate', 'GET', '/models/{model}/operations/{id}', {
    modelIn: 'path',
    stateful: true,
  }),
  operation('gemini.models.list', 'gemini-generate', 'GET', '/models'),
  operation('gemini.models.get', 'gemini-generate', 'GET', '/models/{model}', { modelIn: 'path' }),
];
