import type { Call } from '../../dialects/operations/call.ts';
import type { KlingTaskType } from '../../dialects/operations/vendors/kling.ts';
import { asObject } from '../../base/json.ts';
import { rawHeader } from '../../base/raw-headers.ts';
import { appendMember, removeMembers } from '../../dialects/scan/json-edit.ts';
import { memberStarts } from '../../dialects/scan/json-rewrite.ts';
import { bomEnd, spaceEnd, valueEnd } from '../../dialects/scan/json-walk.ts';
import { NotExpressible } from '../../translate/codec.ts';

/** A request for a video as Kling takes it. */
export interface KlingRequest {
  readonly type: KlingTaskType;
  readonly body: Buffer;
}

/** Any of these makes a video from an image, as in the Higress plugin. */
const IMAGE_FIELDS = [
  'image',
  'image_url',
  'image_urls',
  'images',
  'image_tail',
  'image_tail_url',
  'input_image',
  'first_frame_image',
  'last_frame_image',
];

/** OpenAI's fields that Kling has under other names: platform.openai.com/docs/api-reference/videos/create. */
const OPENAI_FIELDS = ['model', 'seconds', 'size', 'input_reference'];

/**
 * A client's request for a video, in OpenAI's words, in Kling's or in both, as Kling's: every field that is not OpenAI's own
 * stays as it is. What it makes a video from says which task that is.
 * @param body - JSON
 * @param mapModel - Kling's name for the model that the request names
 */
export function klingRequest(body: Buffer, mapModel: (model: string) => string): KlingRequest {
  const written = new Members(body);
  const named = written.textOf('model_name');
  const mapped = mapIfAny(written.textOf('model') ?? named, mapModel);
  const hasModel = mapped !== undefined && (written.has('model') || mapped !== named);
  const reference = written.valueOf('input_reference');
  const image = reference === undefined ? undefined : imageOf(reference);
  const hasImage = image !== undefined || IMAGE_FIELDS.some((name) => written.has(name));
  const type = hasImage ? 'image2video' : 'text2video';
  const added = {
    ...(hasModel && { model_name: mapped }),
    ...(!written.has('duration') && durationOf(written.valueOf('seconds'), mapped)),
    // A video has the format of the image that it is made from.
    ...(!hasImage && !written.has('aspect_ratio') && formatOf(written.textOf('size'))),
    ...(image !== undefined && !written.has('image') && { image }),
  };
  const bare = removeMembers(body, [...OPENAI_FIELDS, ...(hasModel ? ['model_name'] : [])]);
  const members = JSON.stringify(added).slice(1, -1);
  return { type, body: members === '' ? bare : appendMember(bare, Buffer.from(members)) };
}

function mapIfAny(model: string | undefined, mapModel: (model: string) => string): string | undefined {
  return model === undefined ? undefined : mapModel(model);
}

/** Members of a JSON object that may hold megabytes, so that only a few of them are read. */
class Members {
  readonly #body: Buffer;
  readonly #starts: ReadonlyMap<string, number>;

  constructor(body: Buffer) {
    this.#body = body;
    this.#starts = memberStarts(body, spaceEnd(body, bomEnd(body, 0)));
  }

  /** Whether it has a value that is not null. */
  has(name: string): boolean {
    const start = this.#starts.get(name);
    return start !== undefined && this.#body[start] !== LOWER_N;
  }

  valueOf(name: string): unknown {
    const start = this.#starts.get(name);
    if (start === undefined) return undefined;
    const value: unknown = JSON.parse(this.#body.toString('utf8', start, valueEnd(this.#body, start)));
    return value ?? undefined;
  }

  textOf(name: string): string | undefined {
    const value = this.valueOf(name);
    return typeof value === 'string' ? value : undefined;
  }
}

const LOWER_N = 0x6e;

/** Kling's videos take 5 or 10 seconds, those of `kling-v3` 3 to 15: what comes nearest to OpenAI's 4, 8 or 12. */
function durationOf(seconds: unknown, model = ''): { readonly duration: string } | undefined {
  if (seconds === undefined) return undefined;
  const asked = Number(seconds);
  if (!(asked > 0)) throw new NotExpressible('its seconds are no number');
  const takesAny = model.startsWith('kling-v3');
  const duration = takesAny ? Math.min(Math.max(Math.round(asked), 3), 15) : asked > 7.5 ? 10 : 5;
  return { duration: String(duration) };
}

/** Kling has formats in the place of sizes. */
function formatOf(size: string | undefined): { readonly aspect_ratio: string } | undefined {
  const [, width, height] = /^(\d{1,5})x(\d{1,5})$/u.exec(size ?? '') ?? [];
  if (width === undefined) return undefined;
  const isWide = Number(width) - Number(height);
  return { aspect_ratio: isWide === 0 ? '1:1' : isWide > 0 ? '16:9' : '9:16' };
}

/** The image of OpenAI's `input_reference`: Kling takes a URL, or Base64 without what stands before it in a data URL. */
function imageOf(reference: unknown): string {
  const url = typeof reference === 'string' ? reference : asObject(reference)?.['image_url'];
  if (typeof url !== 'string') throw new NotExpressible('its input_reference is neither a file nor a URL');
  return url.replace(/^data:[^,]{0,200};base64,/u, '');
}

/** So much of a form is read: Kling takes images of 10 MB. Bytes. */
const MAX_FORM_BYTES = 16 * 1024 * 1024;

/** The body of a request for a video as JSON: OpenAI's clients send forms, where the one file is the image. */
export async function jsonBodyOf({ body, headers }: Call): Promise<Buffer> {
  if (body.kind === 'streamed')
    throw new NotExpressible('it is larger than `limits.replay`, and cannot be read as a whole');
  const contentType = rawHeader(headers, 'content-type');
  if (!/^multipart\/form-data/iu.test(contentType)) return body.bytes;
  if (body.bytes.length > MAX_FORM_BYTES)
    throw new NotExpressible(`it is a form of more than ${MAX_FORM_BYTES} bytes`);
  const bytes = new Uint8Array(body.bytes);
  const form = await new Response(bytes, { headers: { 'content-type': contentType } }).formData();
  const fields: Record<string, string> = {};
  for (const [name, value] of form) {
    if (typeof value === 'string') fields[name] = value;
    else if (value.size > 0) fields['image'] = Buffer.from(await value.arrayBuffer()).toString('base64');
  }
  return Buffer.from(JSON.stringify(fields));
}
