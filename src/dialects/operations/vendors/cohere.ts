import { JSON_MODEL, operation } from '../operation.ts';
import type { Operation, Traits } from '../operation.ts';

/** Cohere has a default model for all but chats of version 2. */
const MODEL: Traits = { ...JSON_MODEL, modelRequired: false, errorForm: 'cohere' };
const WHOLE: Traits = { ...MODEL, streams: 'never' };

/**
 * Cohere's own API, in both of its versions: docs.cohere.com/reference/chat, and docs.cohere.com/v1/reference/chat. Its rerank is
 * among OpenAI's, since many vendors have it in the same form.
 */
export const cohereOperations: readonly Operation[] = [
  operation('cohere.chat', 'vendor', 'POST', '/v2/chat', { ...MODEL, modelRequired: true, isChat: true }),
  operation('cohere.embed', 'vendor', 'POST', '/v2/embed', WHOLE),
  operation('cohere.v1.chat', 'vendor', 'POST', '/v1/chat', { ...MODEL, isChat: true }),
  operation('cohere.v1.generate', 'vendor', 'POST', '/v1/generate', { ...MODEL, isChat: true }),
  operation('cohere.v1.embed', 'vendor', 'POST', '/v1/embed', WHOLE),
  operation('cohere.v1.classify', 'vendor', 'POST', '/v1/classify', WHOLE),
  operation('cohere.v1.tokenize', 'vendor', 'POST', '/v1/tokenize', WHOLE),
];
