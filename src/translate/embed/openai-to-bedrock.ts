import { invokeModel } from '../../dialects/operations/bedrock.ts';
import { asObject, itemsOf } from '../../base/json.ts';
import type { Json } from '../../base/json.ts';
import type { ResponseHeaders } from '../../upstream/exchange.ts';
import { NotExpressible } from '../codec.ts';
import type { WholeTranslation } from '../whole-translation.ts';
import { allVectors, decodeEmbeddings, vectorOf, encodeEmbeddings } from './openai-embeddings.ts';
import type { EmbeddingsRequest } from './openai-embeddings.ts';
import { targetOf } from '../target.ts';

/**
 * OpenAI's embeddings by Bedrock's two families of models, each with fields of its own.
 * docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-titan-embed-text.html and …-embed.html
 */
export const openaiToBedrock: WholeTranslation = {
  translateRequest: (body, model) => {
    const embeddings = decodeEmbeddings(body);
    return {
      target: targetOf(invokeModel, model),
      body: model.includes('cohere.embed') ? cohereBody(embeddings) : titanBody(embeddings, model),
      dropped: embeddings.dropped,
    };
  },
  translateResponse: (answer, context, headers) => {
    const vectors = vectorsOf(answer);
    return vectors && encodeEmbeddings(vectors, tokensOf(answer, headers), context);
  },
};

function titanBody({ texts, dimensions }: EmbeddingsRequest, model: string): object {
  if (!model.includes('titan-embed'))
    throw new NotExpressible('Bedrock’s models for embeddings are known here of Titan and Cohere alone');
  const [text, ...others] = texts;
  if (text === undefined || others.length > 0)
    throw new NotExpressible('its input is not one text; Titan takes one at a time');
  return { inputText: text, ...(dimensions !== undefined && { dimensions }) };
}

/** OpenAI has no field for what the texts are for. Most are to be searched later, so they count as documents. */
function cohereBody({ texts, dimensions }: EmbeddingsRequest): object {
  return {
    texts,
    input_type: 'search_document',
    embedding_types: ['float'],
    ...(dimensions !== undefined && { output_dimension: dimensions }),
  };
}

/** Titan has one vector, Cohere a list of them, by number type where types were requested. */
function vectorsOf({ embedding, embeddings }: Json): readonly (readonly number[])[] | undefined {
  if (embedding !== undefined) return allVectors([vectorOf(embedding)]);
  const floats = asObject(embeddings)?.['float'] ?? embeddings;
  return allVectors(itemsOf(floats).map(vectorOf));
}

function tokensOf({ inputTextTokenCount: count }: Json, headers: ResponseHeaders): number {
  const tokens = Number(count ?? headers['x-amzn-bedrock-input-token-count']);
  return Number.isInteger(tokens) ? tokens : 0;
}
