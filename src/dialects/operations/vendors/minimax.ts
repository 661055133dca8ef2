import { CREATES, JSON_MODEL, operation, STATEFUL } from '../operation.ts';
import type { Operation, Traits } from '../operation.ts';

const ERRORS: Traits = { errorForm: 'minimax' };
const CHAT: Traits = { ...ERRORS, ...JSON_MODEL, isChat: true };
const PAID_FOR: Traits = { ...ERRORS, ...JSON_MODEL, streams: 'never', creates: true };
/** A task is made once, and only the account that made it can ask for it and for the file that it comes to. */
const TASK: Traits = { ...PAID_FOR, stateful: true, answerIds: ['task_id', 'file_id'] };
const QUERY: Traits = { ...ERRORS, ...STATEFUL, idsInQuery: ['task_id'], answerIds: ['file_id'] };
const FILE: Traits = { ...ERRORS, ...STATEFUL, idsInQuery: ['file_id'] };

/**
 * MiniMax's own API: chats in its two older formats, speech, music, images, videos and the files of those:
 * platform.minimaxi.com/document.
 */
export const minimaxOperations: readonly Operation[] = [
  operation('minimax.chat', 'vendor', 'POST', '/text/chatcompletion_v2', CHAT),
  operation('minimax.chat_pro', 'vendor', 'POST', '/text/chatcompletion_pro', CHAT),
  operation('minimax.t2a', 'vendor', 'POST', '/t2a_v2', { ...ERRORS, ...JSON_MODEL }),
  operation('minimax.t2a_async', 'vendor', 'POST', '/t2a_async_v2', TASK),
  operation('minimax.t2a_async.query', 'vendor', 'GET', '/query/t2a_async_query_v2', QUERY),
  operation('minimax.video', 'vendor', 'POST', '/video_generation', TASK),
  operation('minimax.video.query', 'vendor', 'GET', '/query/video_generation', QUERY),
  operation('minimax.image', 'vendor', 'POST', '/image_generation', PAID_FOR),
  operation('minimax.music', 'vendor', 'POST', '/music_generation', PAID_FOR),
  operation('minimax.files.upload', 'vendor', 'POST', '/files/upload', {
    ...ERRORS,
    ...CREATES,
    answerIds: ['file'],
  }),
  operation('minimax.files.retrieve', 'vendor', 'GET', '/files/retrieve', FILE),
  operation('minimax.files.content', 'vendor', 'GET', '/files/retrieve_content', FILE),
];
