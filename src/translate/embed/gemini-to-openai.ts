import { asObject, itemsOf } from '../../base/json.ts';
import type { Json } from '../../base/json.ts';
import { operationNamed } from '../../dialects/operations/table.ts';
import { NotExpressible } from '../codec.ts';
import type { WholeRequest, WholeTranslation } from '../whole-translation.ts';
import { allVectors, vectorOf } from './openai-embeddings.ts';
import { targetOf } from '../target.ts';

const embeddings = operationNamed('embeddings');

/** Gemini's embedding of one content by a provider of OpenAI's dialect. ai.google.dev/api/embeddings */
export const geminiOneToOpenai: WholeTranslation = {
  translateRequest: (body, model) => requestFor([body], model),
  translateResponse: (answer) => {
    const values = vectorsIn(answer)?.[0];
    return values && { embedding: { values } };
  },
};

/** The same for several contents. */
export const geminiManyToOpenai: WholeTranslation = {
  translateRequest: (body, model) => {
    const requests = itemsOf(body['requests']).map((request) => asObject(request) ?? {});
    return requestFor(requests, model);
  },
  translateResponse: (answer) => {
    const vectors = vectorsIn(answer);
    return vectors && { embeddings: vectors.map((values) => ({ values })) };
  },
};

/** Gemini's hints for what a text is for; OpenAI has none. */
const HINTS = ['taskType', 'task_type', 'title'];

function requestFor(requests: readonly Json[], model: string): WholeRequest {
  const input = requests.map(textOf);
  const sizes = new Set(requests.map((request) => request['outputDimensionality']));
  const [size, ...others] = sizes;
  if (others.length > 0) throw new NotExpressible('its contents want vectors of different sizes');
  return {
    target: targetOf(embeddings, model),
    body: {
      model,
      input: input.length === 1 ? input[0] : input,
      encoding_format: 'float',
      ...(typeof size === 'number' && { dimensions: size }),
    },
    dropped: HINTS.filter((name) => requests.some((request) => request[name] !== undefined)),
  };
}

/** The text of a content. Throws `NotExpressible` where it holds anything else. */
export function textOf({ content }: Json): string {
  const list = itemsOf(asObject(content)?.['parts']);
  const texts = list.map((part) => asObject(part)?.['text']).filter((text) => typeof text === 'string');
  if (texts.length === 0 || texts.length < list.length)
    throw new NotExpressible('its contents are not text alone');
  return texts.join('');
}

/** In the order of the texts, which a response need not keep. */
function vectorsIn({ data }: Json): readonly (readonly number[])[] | undefined {
  const items = itemsOf(data).map((item) => asObject(item) ?? {});
  const ordered = items.toSorted((a, b) => Number(a['index'] ?? 0) - Number(b['index'] ?? 0));
  return allVectors(ordered.map(({ embedding }) => vectorOf(embedding)));
}
