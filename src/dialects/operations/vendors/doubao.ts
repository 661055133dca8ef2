import { CREATES, JSON_MODEL, operation, STATEFUL } from '../operation.ts';
import type { Operation } from '../operation.ts';

const TASKS = '/contents/generations/tasks';

/**
 * What Volcengine's Ark has beside OpenAI's dialect: chats with applications (bots), chats with a context that it keeps, vectors
 * of pictures, and tasks that make videos: www.volcengine.com/docs/82379.
 */
export const doubaoOperations: readonly Operation[] = [
  operation('doubao.bots.chat', 'vendor', 'POST', '/bots/chat/completions', { ...JSON_MODEL, isChat: true }),
  operation('doubao.context.create', 'vendor', 'POST', '/context/create', {
    ...CREATES,
    ...JSON_MODEL,
    streams: 'never',
  }),
  operation('doubao.context.chat', 'vendor', 'POST', '/context/chat/completions', {
    ...JSON_MODEL,
    ...STATEFUL,
    idsInBody: ['context_id'],
    isChat: true,
  }),
  operation('doubao.embeddings.multimodal', 'vendor', 'POST', '/embeddings/multimodal', {
    ...JSON_MODEL,
    streams: 'never',
  }),
  operation('doubao.tokenization', 'vendor', 'POST', '/tokenization', { ...JSON_MODEL, streams: 'never' }),
  operation('doubao.tasks.create', 'vendor', 'POST', TASKS, { ...CREATES, ...JSON_MODEL, streams: 'never' }),
  operation('doubao.tasks.retrieve', 'vendor', 'GET', `${TASKS}/{id}`, STATEFUL),
  operation('doubao.tasks.delete', 'vendor', 'DELETE', `${TASKS}/{id}`, STATEFUL),
];
