import { CREATES, FORM_MODEL, JSON_MODEL, operation, STATEFUL } from './operation.ts';
import type { Operation, Traits } from './operation.ts';

/** A batch has created files when it is done. */
const BATCH_IDS = ['id', 'output_file_id', 'error_file_id'];
const JOB_IDS = ['id', 'result_files'];
/** Images are not stored, but each is paid for. */
const PAID_FOR: Traits = { creates: true, modelRequired: false };

/** A Responses request that was sent to the path of chats, and is answered as a chat: Cursor sends it. Its body tells. */
export const chatAsResponse = operation(
  'chat.completions.response',
  'openai-chat',
  'POST',
  '/chat/completions',
  {
    modelIn: 'json',
    isTranslated: true,
    isChat: true,
  },
);

/**
 * Every operation of OpenAI that is served, with the paths of the official SDK (package `openai`, folder `resources`), and
 * Cohere's rerank, which many vendors have in the same form. Vector stores, containers, assistants,
 * evaluations and the like are not among them: see `passthrough.ts`.
 */
export const openaiOperations: readonly Operation[] = [
  operation('chat.completions', 'openai-chat', 'POST', '/chat/completions', {
    modelIn: 'json',
    isChat: true,
    honorsStore: true,
    answerIds: ['id'],
  }),
  operation('chat.completions.retrieve', 'openai-chat', 'GET', '/chat/completions/{id}', STATEFUL),
  operation('chat.completions.update', 'openai-chat', 'POST', '/chat/completions/{id}', STATEFUL),
  operation('chat.completions.delete', 'openai-chat', 'DELETE', '/chat/completions/{id}', STATEFUL),
  operation('chat.completions.messages', 'openai-chat', 'GET', '/chat/completions/{id}/messages', STATEFUL),
  operation('completions', 'openai-chat', 'POST', '/completions', JSON_MODEL),
  operation('embeddings', 'openai', 'POST', '/embeddings', JSON_MODEL),
  // DashScope's clients write it in the plural.
  operation('rerank', 'openai', 'POST', '/rerank', {
    modelIn: 'json',
    modelRequired: false,
    streams: 'never',
    otherPattern: '/reranks',
  }),
  operation('moderations', 'openai', 'POST', '/moderations', { modelIn: 'json', modelRequired: false }),

  // At Kling and Qwen they are tasks.
  operation('images.generations', 'openai', 'POST', '/images/generations', {
    ...PAID_FOR,
    modelIn: 'json',
    ownedIds: ['data', 'output'],
  }),
  operation('images.edits', 'openai', 'POST', '/images/edits', { ...PAID_FOR, modelIn: 'form' }),
  operation('images.variations', 'openai', 'POST', '/images/variations', { ...PAID_FOR, modelIn: 'form' }),
  operation('audio.speech', 'openai', 'POST', '/audio/speech', JSON_MODEL),
  operation('audio.transcriptions', 'openai', 'POST', '/audio/transcriptions', FORM_MODEL),
  operation('audio.translations', 'openai', 'POST', '/audio/translations', FORM_MODEL),

  operation('realtime', 'openai', 'GET', '/realtime', {
    modelIn: 'query',
    modelRequired: false,
    upgrades: true,
    idsInQuery: ['call_id'],
  }),
  operation('realtime.client_secrets', 'openai', 'POST', '/realtime/client_secrets', {
    modelIn: 'json',
    modelRequired: false,
  }),

  operation('models.list', 'openai', 'GET', '/models'),
  operation('models.retrieve', 'openai', 'GET', '/models/{model}', { modelIn: 'path' }),

  operation('responses.create', 'openai-responses', 'POST', '/responses', {
    modelIn: 'json',
    isChat: true,
    modelRequired: false,
    creates: true,
    honorsStore: true,
    stateful: true,
    answerIds: ['id'],
  }),
  operation('responses.compact', 'openai-responses', 'POST', '/responses/compact', {
    modelIn: 'json',
    stateful: true,
  }),
  operation('responses.input_tokens', 'openai-responses', 'POST', '/responses/input_tokens', {
    modelIn: 'json',
    modelRequired: false,
    streams: 'never',
    stateful: true,
    isCount: true,
  }),
  operation('responses.retrieve', 'openai-responses', 'GET', '/responses/{id}', STATEFUL),
  operation('responses.delete', 'openai-responses', 'DELETE', '/responses/{id}', STATEFUL),
  operation('responses.cancel', 'openai-responses', 'POST', '/responses/{id}/cancel', STATEFUL),
  operation('responses.input_items', 'openai-responses', 'GET', '/responses/{id}/input_items', STATEFUL),

  operation('conversations.create', 'openai', 'POST', '/conversations', CREATES),
  operation('conversations.retrieve', 'openai', 'GET', '/conversations/{id}', STATEFUL),
  operation('conversations.update', 'openai', 'POST', '/conversations/{id}', STATEFUL),
  operation('conversations.delete', 'openai', 'DELETE', '/conversations/{id}', STATEFUL),
  operation('conversations.items.create', 'openai', 'POST', '/conversations/{id}/items', {
    creates: true,
    stateful: true,
  }),
  operation('conversations.items.list', 'openai', 'GET', '/conversations/{id}/items', STATEFUL),
  operation('conversations.items.retrieve', 'openai', 'GET', '/conversations/{id}/items/{id}', STATEFUL),
  operation('conversations.items.delete', 'openai', 'DELETE', '/conversations/{id}/items/{id}', STATEFUL),

  operation('files.create', 'openai', 'POST', '/files', CREATES),
  operation('files.list', 'openai', 'GET', '/files', STATEFUL),
  operation('files.retrieve', 'openai', 'GET', '/files/{id}', STATEFUL),
  operation('files.content', 'openai', 'GET', '/files/{id}/content', STATEFUL),
  operation('files.delete', 'openai', 'DELETE', '/files/{id}', STATEFUL),

  operation('uploads.create', 'openai', 'POST', '/uploads', CREATES),
  operation('uploads.parts.create', 'openai', 'POST', '/uploads/{id}/parts', {
    creates: true,
    stateful: true,
  }),
  operation('uploads.complete', 'openai', 'POST', '/uploads/{id}/complete', {
    creates: true,
    stateful: true,
    answerIds: ['id', 'file'],
  }),
  operation('uploads.cancel', 'openai', 'POST', '/uploads/{id}/cancel', STATEFUL),

  operation('batches.create', 'openai', 'POST', '/batches', { ...CREATES, answerIds: BATCH_IDS }),
  operation('batches.list', 'openai', 'GET', '/batches', STATEFUL),
  operation('batches.retrieve', 'openai', 'GET', '/batches/{id}', { stateful: true, answerIds: BATCH_IDS }),
  operation('batches.cancel', 'openai', 'POST', '/batches/{id}/cancel', {
    stateful: true,
    answerIds: BATCH_IDS,
  }),

  operation('fine_tuning.jobs.create', 'openai', 'POST', '/fine_tuning/jobs', {
    ...CREATES,
    modelIn: 'json',
    answerIds: JOB_IDS,
  }),
  operation('fine_tuning.jobs.list', 'openai', 'GET', '/fine_tuning/jobs', STATEFUL),
  operation('fine_tuning.jobs.retrieve', 'openai', 'GET', '/fine_tuning/jobs/{id}', {
    stateful: true,
    answerIds: JOB_IDS,
  }),
  operation('fine_tuning.jobs.events', 'openai', 'GET', '/fine_tuning/jobs/{id}/events', STATEFUL),
  operation('fine_tuning.jobs.checkpoints', 'openai', 'GET', '/fine_tuning/jobs/{id}/checkpoints', STATEFUL),
  operation('fine_tuning.jobs.cancel', 'openai', 'POST', '/fine_tuning/jobs/{id}/cancel', STATEFUL),
  operation('fine_tuning.jobs.pause', 'openai', 'POST', '/fine_tuning/jobs/{id}/pause', STATEFUL),
  operation('fine_tuning.jobs.resume', 'openai', 'POST', '/fine_tuning/jobs/{id}/resume', STATEFUL),

  operation('videos.create', 'openai', 'POST', '/videos', {
    ...CREATES,
    modelIn: 'form',
    modelRequired: false,
  }),
  operation('videos.list', 'openai', 'GET', '/videos', STATEFUL),
  operation('videos.retrieve', 'openai', 'GET', '/videos/{id}', STATEFUL),
  operation('videos.content', 'openai', 'GET', '/videos/{id}/content', STATEFUL),
  operation('videos.delete', 'openai', 'DELETE', '/videos/{id}', STATEFUL),
  operation('videos.remix', 'openai', 'POST', '/videos/{id}/remix', CREATES),
  operation('videos.edits', 'openai', 'POST', '/videos/edits', CREATES),
  operation('videos.extensions', 'openai', 'POST', '/videos/extensions', CREATES),
  operation('videos.characters.create', 'openai', 'POST', '/videos/characters', CREATES),
  operation('videos.characters.retrieve', 'openai', 'GET', '/videos/characters/{id}', STATEFUL),
];
