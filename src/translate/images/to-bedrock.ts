import { itemsOf } from '../../base/json.ts';
import type { Json } from '../../base/json.ts';
import { bedrockImageModel } from '../../catalog/models/image-models.ts';
import { invokeModel } from '../../dialects/operations/bedrock.ts';
import { definedOnly, textOf } from '../client/fields.ts';
import { NotExpressible } from '../codec.ts';
import type { ResponseContext } from '../codec.ts';
import { targetOf } from '../target.ts';
import type { WholeRequest, WholeTranslation } from '../whole-translation.ts';
import { fitSize, nearestSize } from './image-size.ts';
import type { ImageSize } from './image-size.ts';
import { blockedImages, decodeImages, encodeImages } from './openai-images.ts';
import type { ImagesRequest } from './openai-images.ts';
import { TITAN_SIZES } from './titan-sizes.ts';

/*
 * OpenAI's images by the models on Bedrock that make some, each invoked in its own format: Amazon's Nova Canvas and Titan,
 * and Stability's.
 */

/** New images. */
export const imagesToBedrock: WholeTranslation = {
  translateRequest: (body, model) => {
    const facts = imageModel(model);
    const request = decodeImages(body, { ...facts, takesImages: false });
    if (request.prompt === '') throw new NotExpressible('it has no `prompt`');
    if (facts.api === 'stability') return requestTo(model, stabilityBody(request, facts), request);
    const params = { taskType: 'TEXT_IMAGE', textToImageParams: { text: request.prompt } };
    return requestTo(model, { ...params, imageGenerationConfig: amazonConfig(request, facts.api) }, request);
  },
  translateResponse,
};

/** Variations of an image. */
export const variationsToBedrock: WholeTranslation = {
  translateRequest: (body, model) => {
    const facts = imageModel(model);
    const request = decodeImages(body, facts);
    if (request.images.length === 0) throw new NotExpressible('it has no `image`');
    const imageVariationParams = {
      images: request.images.map(({ data }) => {
        if (data === undefined)
          throw new NotExpressible('an image of it is named by its URL; send the image itself');
        return data;
      }),
      ...(request.prompt !== '' && { text: request.prompt }),
    };
    const params = { taskType: 'IMAGE_VARIATION', imageVariationParams };
    return requestTo(model, { ...params, imageGenerationConfig: amazonConfig(request, facts.api) }, request);
  },
  translateResponse,
};

function imageModel(model: string): NonNullable<ReturnType<typeof bedrockImageModel>> {
  const facts = bedrockImageModel(model);
  if (facts === undefined)
    throw new NotExpressible(
      'Bedrock’s models for images are known here of Nova Canvas, Titan and Stability alone',
    );
  return facts;
}

/** Amazon's models write PNG alone, and Stability's name no quality of compression. */
function requestTo(
  model: string,
  body: object,
  { format, compression, dropped }: ImagesRequest,
): WholeRequest {
  if (compression !== undefined) dropped.add('output_compression');
  if (format !== undefined && format !== 'png' && !('output_format' in body)) dropped.add('output_format');
  return { target: targetOf(invokeModel, model), body, dropped: [...dropped] };
}

/** docs.aws.amazon.com/nova/latest/userguide/image-gen-req-resp-structure.html */
function amazonConfig(request: ImagesRequest, api: string): object {
  const { size, count, dropped } = request;
  const fitted = size && (api === 'titan' ? nearestSize(TITAN_SIZES, size) : novaSize(size));
  if (fitted?.width !== size?.width || fitted?.height !== size?.height) dropped.add('size');
  return { numberOfImages: count, ...fitted, ...definedOnly({ quality: qualityOf(request) }) };
}

/** The sides of Nova's images are from 320 to 4,096 pixels, by 16. How much they may be together Nova says itself. */
function novaSize({ width, height }: ImageSize): ImageSize {
  return { width: novaSide(width), height: novaSide(height) };
}

function novaSide(pixels: number): number {
  return Math.min(4096, Math.max(320, Math.round(pixels / 16) * 16));
}

/** Two words for OpenAI's five; Amazon's own are taken too. */
function qualityOf({ quality, dropped }: ImagesRequest): string | undefined {
  switch (quality) {
    case undefined:
      return undefined;
    case 'hd':
    case 'high':
    case 'premium':
      return 'premium';
    case 'low':
    case 'medium':
    case 'standard':
      return 'standard';
    default:
      dropped.add('quality');
      return undefined;
  }
}

/** docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-diffusion-3-5-large.html: one image, PNG or JPEG. */
function stabilityBody(request: ImagesRequest, facts: Parameters<typeof fitSize>[1]): object {
  const { prompt, size, format, quality, dropped } = request;
  if (quality !== undefined) dropped.add('quality');
  const fitted = size && fitSize(size, facts);
  if (fitted?.isNear === false) dropped.add('size');
  return {
    prompt,
    ...definedOnly({
      aspect_ratio: fitted?.ratio,
      output_format: format === 'webp' ? undefined : format,
    }),
  };
}

/**
 * Amazon's `error` tells of images that its policy withheld, of all or of some. Stability has a reason for each, which is null
 * for an image; one that says that the model failed makes no answer.
 */
function translateResponse(answer: Json, context: ResponseContext): object | undefined {
  const images = itemsOf(answer['images']).flatMap((data) => textOf(data) ?? []);
  if (images.length > 0)
    return encodeImages(
      images.map((data) => ({ data })),
      context,
    );
  const reasons = itemsOf(answer['finish_reasons']).flatMap((reason) => textOf(reason) ?? []);
  const filtered = reasons.find((reason) => reason.startsWith('Filter reason'));
  const reason = filtered ?? textOf(answer['error']);
  if (reason === undefined) return undefined;
  throw blockedImages(reason);
}
