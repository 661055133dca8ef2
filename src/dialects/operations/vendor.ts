import { JSON_MODEL, operation, STATEFUL } from './operation.ts';
import type { Operation, Traits } from './operation.ts';

/*
 * Operations of providers with an API of their own. Chats are translated to some of them, and clients may call others
 * themselves. The beginning of a name is the vendor's.
 */

/** What a workflow does beyond its answer is not known. */
const ACTS = { creates: true } as const;
/**
 * A task is created and paid for, and only the account that created it can read it. The answer has it in `data`. Its model is
 * `model` or, in newer versions, `model_name`: app.klingai.com/global/dev/document-api.
 */
const TASK: Traits = {
  ...STATEFUL,
  ...JSON_MODEL,
  modelRequired: false,
  streams: 'never',
  creates: true,
  answerIds: ['data'],
};

/** Coze has the ids of a chat and its conversation in the query. */
const COZE_IDS = ['conversation_id', 'chat_id'];
/** In the background it is a task of the account. help.aliyun.com/zh/model-studio. */
const MAYBE_TASK: Traits = { ...JSON_MODEL, ownedIds: ['output'] };

/** developers.deepl.com/api-reference/translate. */
export const deeplTranslate = operation('deepl.translate', 'vendor', 'POST', '/v2/translate', {
  streams: 'never',
  isChat: true,
});

/** docs.coze.cn/developer_guides/chat_v3. */
export const cozeChat = operation('coze.chat', 'vendor', 'POST', '/v3/chat', {
  idsInQuery: COZE_IDS,
  ownedIds: ['data', 'id', 'conversation_id'],
  isChat: true,
});

/** docs.dify.ai: a chat or an agent. */
export const difyChat = operation('dify.chat_messages', 'vendor', 'POST', '/chat-messages', {
  ownedIds: ['conversation_id'],
  isChat: true,
});
/** docs.dify.ai: a text. */
export const difyCompletion = operation('dify.completion_messages', 'vendor', 'POST', '/completion-messages');
/** docs.dify.ai: a workflow. */
export const difyWorkflow = operation('dify.workflows.run', 'vendor', 'POST', '/workflows/run', ACTS);

/** Triton's generate extension. Clients cannot call it here: its path would match too much. */
export const tritonGenerate = operation('triton.generate', 'vendor', 'POST', '/models/{model}/generate', {
  modelIn: 'path',
  isChat: true,
});

/** Tencent Cloud's API has one path, and the operation in a header. Clients cannot call it here. */
export const hunyuanChat = operation('hunyuan.chat', 'vendor', 'POST', '/', { isChat: true });

/** What Kling makes videos from. */
export type KlingTaskType = 'text2video' | 'image2video';

/** Kling's tasks for videos, each type with paths of its own: app.klingai.com/global/dev/document-api. */
export const klingTasks: Readonly<
  Record<KlingTaskType, { readonly create: Operation; readonly retrieve: Operation }>
> = {
  text2video: {
    create: operation('kling.text2video', 'vendor', 'POST', '/videos/text2video', TASK),
    retrieve: operation('kling.text2video.retrieve', 'vendor', 'GET', '/videos/text2video/{id}', STATEFUL),
  },
  image2video: {
    create: operation('kling.image2video', 'vendor', 'POST', '/videos/image2video', TASK),
    retrieve: operation('kling.image2video.retrieve', 'vendor', 'GET', '/videos/image2video/{id}', STATEFUL),
  },
};

/** The operations that clients may call. */
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
  ...Object.values(klingTasks).flatMap(({ create, retrieve }) => [create, retrieve]),
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
