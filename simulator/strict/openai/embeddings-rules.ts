import type { Rule } from '../rule.ts';
import { embeddingsShape } from './chat-shape.ts';
import { unrecognized } from './openai-body.ts';
import { shapeFinding } from './openai-shape.ts';

const DATE = '2026-11-30';

/** What OpenAI's embeddings refuse. */
export const embeddingsRules: readonly Rule[] = [
  {
    id: 'embeddings-shape',
    operations: ['embeddings'],
    refuses: 'a field that the reference has not, an empty text, more than 2048 texts',
    source: 'platform.openai.com/docs/api-reference/embeddings/create',
    date: DATE,
    find: (request) => shapeFinding(embeddingsShape, request, unrecognized),
  },
  {
    id: 'embeddings-dimensions',
    operations: ['embeddings'],
    models: /^text-embedding-ada/u,
    refuses: 'a number of dimensions for a model whose vectors cannot be shortened',
    source: 'platform.openai.com/docs/api-reference/embeddings/create',
    date: DATE,
    find: ({ body }) =>
      typeof body['dimensions'] === 'number'
        ? { path: ['dimensions'], message: 'This model does not support specifying dimensions.' }
        : undefined,
  },
];
