import { operation } from './operation.ts';
import type { Operation, Traits } from './operation.ts';

/*
 * Bedrock's operations, of which chats, embeddings and images are translated to some:
 * docs.aws.amazon.com/bedrock/latest/APIReference/API_Operations_Amazon_Bedrock_Runtime.html. Streams are frames of
 * `application/vnd.amazon.eventstream`.
 */

const WHOLE: Traits = { modelIn: 'path', streams: 'never' };
const STREAMED: Traits = { modelIn: 'path', streams: 'always' };

function bedrock(name: string, method: Operation['method'], pattern: string, traits: Traits): Operation {
  return operation(`bedrock.${name}`, 'bedrock-converse', method, pattern, traits);
}

/** A chat, in one format for all models. */
export const converse = bedrock('converse', 'POST', '/model/{model}/converse', { ...WHOLE, isChat: true });

/** The same, answered with a stream. */
export const converseStream = bedrock('converseStream', 'POST', '/model/{model}/converse-stream', {
  ...STREAMED,
  isChat: true,
});

/** Counts the tokens of a request for Converse or of a model's own: API_runtime_CountTokens. */
export const countTokens = bedrock('countTokens', 'POST', '/model/{model}/count-tokens', {
  ...WHOLE,
  isCount: true,
});

/** A model in its own format. */
export const invokeModel = bedrock('invokeModel', 'POST', '/model/{model}/invoke', WHOLE);

/** All of them. */
export const bedrockOperations: readonly Operation[] = [
  converse,
  converseStream,
  countTokens,
  invokeModel,
  bedrock('invokeModelWithResponseStream', 'POST', '/model/{model}/invoke-with-response-stream', STREAMED),
  bedrock('applyGuardrail', 'POST', '/guardrail/{name}/version/{name}/apply', { streams: 'never' }),
  // What runs for long is made once, and only its account can read it, by the ARN that its answer has.
  bedrock('startAsyncInvoke', 'POST', '/async-invoke', {
    modelIn: 'json',
    modelField: 'modelId',
    streams: 'never',
    stateful: true,
    creates: true,
    answerIds: ['invocationArn'],
  }),
  bedrock('getAsyncInvoke', 'GET', '/async-invoke/{id}', { stateful: true }),
];
