import { operation } from '../operation.ts';
import type { Operation, Traits } from '../operation.ts';

/*
 * Models of other publishers on Vertex AI, which take and give what these have of their own, and tasks that run for long:
 * docs.cloud.google.com/vertex-ai/docs/reference/rest/v1/projects.locations.publishers.models. What Gemini's API has as well
 * (`generateContent`, `predict` and so on) are its operations, whatever stands before.
 */

const WHOLE: Traits = { modelIn: 'path', streams: 'never', errorForm: 'gemini-generate' };
const STREAMED: Traits = { modelIn: 'path', streams: 'always', errorForm: 'gemini-generate' };
/** The body's `stream` says so, too. */
const RAW: Traits = { ...WHOLE, streams: 'as-asked' };
/** Claude's clients read Anthropic's errors: docs.claude.com/en/api/claude-on-vertex-ai. */
const CLAUDE: Traits = { errorForm: 'anthropic-messages', isChat: true };

const ANTHROPIC = '/publishers/anthropic/models/{model}';
const ANY = '/publishers/{name}/models/{model}';

/** All of them. */
export const vertexOperations: readonly Operation[] = [
  operation('vertex.claude.rawPredict', 'vendor', 'POST', `${ANTHROPIC}:rawPredict`, { ...RAW, ...CLAUDE }),
  operation('vertex.claude.streamRawPredict', 'vendor', 'POST', `${ANTHROPIC}:streamRawPredict`, {
    ...STREAMED,
    ...CLAUDE,
  }),
  operation('vertex.rawPredict', 'vendor', 'POST', `${ANY}:rawPredict`, RAW),
  operation('vertex.streamRawPredict', 'vendor', 'POST', `${ANY}:streamRawPredict`, STREAMED),
  operation('vertex.serverStreamingPredict', 'vendor', 'POST', `${ANY}:serverStreamingPredict`, STREAMED),
  operation('vertex.predictLongRunning', 'vendor', 'POST', `${ANY}:predictLongRunning`, {
    ...WHOLE,
    stateful: true,
    creates: true,
    answerIds: ['name'],
  }),
  operation('vertex.fetchPredictOperation', 'vendor', 'POST', `${ANY}:fetchPredictOperation`, {
    ...WHOLE,
    stateful: true,
    idsInBody: ['operationName'],
  }),
];
