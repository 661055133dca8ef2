import { json, type Answer } from '../answer.ts';
import { numberOf, objectOf, objectsOf, stringOf, type JsonObject } from './json.ts';
import { tokensIn } from './text.ts';

/** The one image there is: a PNG of one pixel; base64. */
const MADE_IMAGE =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGP6DwABBQECz6AuzQAAAABJRU5ErkJggg==';

/** A prompt with this word is withheld by the filters of all vendors; with `partly` before it, of several images the first. */
const WITHHELD = /\bwithheld\b/iu;
const PARTLY = /\bpartly withheld\b/iu;

/** Imagen's `:predict`: ai.google.dev/gemini-api/docs/imagen. */
export function predictImages(request: JsonObject): Answer {
  const parameters = objectOf(request['parameters']);
  const prompt = stringOf(objectsOf(request['instances'])[0]?.['prompt']) ?? '';
  // So many unless it is said.
  const count = numberOf(parameters['sampleCount']) ?? 4;
  const mimeType = stringOf(objectOf(parameters['outputOptions'])['mimeType']) ?? 'image/png';
  const withheld = parameters['includeRaiReason'] === true ? { raiFilteredReason: 'Filtered: 58061214' } : {};
  const predictions = Array.from({ length: count }, (_, at) =>
    isWithheld(prompt, at) ? withheld : { mimeType, bytesBase64Encoded: MADE_IMAGE },
  ).filter((each) => Object.keys(each).length > 0);
  return json(predictions.length === 0 ? {} : { predictions });
}

/** Whether `:generateContent` is asked for an image. */
export function wantsImage(request: JsonObject): boolean {
  const modalities = objectOf(request['generationConfig'])['responseModalities'];
  return Array.isArray(modalities) && modalities.includes('IMAGE');
}

/** An image of a model that talks: ai.google.dev/gemini-api/docs/image-generation. */
export function generateImage(prompt: string, model: string): Answer {
  const input = tokensIn(prompt);
  const candidate = WITHHELD.test(prompt)
    ? { finishReason: 'IMAGE_SAFETY', finishMessage: 'Unable to show the generated image.' }
    : {
        content: {
          role: 'model',
          parts: [{ text: 'Here it is.' }, { inlineData: { mimeType: 'image/png', data: MADE_IMAGE } }],
        },
        finishReason: 'STOP',
      };
  return json({
    candidates: [{ ...candidate, index: 0 }],
    usageMetadata: {
      promptTokenCount: input,
      candidatesTokenCount: 1290,
      totalTokenCount: input + 1290,
      promptTokensDetails: [{ modality: 'TEXT', tokenCount: input }],
    },
    modelVersion: model,
  });
}

/** Models of Bedrock's that make images. */
export const BEDROCK_IMAGE_MODELS = /amazon\.nova-canvas|amazon\.titan-image|stability\./u;

/** A model of Bedrock's, invoked in its own format. */
export function invokeImages(request: JsonObject, model: string): Answer {
  if (model.includes('stability.')) {
    const prompt = stringOf(request['prompt']) ?? '';
    return isWithheld(prompt, 0)
      ? json({ finish_reasons: ['Filter reason: prompt'] })
      : json({ seeds: [7], finish_reasons: [null], images: [MADE_IMAGE] });
  }
  const count = numberOf(objectOf(request['imageGenerationConfig'])['numberOfImages']) ?? 1;
  const params = objectOf(request['textToImageParams'] ?? request['imageVariationParams']);
  const prompt = stringOf(params['text']) ?? '';
  const images = Array.from({ length: count }, () => MADE_IMAGE).filter((_, at) => !isWithheld(prompt, at));
  const error = 'Some of the images were blocked by our content filters.';
  if (images.length === count) return json({ images });
  return json(images.length === 0 ? { error } : { images, error });
}

function isWithheld(prompt: string, at: number): boolean {
  return WITHHELD.test(prompt) && (at === 0 || !PARTLY.test(prompt));
}
