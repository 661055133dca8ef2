import { operation } from './operation.ts';
import type { Operation } from './operation.ts';

/** Bedrock's operations that requests are translated to: no client speaks them here. */
export const converse: Operation = operation(
  'bedrock.converse',
  'bedrock-converse',
  'POST',
  '/model/{model}/converse',
  { modelIn: 'path', streams: 'never' },
);

/** The same with a stream for its answer. */
export const converseStream: Operation = operation(
  'bedrock.converseStream',
  'bedrock-converse',
  'POST',
  '/model/{model}/converse-stream',
  { modelIn: 'path', streams: 'always' },
);

/** A model in its own words: how models for embeddings are asked. */
export const invokeModel: Operation = operation(
  'bedrock.invokeModel',
  'bedrock-converse',
  'POST',
  '/model/{model}/invoke',
  { modelIn: 'path', streams: 'never' },
);
