import { asObject, itemsOf } from '../../base/json.ts';
import type { Json } from '../../base/json.ts';
import type { ImageModel } from '../../catalog/models/image-models.ts';
import { fileOf, firstPresent } from '../client/fields.ts';
import { rightMediaType } from '../fit/fit-files.ts';
import { NotExpressible } from '../codec.ts';
import type { ResponseContext } from '../codec.ts';
import { WithheldAnswer } from '../response-translator.ts';
import { sizeOf } from './image-size.ts';
import type { ImageSize } from './image-size.ts';

/** OpenAI's request for images, decoded. platform.openai.com/docs/api-reference/images */
export interface ImagesRequest {
  /** Empty for a variation, which needs none. */
  readonly prompt: string;
  /** From 1 to what the model makes at once. */
  readonly count: number;
  readonly size: ImageSize | undefined;
  readonly quality: string | undefined;
  readonly format: ImageFormat | undefined;
  /** Percent; for JPEG and WebP. */
  readonly compression: number | undefined;
  /** What the new images are made from, in the order of the request. */
  readonly images: readonly InputImage[];
  /** Names of fields that were dropped; whoever writes the request adds what it has no words for. */
  readonly dropped: Set<string>;
}

export type ImageFormat = 'png' | 'jpeg' | 'webp';

/** An image of a request. */
export interface InputImage {
  readonly mediaType: string;
  /** Base64; absent where it is named by its URL. */
  readonly data?: string;
  readonly url?: string;
}

/** OpenAI's own bound for `n`. */
const MAX_IMAGES = 10;
/** Fields that are decoded below. */
const KNOWN: ReadonlySet<string> = new Set([
  'background',
  'image',
  'image_url',
  'images',
  'mask',
  'mask_url',
  'model',
  'n',
  'output_compression',
  'output_format',
  'partial_images',
  'prompt',
  'quality',
  'response_format',
  'size',
  'stream',
]);

/**
 * Decodes a request, be it for new images, an edit or a variation. What would be another image without it is refused: a
 * mask, a transparent background. Fewer images than were asked for are told.
 * Throws `NotExpressible`.
 */
export function decodeImages(body: Json, model: ImageModel): ImagesRequest {
  refuseUnsupported(body);
  const images = inputImages(body);
  if (images.length > 0 && !model.takesImages)
    throw new NotExpressible('its images; the model makes images of text alone');
  const dropped = new Set(Object.keys(body).filter((name) => !KNOWN.has(name) && isSaid(body[name])));
  // Nobody else keeps images for their clients to fetch.
  if (body['response_format'] === 'url') dropped.add('response_format');
  const count = countOf(body['n']);
  if (count > model.maxImages) dropped.add('n');
  const size = wordOf(body['size']);
  const measured = size === undefined ? undefined : sizeOf(size);
  if (size !== undefined && measured === undefined)
    throw new NotExpressible('its `size` is no width and height such as 1024x1024');
  const format = formatOf(body['output_format']);
  if (wordOf(body['output_format']) !== undefined && format === undefined) dropped.add('output_format');
  return {
    prompt: typeof body['prompt'] === 'string' ? body['prompt'] : '',
    count: Math.min(count, model.maxImages),
    size: measured,
    quality: wordOf(body['quality']),
    format,
    compression: numberIn(body['output_compression']),
    images,
    dropped,
  };
}

function refuseUnsupported(body: Json): void {
  if (body['stream'] === true || body['stream'] === 'true')
    throw new NotExpressible('it asks for a stream of images; the provider has none');
  if (body['background'] === 'transparent')
    throw new NotExpressible('its `background` is transparent; the provider has no such images');
  if (isSaid(firstPresent(body['mask'], body['mask_url'])))
    throw new NotExpressible('its `mask`; the provider reads none of this form');
}

/** Neither absent nor left to the provider. */
function isSaid(value: unknown): boolean {
  return value !== undefined && value !== null && value !== '' && value !== 'auto';
}

