import { asObject } from '../../base/json.ts';
import { operationNamed } from '../../dialects/operations/table.ts';
import { NotExpressible, targetOf } from '../codec.ts';
import type { Json } from '../../base/json.ts';
import type { WholeRequest, WholeTranslation } from '../whole-translation.ts';
import { allVectors, vectorOf } from './openai-embeddings.ts';

const embeddings = operationNamed('embeddings');

/** Gemini's embedding of one content from whoever speaks OpenAI. ai.google.dev/api/embeddings */
export const geminiOneToOpenai: WholeTranslation = {
  translateRequest: (body, model) => requestFor([body], model),
  translateResponse: (answer) => {
    const values = vectorsIn(answer)?.[0];
    return values && { embedding: { values } };
  },
};

/** The same of several. */
export const geminiManyToOpenai: WholeTranslation = {
  translateRequest: (body, model) => {
    const requests: readonly unknown[] = Array.isArray(body['requests']) ? body['requests'] : [];
    return requestFor(
      requests.map((request) => asObject(request) ?? {}),
      model,
    );
  },
  translateResponse: (answer) => {
    const vectors = vectorsIn(answer);
    return vectors && { embeddings: vectors.map((values) => ({ values })) };
  },
};

/** Gemini's hints for what a text is for; OpenAI knows none. */
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
  const parts: unknown = asObject(content)?.['parts'];
  const list: readonly unknown[] = Array.isArray(parts) ? parts : [];
  const texts = list.map((part) => asObject(part)?.['text']).filter((text) => typeof text === 'string');
  if (texts.length === 0 || texts.length < list.length)
    throw new NotExpressible('its contents are not text alone');
  return texts.join('');
}

/** In the order of the texts, which an answer may keep or not. */
function vectorsIn({ data }: Json): readonly (readonly number[])[] | undefined {
  const list: readonly unknown[] = Array.isArray(data) ? data : [];
  const items = list.map((item) => asObject(item) ?? {});
  const ordered = items.toSorted((a, b) => Number(a['index'] ?? 0) - Number(b['index'] ?? 0));
  return allVectors(ordered.map(({ embedding }) => vectorOf(embedding)));
}
