import { operation } from './operation.ts';
import type { Operation } from './operation.ts';
import { cohereOperations } from './vendors/cohere.ts';
import { doubaoOperations } from './vendors/doubao.ts';
import { klingOperations } from './vendors/kling.ts';
import { minimaxOperations } from './vendors/minimax.ts';
import { mistralOperations } from './vendors/mistral.ts';
import { ollamaOperations } from './vendors/ollama.ts';
import { qwenOperations } from './vendors/qwen.ts';
import { tritonOperations } from './vendors/triton.ts';
import { vertexOperations } from './vendors/vertex.ts';
import { vllmOperations } from './vendors/vllm.ts';

/*
 * Operations of providers with an API of their own. Chats are translated to some of them, and clients may call others
 * themselves. The beginning of a name is the vendor's.
 */

/** What a workflow does beyond its answer is not known. */
const ACTS = { creates: true } as const;
/** Coze has the ids of a chat and its conversation in the query. */
const COZE_IDS = ['conversation_id', 'chat_id'];
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
  ...cohereOperations,
  ...doubaoOperations,
  ...klingOperations,
  ...minimaxOperations,
  ...mistralOperations,
  ...ollamaOperations,
  ...qwenOperations,
  ...tritonOperations,
  ...vertexOperations,
  ...vllmOperations,
];
