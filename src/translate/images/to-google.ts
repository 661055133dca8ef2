import { asObject, itemsOf, objectsOf } from '../../base/json.ts';
import type { Json } from '../../base/json.ts';
import { googleImageModel } from '../../catalog/models/image-models.ts';
import type { ImageModel } from '../../catalog/models/image-models.ts';
import { finishMeaning } from '../../dialects/finish/finish-reasons.ts';
import { operationNamed } from '../../dialects/operations/table.ts';
import { definedOnly, textOf } from '../client/fields.ts';
import { NotExpressible } from '../codec.ts';
import type { ProviderQuirks, ResponseContext } from '../codec.ts';
import { targetOf } from '../target.ts';
import type { WholeRequest, WholeTranslation } from '../whole-translation.ts';
import { fitSize } from './image-size.ts';
import { blockedImages, decodeImages, encodeImages, noImages } from './openai-images.ts';
import type { ImagesRequest } from './openai-images.ts';

/*
 * OpenAI's images by Google's models: Imagen through `:predict`, all others through `:generateContent`, at Gemini and Vertex
 * AI alike.
 */

const predict = operationNamed('gemini.predict');
const generate = operationNamed('gemini.generateContent');

/** What is asked of a model that is shown an image and told nothing. */
const VARIATION_PROMPT = 'Make a variation of this image.';

/** New images. */
export const imagesToGoogle = translation({});

/** Edits of images. */
export const editsToGoogle = translation({ needsImage: true });

/** Variations of an image, which need no prompt. */
export const variationsToGoogle = translation({ needsImage: true, defaultPrompt: VARIATION_PROMPT });

/** What sets the operations for images apart. */
interface Needs {
  readonly needsImage?: boolean;
  /** Absent: the client has to say one. */
  readonly defaultPrompt?: string;
}

function translation(needs: Needs): WholeTranslation {
  return {
    translateRequest: (body, model, quirks) => requestFor(body, model, quirks, needs),
    translateResponse,
  };
}

function requestFor(
  body: Json,
  model: string,
  quirks: ProviderQuirks,
  { needsImage = false, defaultPrompt }: Needs,
): WholeRequest {
  const facts = googleImageModel(model);
  const decoded = decodeImages(body, facts);
  if (needsImage && decoded.images.length === 0) throw new NotExpressible('it has no `image`');
  const prompt = decoded.prompt === '' ? defaultPrompt : decoded.prompt;
  if (prompt === undefined) throw new NotExpressible('it has no `prompt`');
  const request = { ...decoded, prompt };
  if (request.quality !== undefined) request.dropped.add('quality');
  const isImagen = facts.api === 'imagen';
  const written = isImagen
    ? imagenBody(request, facts)
    : geminiBody(request, facts, quirks.namesImageFormat === true);
  return {
    target: targetOf(isImagen ? predict : generate, model),
    body: written,
    dropped: [...request.dropped],
  };
}

/**
 * ai.google.dev/gemini-api/docs/imagen, cloud.google.com/vertex-ai/generative-ai/docs/model-reference/imagen-api. Its own
 * default are four images, OpenAI's is one.
 */
function imagenBody(request: ImagesRequest, facts: ImageModel): object {
  const { ratio, tier } = sizeFor(request, facts);
  const format = request.format === 'webp' ? undefined : request.format;
  if (format !== request.format) request.dropped.add('output_format');
  return {
    instances: [{ prompt: request.prompt }],
    parameters: {
      sampleCount: request.count,
      includeRaiReason: true,
      ...definedOnly({
        aspectRatio: ratio,
        sampleImageSize: tier,
        outputOptions: outputOptions(request, format),
      }),
    },
  };
}

/**
 * ai.google.dev/gemini-api/docs/image-generation, docs.cloud.google.com/vertex-ai/generative-ai/docs/model-reference/inference
 * (`ImageConfig`). Some models refuse to make an image where they may not say anything beside it.
 * @param namesFormat - of Vertex AI: Gemini's own API knows no `imageOutputOptions`
 */
function geminiBody(request: ImagesRequest, facts: ImageModel, namesFormat: boolean): object {
  const { ratio, tier } = sizeFor(request, facts);
  if (!namesFormat && request.format !== undefined && request.format !== 'png')
    request.dropped.add('output_format');
  const format = namesFormat ? request.format : undefined;
  const imageConfig = definedOnly({
    aspectRatio: ratio,
    imageSize: tier,
    imageOutputOptions: outputOptions(request, format),
  });
  const images = request.images.map(({ mediaType: mimeType, data, url }) =>
    data === undefined ? { fileData: { mimeType, fileUri: url } } : { inlineData: { mimeType, data } },
  );
  return {
    contents: [{ role: 'user', parts: [...images, { text: request.prompt }] }],
    generationConfig: {
      responseModalities: ['TEXT', 'IMAGE'],
      ...(Object.keys(imageConfig).length > 0 && { imageConfig }),
    },
  };
}

