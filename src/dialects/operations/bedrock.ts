import { operation } from './operation.ts';
import type { Operation } from './operation.ts';

/** Requests are translated to Bedrock's operations; clients cannot call them here. */
export const converse: Operation = operation(
  'bedrock.converse',
  'bedrock-converse',
  'POST',
  '/model/{model}/converse',
  { modelIn: 'path', streams: 'never', isChat: true },
);

/** The same, answered with a stream. */
export const converseStream: Operation = operation(
  'bedrock.converseStream',
  'bedrock-converse',
  'POST',
  '/model/{model}/converse-stream',
  { modelIn: 'path', streams: 'always', isChat: true },
);

/** Counts the tokens of a request for Converse: docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_CountTokens.html */
export const countTokens: Operation = operation(
  'bedrock.countTokens',
  'bedrock-converse',
  'POST',
  '/model/{model}/count-tokens',
  { modelIn: 'path', streams: 'never', isCount: true },
);

/** A model in its own format: for embeddings. */
export const invokeModel: Operation = operation(
  'bedrock.invokeModel',
  'bedrock-converse',
  'POST',
  '/model/{model}/invoke',
  { modelIn: 'path', streams: 'never' },
);
