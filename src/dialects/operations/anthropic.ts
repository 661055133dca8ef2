import { CREATES, JSON_MODEL, operation, STATEFUL } from './operation.ts';
import type { Operation } from './operation.ts';

const NEVER_STREAMS = { ...JSON_MODEL, streams: 'never' } as const;

/**
 * Anthropic's operations, with the paths of its SDK (package `@anthropic-ai/sdk`, folder `resources`). Those
 * whose paths are OpenAI's too are recognised by the header `anthropic-version`, which its clients always send.
 */
export const anthropicOperations: readonly Operation[] = [
  operation('messages.create', 'anthropic-messages', 'POST', '/messages', { ...JSON_MODEL, isChat: true }),
  operation('messages.count_tokens', 'anthropic-messages', 'POST', '/messages/count_tokens', {
    ...NEVER_STREAMS,
    isCount: true,
  }),
  // The older completions, which its documentation keeps: docs.claude.com/en/api/complete.
  operation('anthropic.complete', 'anthropic-messages', 'POST', '/complete', JSON_MODEL),
  operation('messages.batches.create', 'anthropic-messages', 'POST', '/messages/batches', CREATES),
  operation('messages.batches.list', 'anthropic-messages', 'GET', '/messages/batches', STATEFUL),
  operation('messages.batches.retrieve', 'anthropic-messages', 'GET', '/messages/batches/{id}', STATEFUL),
  operation('messages.batches.delete', 'anthropic-messages', 'DELETE', '/messages/batches/{id}', STATEFUL),
  operation(
    'messages.batches.cancel',
    'anthropic-messages',
    'POST',
    '/messages/batches/{id}/cancel',
    STATEFUL,
  ),
  operation(
    'messages.batches.results',
    'anthropic-messages',
    'GET',
    '/messages/batches/{id}/results',
    STATEFUL,
  ),
  operation('anthropic.models.list', 'anthropic-messages', 'GET', '/models'),
  operation('anthropic.models.retrieve', 'anthropic-messages', 'GET', '/models/{model}', { modelIn: 'path' }),
  operation('anthropic.files.create', 'anthropic-messages', 'POST', '/files', CREATES),
  operation('anthropic.files.list', 'anthropic-messages', 'GET', '/files', STATEFUL),
  operation('anthropic.files.retrieve', 'anthropic-messages', 'GET', '/files/{id}', STATEFUL),
  operation('anthropic.files.content', 'anthropic-messages', 'GET', '/files/{id}/content', STATEFUL),
  operation('anthropic.files.delete', 'anthropic-messages', 'DELETE', '/files/{id}', STATEFUL),
];