/** The smallest tier is every model's default, and not written. */
function sizeFor({ size, dropped }: ImagesRequest, facts: ImageModel): { ratio?: string; tier?: string } {
  if (size === undefined) return {};
  const { ratio, tier, isNear } = fitSize(size, facts);
  if (!isNear) dropped.add('size');
  return { ...(ratio !== undefined && { ratio }), ...(tier !== '1K' && { tier }) };
}

/** JPEG alone can be compressed to a quality. */
function outputOptions(
  { compression, dropped }: ImagesRequest,
  format: ImagesRequest['format'],
): object | undefined {
  const isCompressed = compression !== undefined && format === 'jpeg';
  if (compression !== undefined && !isCompressed) dropped.add('output_compression');
  if (format === undefined) return undefined;
  return {
    mimeType: `image/${format}`,
    ...(isCompressed && { compressionQuality: Math.round(compression) }),
  };
}

function translateResponse(answer: Json, context: ResponseContext): object | undefined {
  const isGemini = answer['candidates'] !== undefined || answer['promptFeedback'] !== undefined;
  return isGemini ? fromGemini(answer, context) : fromImagen(answer, context);
}

/** Each image that was filtered has a reason in its place; where all were, an older answer is `{}`. */
function fromImagen({ predictions }: Json, context: ResponseContext): object {
  const all = objectsOf(predictions);
  const images = all.flatMap(({ bytesBase64Encoded: data, prompt }) => {
    const revisedPrompt = textOf(prompt);
    return typeof data === 'string' ? [{ data, ...(revisedPrompt !== undefined && { revisedPrompt }) }] : [];
  });
  if (images.length === 0) {
    const reasons = all.flatMap(({ raiFilteredReason }) => textOf(raiFilteredReason) ?? []);
    throw blockedImages([...new Set(reasons)].join(' '));
  }
  return encodeImages(images, context, { mediaType: textOf(all[0]?.['mimeType']) });
}

function fromGemini(answer: Json, context: ResponseContext): object | undefined {
  const candidates = objectsOf(answer['candidates']);
  const parts = candidates
    .flatMap(({ content }) => objectsOf(asObject(content)?.['parts']))
    .filter(({ thought }) => thought !== true);
  const inline = parts.map(({ inlineData }) => asObject(inlineData)).filter((data) => data !== undefined);
  const images = inline.flatMap(({ data }) => (typeof data === 'string' ? [{ data }] : []));
  if (images.length > 0) {
    const mediaType = textOf(inline[0]?.['mimeType']);
    return encodeImages(images, context, { mediaType, usage: usageOf(asObject(answer['usageMetadata'])) });
  }
  const blockReason = textOf(asObject(answer['promptFeedback'])?.['blockReason']);
  if (blockReason !== undefined) throw blockedImages(blockReason);
  const [candidate] = candidates;
  const finishReason = textOf(candidate?.['finishReason']);
  if (finishReason === undefined) return undefined;
  if (finishMeaning(finishReason) === 'filter')
    throw blockedImages(textOf(candidate?.['finishMessage']) ?? finishReason);
  throw noImages(parts.flatMap(({ text }) => textOf(text) ?? []).join(''));
}

/** OpenAI tells tokens of text and of images in the request apart. */
function usageOf(usage: Json | undefined): object | undefined {
  if (usage === undefined) return undefined;
  const { promptTokenCount, candidatesTokenCount, thoughtsTokenCount, totalTokenCount } = usage;
  const input = tokens(promptTokenCount);
  const image = itemsOf(usage['promptTokensDetails'])
    .map((each) => asObject(each) ?? {})
    .filter(({ modality }) => modality === 'IMAGE')
    .reduce((sum, { tokenCount }) => sum + tokens(tokenCount), 0);
  return {
    input_tokens: input,
    input_tokens_details: { text_tokens: Math.max(0, input - image), image_tokens: image },
    output_tokens: tokens(candidatesTokenCount) + tokens(thoughtsTokenCount),
    total_tokens: tokens(totalTokenCount),
  };
}

function tokens(count: unknown): number {
  return typeof count === 'number' ? count : 0;
}
