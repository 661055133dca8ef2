import type { CallOptions } from './codec.ts';

/*
 * Images that a request names by their URLs, for providers that read none: the request is decoded, its images are fetched by whoever
 * has the right to, and it is translated with the images in their place.
 */

/** An image within a request. Plain data. */
export interface InlineImage {
  readonly mediaType: string;
  /** Base64. */
  readonly data: string;
}

/** By their URLs, as the client's words were read. */
export type InlineImages = Readonly<Record<string, InlineImage>>;

/** What came of fetching images. */
export type FetchedImages =
  | { readonly kind: 'fetched'; readonly images: InlineImages }
  | ImageUnavailable
  /** There is no room for them at the moment. */
  | { readonly kind: 'busy' };

/** One image could not be had. */
export interface ImageUnavailable {
  readonly kind: 'unavailable';
  /** Which, and why, in words for the client. */
  readonly image: string;
  readonly reason: string;
}

/** How long they are together. Characters. */
export function lengthOf(images: InlineImages = {}): number {
  return Object.values(images).reduce((sum, { data }) => sum + data.length, 0);
}

type Prompt = CallOptions['prompt'];

/** A part of a message, or of a tool's result. */
interface Part {
  readonly type: string;
  readonly mediaType?: string;
  readonly data?: unknown;
}

/** The URLs of the web by which a conversation names images that are not among those given. */
export function imageUrlsIn(prompt: Prompt, given: InlineImages): string[] {
  const urls = new Set<string>();
  withParts(prompt, (part) => {
    const url = webImageUrl(part);
    if (url !== undefined && !Object.hasOwn(given, url)) urls.add(url);
    return part;
  });
  return [...urls];
}

/** A conversation with images in place of their URLs. */
export function withInlineImages(prompt: Prompt, images: InlineImages): Prompt {
  return withParts(prompt, (part) => {
    const url = webImageUrl(part);
    const image = url === undefined || !Object.hasOwn(images, url) ? undefined : images[url];
    if (image === undefined) return part;
    return { ...part, mediaType: image.mediaType, data: { type: 'data', data: image.data } };
  });
}

function webImageUrl({ type, mediaType, data }: Part): string | undefined {
  if (type !== 'file' || mediaType?.startsWith('image') !== true) return undefined;
  const url: unknown = typeof data === 'object' && data !== null && 'url' in data ? data.url : undefined;
  return url instanceof URL && /^https?:$/u.test(url.protocol) ? url.href : undefined;
}

/** What people say, and what tools give back, is all that may hold images. */
function withParts(prompt: Prompt, change: <Each extends Part>(part: Each) => Each): Prompt {
  return prompt.map((message) => {
    switch (message.role) {
      case 'user':
        return { ...message, content: message.content.map(change) };
      case 'tool':
        return {
          ...message,
          content: message.content.map((part) =>
            part.type === 'tool-result' && part.output.type === 'content'
              ? { ...part, output: { ...part.output, value: part.output.value.map(change) } }
              : part,
          ),
        };
      case 'assistant':
      case 'system':
        return message;
    }
  });
}
