import { walkForm } from '../../dialects/scan/form-scan.ts';
import type { Json } from '../../base/json.ts';
import { NotExpressible } from '../codec.ts';
import { imageTypeOf } from './image-type.ts';

/** `image`, and `image[]` where there are several; so with masks. */
const IMAGE_FIELD = /^(image|mask)(?:\[\d*\])?$/u;
/** What is no image is no longer. Bytes. */
const MAX_FIELD_BYTES = 1024 * 1024;

/**
 * A form of OpenAI's images as the JSON that says the same: images are `data:` URLs in `image` and `mask`, all else is
 * text. platform.openai.com/docs/api-reference/images/createEdit. Throws `NotExpressible`.
 * @param contentType of the request: it names the boundary
 */
export function readImageForm(body: Buffer, contentType: string): Json {
  const texts = new Map<string, string>();
  const images = new Map<string, string[]>();
  const end = walkForm(body, contentType, ({ name, headers, start, end: stop }) => {
    if (name === undefined || name === '') return;
    const content = body.subarray(start, stop);
    const field = IMAGE_FIELD.exec(name)?.[1];
    if (field === undefined) texts.set(name, fieldText(name, content));
    else if (content.length > 0)
      images.set(field, [...(images.get(field) ?? []), imageUrl(content, headers)]);
  });
  if (end !== 'whole') throw new NotExpressible('its form is not whole');
  return Object.fromEntries<unknown>([...texts, ...images]);
}

function fieldText(name: string, content: Buffer): string {
  if (content.length > MAX_FIELD_BYTES)
    throw new NotExpressible(`its field "${name.slice(0, 64)}" is too long`);
  return content.toString();
}

/** Some clients write where an image is in its place, as the Higress plugin has it. */
function imageUrl(content: Buffer, headers: string): string {
  const isUrl = /^(?:data:|https?:)/iu.test(content.toString('latin1', 0, 6));
  return isUrl ? content.toString() : dataUrlOf(content, headers);
}

/** The type is what the bytes say, where that is known. */
function dataUrlOf(content: Buffer, headers: string): string {
  const [, declared] = /^content-type[ \t]*:[ \t]*(image\/[\w.+-]+)/imu.exec(headers) ?? [];
  const type = imageTypeOf(content) ?? declared?.toLowerCase() ?? 'application/octet-stream';
  return `data:${type};base64,${content.toString('base64')}`;
}
