import { asObject, itemsOf } from '../../base/json.ts';
import type { Json } from '../../base/json.ts';
import { operationNamed } from '../../dialects/operations/table.ts';
import { NotExpressible } from '../codec.ts';
import type { WholeRequest, WholeTranslation } from '../whole-translation.ts';
import { textOf } from './gemini-to-openai.ts';
import { allVectors, decodeEmbeddings, vectorOf, encodeEmbeddings } from './openai-embeddings.ts';
import { openaiToGemini } from './openai-to-gemini.ts';
import { targetOf } from '../target.ts';

/*
 * On Vertex AI most models for embeddings are called through `:predict`, with fields of its own; the newest are called as in
 * Gemini's API, one content at a time.
 */

const predict = operationNamed('gemini.predict');
const one = operationNamed('gemini.embedContent');

/** Whether a model is called as in Gemini's API: after Google's SDK (package `@google/genai`). */
export function embedsContent(model: string): boolean {
  return (model.includes('gemini') && model !== 'gemini-embedding-001') || model.includes('maas');
}

/** OpenAI's embeddings by Vertex AI. cloud.google.com/vertex-ai/generative-ai/docs/model-reference/text-embeddings-api */
export const openaiToVertex: WholeTranslation = {
  translateRequest: (body, model, quirks) => {
    if (embedsContent(model)) {
      const request = openaiToGemini.translateRequest(body, model, quirks);
      if (request.target.operation === one) return request;
      throw new NotExpressible(`its input is not one text; ${model} takes one at a time`);
    }
    const { texts, dimensions, dropped } = decodeEmbeddings(body);
    const instances = texts.map((content) => ({ content }));
    return requestFor(model, instances, dimensions, dropped);
  },
  translateResponse: (answer, context, headers) => {
    if (answer['predictions'] === undefined)
      return openaiToGemini.translateResponse(answer, context, headers);
    const vectors = vectorsIn(answer);
    return vectors && encodeEmbeddings(vectors, tokensIn(answer), context);
  },
};

/** Gemini's embedding of one content by a model that is called through `:predict`. */
export const geminiOneToVertex: WholeTranslation = {
  translateRequest: (body, model) => fromGemini([body], model),
  translateResponse: (answer) => {
    const values = vectorsIn(answer)?.[0];
    return values && { embedding: { values } };
  },
};

/** The same for several contents. */
export const geminiManyToVertex: WholeTranslation = {
  translateRequest: (body, model) => {
    const requests = itemsOf(body['requests']).map((request) => asObject(request) ?? {});
    return fromGemini(requests, model);
  },
  translateResponse: (answer) => {
    const vectors = vectorsIn(answer);
    return vectors && { embeddings: vectors.map((values) => ({ values })) };
  },
};

function fromGemini(requests: readonly Json[], model: string): WholeRequest {
  const instances = requests.map((request) => {
    const { taskType, title } = request;
    return {
      content: textOf(request),
      ...(typeof taskType === 'string' && { task_type: taskType }),
      ...(typeof title === 'string' && { title }),
    };
  });
  const [size, ...others] = new Set(requests.map((request) => request['outputDimensionality']));
  if (others.length > 0) throw new NotExpressible('its contents want vectors of different sizes');
  return requestFor(model, instances, typeof size === 'number' ? size : undefined, []);
}

function requestFor(
  model: string,
  instances: readonly object[],
  dimensions: number | undefined,
  dropped: readonly string[],
): WholeRequest {
  const parameters = dimensions === undefined ? {} : { parameters: { outputDimensionality: dimensions } };
  return { target: targetOf(predict, model), body: { instances, ...parameters }, dropped };
}

function embeddingsIn({ predictions }: Json): readonly (Json | undefined)[] {
  return itemsOf(predictions).map((prediction) => asObject(asObject(prediction)?.['embeddings']));
}

function vectorsIn(answer: Json): readonly (readonly number[])[] | undefined {
  return allVectors(embeddingsIn(answer).map((each) => vectorOf(each?.['values'])));
}

function tokensIn(answer: Json): number {
  return embeddingsIn(answer)
    .map((each) => Number(asObject(each?.['statistics'])?.['token_count']))
    .filter(Number.isInteger)
    .reduce((sum, count) => sum + count, 0);
}