/** A word that says something: `auto` leaves it to the provider. */
function wordOf(value: unknown): string | undefined {
  return typeof value === 'string' && isSaid(value) ? value : undefined;
}

/** A number, which is text in a form. */
function numberIn(value: unknown): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

function countOf(value: unknown): number {
  if (!isSaid(value)) return 1;
  const count = numberIn(value);
  if (count === undefined || !Number.isInteger(count) || count < 1 || count > MAX_IMAGES)
    throw new NotExpressible(`its \`n\` is not a number from 1 to ${MAX_IMAGES}`);
  return count;
}

function formatOf(value: unknown): ImageFormat | undefined {
  switch (value) {
    case 'png':
    case 'jpeg':
    case 'webp':
      return value;
    case 'jpg':
      return 'jpeg';
    default:
      return undefined;
  }
}

/** In JSON an image is a text, or an object with one; there may be a list of either, under several names. */
function inputImages(body: Json): InputImage[] {
  return ['images', 'image', 'image_url']
    .flatMap((name) => (Array.isArray(body[name]) ? itemsOf(body[name]) : [body[name]]))
    .filter(isSaid)
    .map(inputImage);
}

function inputImage(value: unknown): InputImage {
  const url = urlOf(value);
  if (url === undefined) throw new NotExpressible('an image of it is neither a URL nor data');
  const { mediaType: written, data } = fileOf(url, 'image/png');
  const mediaType = rightMediaType(written);
  if (data.type === 'url') return { mediaType, url: data.url.href };
  if (data.type === 'data' && typeof data.data === 'string') return { mediaType, data: data.data };
  throw new NotExpressible('an image of it is neither a URL nor data');
}

function urlOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  const { image_url: imageUrl, url } = asObject(value) ?? {};
  const nested = asObject(imageUrl)?.['url'];
  return [imageUrl, nested, url].find((each) => typeof each === 'string');
}

/** An image that a provider made. */
export interface MadeImage {
  /** Base64. */
  readonly data: string;
  readonly revisedPrompt?: string;
}

/** What beside the images is told of them. */
export interface MadeImagesFacts {
  /** As the provider says; absent where it does not. */
  readonly mediaType?: string | undefined;
  /** In OpenAI's words; absent where the provider counts none. */
  readonly usage?: object | undefined;
}

/** OpenAI's answer. */
export function encodeImages(
  images: readonly MadeImage[],
  { acceptedAt }: ResponseContext,
  { mediaType, usage }: MadeImagesFacts = {},
): object {
  const format = mediaType?.startsWith('image/') === true ? mediaType.slice('image/'.length) : undefined;
  return {
    created: Math.floor(acceptedAt / 1000),
    data: images.map(({ data, revisedPrompt }) => ({
      b64_json: data,
      ...(revisedPrompt !== undefined && { revised_prompt: revisedPrompt }),
    })),
    ...(format !== undefined && { output_format: format }),
    ...(usage !== undefined && { usage }),
  };
}

/** Of what a provider says why it made no image, this much reaches the client. Characters. */
const MAX_REASON_LENGTH = 500;

/** The provider's filter withheld all images: OpenAI's own error for that. @param reason - in the provider's words */
export function blockedImages(reason: string | undefined): WithheldAnswer {
  const told = reason === undefined || reason === '' ? '' : `: ${reason.slice(0, MAX_REASON_LENGTH)}`;
  return new WithheldAnswer({
    status: 400,
    type: 'image_generation_user_error',
    code: 'moderation_blocked',
    message: `The images were withheld by the provider’s safety filter${told}`,
  });
}

/** The model answered, and made no image. @param words - what it said instead */
export function noImages(words: string): WithheldAnswer {
  const told = words.trim() === '' ? '' : ` It said: ${words.trim().slice(0, MAX_REASON_LENGTH)}`;
  return new WithheldAnswer({
    status: 400,
    type: 'image_generation_user_error',
    code: 'no_image_generated',
    message: `The model made no image.${told}`,
  });
}
