import { asObject } from '../../base/json.ts';
import { operationNamed } from '../../dialects/operations/table.ts';
import { NotExpressible, targetOf } from '../codec.ts';
import type { Json } from '../../base/json.ts';
import type { WholeRequest, WholeTranslation } from '../whole-translation.ts';
import { textOf } from './gemini-to-openai.ts';
import { allVectors, decodeEmbeddings, vectorOf, encodeEmbeddings } from './openai-embeddings.ts';
import { openaiToGemini } from './openai-to-gemini.ts';

/*
 * Vertex AI asks most of its models for embeddings through `:predict`, with words of its own; the newest are asked
 * as Gemini's API asks all, one content at a time.
 */

const predict = operationNamed('gemini.predict');
const one = operationNamed('gemini.embedContent');

/** By the SDK of Google (package `@google/genai`), which sends some models to the one and some to the other. */
export function embedsContent(model: string): boolean {
  return (model.includes('gemini') && model !== 'gemini-embedding-001') || model.includes('maas');
}

/** OpenAI's embeddings from Vertex AI. cloud.google.com/vertex-ai/generative-ai/docs/model-reference/text-embeddings-api */
export const openaiToVertex: WholeTranslation = {
  translateRequest: (body, model) => {
    if (embedsContent(model)) {
      const request = openaiToGemini.translateRequest(body, model);
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

/** Gemini's embedding of one content from a model that is asked through `:predict`. */
export const geminiOneToVertex: WholeTranslation = {
  translateRequest: (body, model) => fromGemini([body], model),
  translateResponse: (answer) => {
    const values = vectorsIn(answer)?.[0];
    return values && { embedding: { values } };
  },
};

/** The same of several. */
export const geminiManyToVertex: WholeTranslation = {
  translateRequest: (body, model) => {
    const requests: readonly unknown[] = Array.isArray(body['requests']) ? body['requests'] : [];
    return fromGemini(
      requests.map((request) => asObject(request) ?? {}),
      model,
    );
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
  const list: readonly unknown[] = Array.isArray(predictions) ? predictions : [];
  return list.map((prediction) => asObject(asObject(prediction)?.['embeddings']));
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
