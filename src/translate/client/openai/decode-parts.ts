import { asObject } from '../../../base/json.ts';
import type { Json } from '../../../base/json.ts';
import type { SharedV4ProviderOptions } from '@ai-sdk/provider';
import { NotExpressible } from '../../codec.ts';
import {
  cacheControlOf,
  describeWord,
  fileOf,
  requireObject,
  requireText,
  textOf,
  typeByName,
} from '../fields.ts';
import type { ToolOutput, UserContent } from '../fields.ts';

/** A part of a user's message, as chats have it. */
export function userPart(part: Json, where: string): UserContent[number] {
  switch (part['type']) {
    case 'text':
      return { type: 'text', text: requireText(part['text'], `a text of ${where}`), ...cacheControlOf(part) };
    case 'image_url': {
      const image = asObject(part['image_url']) ?? { url: part['image_url'] };
      return imagePart(requireText(image['url'], `an image of ${where}`), image['detail'], part);
    }
    case 'input_audio':
      return audioPart(requireObject(part['input_audio'], `an audio of ${where}`), part, where);
    case 'file':
      return filePart(requireObject(part['file'], `a file of ${where}`), part);
    default:
      throw unknownPart(part, where);
  }
}

/** An audio by its data and format. */
export function audioPart(audio: Json, part: Json, where: string): UserContent[number] {
  const format = requireText(audio['format'], `the format of an audio of ${where}`);
  const mediaType = typeByName(`.${format}`) ?? `audio/${format}`;
  const data = requireText(audio['data'], `an audio of ${where}`);
  return { type: 'file', mediaType, data: { type: 'data', data }, ...cacheControlOf(part) };
}

/** An image by its URL, with its `detail`. */
export function imagePart(url: string, detail: unknown, part: Json): UserContent[number] {
  const marks = cacheControlOf(part).providerOptions;
  const imageDetail = textOf(detail);
  const options: SharedV4ProviderOptions = {
    ...marks,
    ...(imageDetail !== undefined && { openai: { imageDetail } }),
  };
  return {
    type: 'file',
    ...fileOf(url, 'image/*'),
    ...(Object.keys(options).length > 0 && { providerOptions: options }),
  };
}

/** A file by its data or its URL. An id means nothing to another provider. */
export function filePart(file: Json, part: Json): UserContent[number] {
  const url = textOf(file['file_data']) ?? textOf(file['file_url']);
  if (url === undefined)
    throw new NotExpressible('a file is named by an id, which means nothing to another provider');
  const filename = textOf(file['filename']);
  const fallbackType = typeByName(filename ?? '') ?? 'application/pdf';
  const whole = url.startsWith('data:') || file['file_data'] === undefined;
  return {
    type: 'file',
    ...fileOf(whole ? url : `data:${fallbackType};base64,${url}`, fallbackType),
    ...(filename !== undefined && { filename }),
    ...cacheControlOf(part),
  };
}

/** The refusal of a part. */
export function unknownPart(part: Json, where: string): NotExpressible {
  return new NotExpressible(`${where} holds a part of type ${describeWord(part['type'])}`);
}

/** A tool's result in parts: one text where all of them are text. */
export function partsOutput(parts: UserContent): ToolOutput {
  const texts = parts.flatMap((part) => (part.type === 'text' ? [part.text] : []));
  if (texts.length === parts.length) return { type: 'text', value: texts.join('\n') };
  return {
    type: 'content',
    value: parts.map((part) =>
      part.type === 'text' ? { type: 'text', text: part.text } : { ...part, type: 'file' as const },
    ),
  };
}
