import { operation } from '../operation.ts';
import type { Operation, Traits } from '../operation.ts';

/*
 * Tencent Cloud's API has one path, and the header `X-TC-Action` says what is asked for: cloud.tencent.com/document/api/1729.
 */

const ACTION: Traits = { errorForm: 'tencent', streams: 'never' };

function actionRow(name: string, action: string, traits: Traits): [action: string, operation: Operation] {
  return [action, operation(`hunyuan.${name}`, 'vendor', 'POST', '/', { ...ACTION, ...traits })];
}

/** A job is paid for and made once, and only its account can ask for it, by the `JobId` of the answer. */
const SUBMITS: Traits = { stateful: true, creates: true, answerIds: ['Response'] };
const QUERIES: Traits = { stateful: true, idsInBody: ['JobId'] };

const chat = actionRow('chat', 'ChatCompletions', {
  modelIn: 'json',
  modelField: 'Model',
  streams: 'as-asked',
  isChat: true,
});

/** A chat. */
export const [, hunyuanChat] = chat;

/** The operations by their actions. */
export const hunyuanActions: ReadonlyMap<string, Operation> = new Map([
  chat,
  actionRow('embedding', 'GetEmbedding', {}),
  actionRow('token_count', 'GetTokenCount', {}),
  actionRow('image', 'TextToImageLite', { creates: true }),
  actionRow('image_job.submit', 'SubmitHunyuanImageJob', SUBMITS),
  actionRow('image_job.query', 'QueryHunyuanImageJob', QUERIES),
  actionRow('image_chat_job.submit', 'SubmitHunyuanImageChatJob', SUBMITS),
  actionRow('image_chat_job.query', 'QueryHunyuanImageChatJob', QUERIES),
  actionRow('3d_job.submit', 'SubmitHunyuanTo3DJob', SUBMITS),
  actionRow('3d_job.query', 'QueryHunyuanTo3DJob', QUERIES),
]);

/** Any other action: what it does is not known. */
const [, otherAction] = actionRow('action', '', {
  streams: 'as-asked',
  creates: true,
  isPassthrough: true,
});

/** The operation of an action. */
export function hunyuanOperation(action: string): Operation {
  return hunyuanActions.get(action) ?? otherAction;
}

/** All of them, which no path tells apart. */
export const hunyuanOperations: readonly Operation[] = [...hunyuanActions.values(), otherAction];
