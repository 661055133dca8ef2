import { NotExpressible } from '../codec.ts';
import type { ResponseContext } from '../codec.ts';
import type { Json } from '../../base/json.ts';

/** OpenAI's request for embeddings, decoded. platform.openai.com/docs/api-reference/embeddings */
export interface EmbeddingsRequest {
  readonly texts: readonly string[];
  readonly dimensions: number | undefined;
  readonly dropped: readonly string[];
}

/** Decodes a request. Throws `NotExpressible` where its input is not text. */
export function decodeEmbeddings(body: Json): EmbeddingsRequest {
  const { input, dimensions } = body;
  const values: readonly unknown[] = Array.isArray(input) ? input : [input];
  const texts = values.filter((value) => typeof value === 'string');
  if (texts.length < values.length)
    throw new NotExpressible('its input is not text; tokens mean something to OpenAI’s models alone');
  return {
    texts,
    dimensions: typeof dimensions === 'number' ? dimensions : undefined,
    dropped: body['user'] === undefined ? [] : ['user'],
  };
}

/**
 * OpenAI's response, its vectors in the format that the request wants.
 * @param tokens of all texts; 0 where the provider does not count them
 */
export function encodeEmbeddings(
  vectors: readonly (readonly number[])[],
  tokens: number,
  { body, model }: ResponseContext,
): object {
  const encode = body['encoding_format'] === 'base64' ? base64Of : (vector: readonly number[]) => vector;
  return {
    object: 'list',
    data: vectors.map((vector, index) => ({ object: 'embedding', index, embedding: encode(vector) })),
    model,
    usage: { prompt_tokens: tokens, total_tokens: tokens },
  };
}

/** Floats of 32 bits, little-endian. */
function base64Of(vector: readonly number[]): string {
  const bytes = Buffer.alloc(vector.length * 4);
  for (const [at, value] of vector.entries()) bytes.writeFloatLE(value, at * 4);
  return bytes.toString('base64');
}

/** A list of numbers; undefined for anything else. */
export function vectorOf(value: unknown): readonly number[] | undefined {
  const list: readonly unknown[] | undefined = Array.isArray(value) ? value : undefined;
  const numbers = list?.filter((each) => typeof each === 'number');
  return numbers !== undefined && numbers.length === list?.length ? numbers : undefined;
}

/** Vectors where each of them is one; undefined where one is missing. */
export function allVectors(
  vectors: readonly (readonly number[] | undefined)[],
): readonly (readonly number[])[] | undefined {
  const found = vectors.filter((vector) => vector !== undefined);
  return found.length > 0 && found.length === vectors.length ? found : undefined;
}
