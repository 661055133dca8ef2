import { NotExpressible } from '../codec.ts';
import type { Json } from '../../base/json.ts';
import type { ResponseContext } from '../codec.ts';

/** A request for embeddings in OpenAI's words, read. platform.openai.com/docs/api-reference/embeddings */
export interface EmbeddingsRequest {
  readonly texts: readonly string[];
  readonly dimensions: number | undefined;
  readonly dropped: readonly string[];
}

/** Reads a request. Throws `NotExpressible` where its texts are no texts. */
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
 * An answer in OpenAI's words, its vectors as the request wants them.
 * @param tokens of all texts; 0 where the provider does not say
 */
export function encodeEmbeddings(
  vectors: readonly (readonly number[])[],
  tokens: number,
  { body, model }: ResponseContext,
): object {
  const write = body['encoding_format'] === 'base64' ? base64Of : (vector: readonly number[]) => vector;
  return {
    object: 'list',
    data: vectors.map((vector, index) => ({ object: 'embedding', index, embedding: write(vector) })),
    model,
    usage: { prompt_tokens: tokens, total_tokens: tokens },
  };
}

/** Numbers of 32 bits, the least significant byte first. */
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
