import { JSON_MODEL, operation } from '../operation.ts';
import type { Operation, Traits } from '../operation.ts';

const ERRORS: Traits = { errorForm: 'text' };
/** Streams are lines of JSON, the last of them with `done`; whoever wants none has to say so. */
const GENERATES: Traits = { ...ERRORS, ...JSON_MODEL, streams: 'unless-declined', isChat: true };
const WHOLE: Traits = { ...ERRORS, ...JSON_MODEL, streams: 'never' };

/** Ollama's own API, without what changes the models of a server: github.com/ollama/ollama/blob/main/docs/api.md. */
export const ollamaOperations: readonly Operation[] = [
  operation('ollama.chat', 'vendor', 'POST', '/api/chat', GENERATES),
  operation('ollama.generate', 'vendor', 'POST', '/api/generate', GENERATES),
  operation('ollama.embed', 'vendor', 'POST', '/api/embed', WHOLE),
  operation('ollama.show', 'vendor', 'POST', '/api/show', WHOLE),
  operation('ollama.tags', 'vendor', 'GET', '/api/tags', ERRORS),
  operation('ollama.ps', 'vendor', 'GET', '/api/ps', ERRORS),
  operation('ollama.version', 'vendor', 'GET', '/api/version', ERRORS),
];
