import { JSON_MODEL, operation, STATEFUL } from './operation.ts';
import type { Operation, Traits } from './operation.ts';

/*
 * What providers with an API of their own are asked for: chat is turned into these, and a client that knows such
 * an API may ask for them itself. The beginning of a name says whose it is.
 */

/** A workflow does what its author had in mind, and who knows to whom. */
const ACTS = { creates: true } as const;
/** A task is made, paid for, and known to the account that made it alone; it stands in `data`. */
const TASK: Traits = { ...STATEFUL, creates: true, answerIds: ['data'] };

/** A chat of Coze's and the conversation it stands in are named in the query. */
const COZE_IDS = ['conversation_id', 'chat_id'];
/** Asked for to be done in the background, it is a task, known to the account. help.aliyun.com/zh/model-studio. */
const MAYBE_TASK: Traits = { ...JSON_MODEL, ownedIds: ['output'] };

/** developers.deepl.com/api-reference/translate. */
export const deeplTranslate = operation('deepl.translate', 'vendor', 'POST', '/v2/translate', {
  streams: 'never',
});

/** docs.coze.cn/developer_guides/chat_v3. */
export const cozeChat = operation('coze.chat', 'vendor', 'POST', '/v3/chat', {
  idsInQuery: COZE_IDS,
  ownedIds: ['data', 'id', 'conversation_id'],
});

/** docs.dify.ai: a chat or an agent, a text, a workflow. */
export const difyChat = operation('dify.chat_messages', 'vendor', 'POST', '/chat-messages', {
  ownedIds: ['conversation_id'],
});
export const difyCompletion = operation('dify.completion_messages', 'vendor', 'POST', '/completion-messages');
export const difyWorkflow = operation('dify.workflows.run', 'vendor', 'POST', '/workflows/run', ACTS);

/** Triton's generate extension. Its paths end behind the model, and so clients do not ask for it here. */
export const tritonGenerate = operation('triton.generate', 'vendor', 'POST', '/models/{model}/generate', {
  modelIn: 'path',
});

/** Tencent Cloud's API has one path; what is asked for stands in a header. Clients do not ask for it here. */
export const hunyuanChat = operation('hunyuan.chat', 'vendor', 'POST', '/');

/** Of these, what clients may ask for themselves; and what is asked for only by those who know the API. */
export const vendorOperations: readonly Operation[] = [
  deeplTranslate,
  cozeChat,
  operation('coze.chat.retrieve', 'vendor', 'GET', '/v3/chat/retrieve', { idsInQuery: COZE_IDS }),
  operation('coze.chat.messages', 'vendor', 'GET', '/v3/chat/message/list', { idsInQuery: COZE_IDS }),
  operation('coze.chat.cancel', 'vendor', 'POST', '/v3/chat/cancel', { idsInQuery: COZE_IDS }),
  operation('coze.conversations.create', 'vendor', 'POST', '/v1/conversation/create', {
    creates: true,
    ownedIds: ['data'],
  }),
  operation('coze.workflow.run', 'vendor', 'POST', '/v1/workflow/run', ACTS),
  operation('coze.workflow.stream_run', 'vendor', 'POST', '/v1/workflow/stream_run', ACTS),
  difyChat,
  difyCompletion,
  difyWorkflow,
  operation('kling.text2video', 'vendor', 'POST', '/videos/text2video', TASK),
  operation('kling.text2video.retrieve', 'vendor', 'GET', '/videos/text2video/{id}', STATEFUL),
  operation('kling.image2video', 'vendor', 'POST', '/videos/image2video', TASK),
  operation('kling.image2video.retrieve', 'vendor', 'GET', '/videos/image2video/{id}', STATEFUL),
  operation('kling.images.retrieve', 'vendor', 'GET', '/images/generations/{id}', STATEFUL),
  operation(
    'qwen.text_generation',
    'vendor',
    'POST',
    '/services/aigc/text-generation/generation',
    MAYBE_TASK,
  ),
  operation(
    'qwen.multimodal_generation',
    'vendor',
    'POST',
    '/services/aigc/multimodal-generation/generation',
    MAYBE_TASK,
  ),
  operation(
    'qwen.text_embedding',
    'vendor',
    'POST',
    '/services/embeddings/text-embedding/text-embedding',
    MAYBE_TASK,
  ),
  operation('qwen.text_rerank', 'vendor', 'POST', '/services/rerank/text-rerank/text-rerank', MAYBE_TASK),
  operation('qwen.app', 'vendor', 'POST', '/apps/{id}/completion'),
  operation('qwen.task', 'vendor', 'GET', '/tasks/{id}', STATEFUL),
];
