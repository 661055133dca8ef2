import { json, type Answer } from '../answer.ts';
import { checksum } from '../answer-text.ts';
import { invalidValue, malformedJson, missingParameter } from '../vendor-errors/openai.ts';
import { seededRandom } from '../random.ts';
import type { Call } from './call.ts';
import { tokensIn } from './text.ts';

const DEFAULT_DIMENSIONS = 8;
const MOST_DIMENSIONS = 4_096;
const MOST_INPUTS = 2_048;

/** `POST /v1/embeddings` */
export function embeddings(call: Call): Answer {
  const request = call.json;
  if (request === undefined) return malformedJson;
  if (call.model === undefined) return missingParameter('model');
  const texts = textsOf(request['input']);
  if (texts === undefined) return missingParameter('input');
  if (texts.length > MOST_INPUTS) return invalidValue('input', `at most ${MOST_INPUTS} texts`);
  const dimensions = request['dimensions'] ?? DEFAULT_DIMENSIONS;
  if (typeof dimensions !== 'number' || !(dimensions >= 1 && dimensions <= MOST_DIMENSIONS)) {
    return invalidValue('dimensions', `a number from 1 to ${MOST_DIMENSIONS}`);
  }

  const asBase64 = request['encoding_format'] === 'base64';
  const data = texts.map((text, index) => {
    const vector = embeddingOf(text, dimensions);
    const embedding = asBase64 ? Buffer.from(new Float32Array(vector).buffer).toString('base64') : vector;
    return { object: 'embedding', index, embedding };
  });
  const tokens = tokensIn(texts.join(''));
  const usage = { prompt_tokens: tokens, total_tokens: tokens };
  return json({ object: 'list', data, model: call.model, usage });
}

/** The vector of a text: numbers in [-1, 1) that follow from the text alone, exact as 32-bit floats. */
export function embeddingOf(text: string, dimensions: number = DEFAULT_DIMENSIONS): readonly number[] {
  const random = seededRandom(checksum(text));
  return Array.from({ length: dimensions }, () => Math.fround(random() * 2 - 1));
}

/** One text, several, or tokens in place of either. */
function textsOf(input: unknown): readonly string[] | undefined {
  if (typeof input === 'string') return [input];
  if (!Array.isArray(input) || input.length === 0) return undefined;
  return input.every((item) => typeof item === 'number') ? [input.join(' ')] : input.map(String);
}
