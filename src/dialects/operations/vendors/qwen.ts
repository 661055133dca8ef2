import { JSON_MODEL, operation, STATEFUL } from '../operation.ts';
import type { Operation, Traits } from '../operation.ts';

const ERRORS: Traits = { errorForm: 'dashscope' };
/** In the background it is a task of the account. */
const MAYBE_TASK: Traits = { ...ERRORS, ...JSON_MODEL, ownedIds: ['output'] };
/** It is always a task, which is made once; every key of an account can read it, and no other. */
const TASK: Traits = {
  ...ERRORS,
  ...JSON_MODEL,
  streams: 'never',
  stateful: true,
  creates: true,
  answerIds: ['output'],
};

/**
 * DashScope's own API: help.aliyun.com/zh/model-studio. Images, videos and transcripts are tasks, whose services have names
 * that grow in number: all of them have one form.
 */
export const qwenOperations: readonly Operation[] = [
  operation('qwen.text_generation', 'vendor', 'POST', '/services/aigc/text-generation/generation', {
    ...MAYBE_TASK,
    isChat: true,
  }),
  operation(
    'qwen.multimodal_generation',
    'vendor',
    'POST',
    '/services/aigc/multimodal-generation/generation',
    MAYBE_TASK,
  ),
  operation('qwen.aigc', 'vendor', 'POST', '/services/aigc/{name}/{name}', TASK),
  operation('qwen.transcription', 'vendor', 'POST', '/services/audio/asr/transcription', TASK),
  operation('qwen.audio', 'vendor', 'POST', '/services/audio/{name}/{name}', {
    ...MAYBE_TASK,
    modelRequired: false,
  }),
  operation(
    'qwen.text_embedding',
    'vendor',
    'POST',
    '/services/embeddings/text-embedding/text-embedding',
    MAYBE_TASK,
  ),
  operation('qwen.embedding', 'vendor', 'POST', '/services/embeddings/{name}/{name}', MAYBE_TASK),
  operation('qwen.text_rerank', 'vendor', 'POST', '/services/rerank/text-rerank/text-rerank', MAYBE_TASK),
  operation('qwen.app', 'vendor', 'POST', '/apps/{id}/completion', ERRORS),
  operation('qwen.task', 'vendor', 'GET', '/tasks/{id}', { ...ERRORS, ...STATEFUL }),
  operation('qwen.task.cancel', 'vendor', 'POST', '/tasks/{id}/cancel', { ...ERRORS, ...STATEFUL }),
];
