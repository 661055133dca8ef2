import { asObject } from '../../base/json.ts';
import { operationNamed } from '../../dialects/operations/table.ts';
import { targetOf } from '../target.ts';
import type { WholeTranslation } from '../whole-translation.ts';
import { allVectors, decodeEmbeddings, vectorOf, encodeEmbeddings } from './openai-embeddings.ts';

const one = operationNamed('gemini.embedContent');
const many = operationNamed('gemini.batchEmbedContents');

/** OpenAI's embeddings by Gemini, which counts no tokens for them. ai.google.dev/api/embeddings */
export const openaiToGemini: WholeTranslation = {
  translateRequest: (body, model) => {
    const { texts, dimensions, dropped } = decodeEmbeddings(body);
    const requests = texts.map((text) => ({
      model: `models/${model}`,
      content: { parts: [{ text }] },
      ...(dimensions !== undefined && { outputDimensionality: dimensions }),
    }));
    const [only] = requests;
    return requests.length === 1 && only !== undefined
      ? { target: targetOf(one, model), body: only, dropped }
      : { target: targetOf(many, model), body: { requests }, dropped };
  },
  translateResponse: (answer, context) => {
    const { embedding, embeddings } = answer;
    const list: readonly unknown[] = Array.isArray(embeddings) ? embeddings : [embedding];
    const vectors = allVectors(list.map((each) => vectorOf(asObject(each)?.['values'])));
    return vectors && encodeEmbeddings(vectors, 0, context);
  },
};
