import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher } from 'undici';
import { imageTypeOf } from '../../translate/images/image-type.ts';
import { headerText } from '../../upstream/exchange.ts';
import type { ImageHosts } from './image-hosts.ts';

/** Servers that an image may lead to, beside the first. */
const MAX_REDIRECTS = 3;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
/** Stores call whatever they keep so. */
const ANY_TYPE = /^(?:application|binary)\/octet-stream\b/iu;

/** An image as it was fetched, or why not, in words for the client. */
export type FetchedImage =
  { readonly mediaType: string; readonly bytes: Buffer } | { readonly trouble: string };

/** What one fetch needs. */
export interface ImageFetch {
  readonly hosts: ImageHosts;
  readonly agent: Dispatcher;
  /** Ends it. */
  readonly signal: AbortSignal;
  /** Bytes. */
  readonly maxBytes: number;
  /** Counts bytes that have come. @returns why no more may come */
  readonly onBytes: (length: number) => string | undefined;
}

/** That a host has no address, one that is not asked, or none that answers looks the same: clients cannot explore a network. */
const UNREACHABLE = 'its server cannot be reached';

/**
 * Fetches an image. Nothing of the client goes along: no header, credential or cookie. Never rejects, but for mistakes of the
 * program.
 */
export async function fetchImage(written: string, fetch: ImageFetch): Promise<FetchedImage> {
  let url = URL.parse(written);
  for (let hops = 0; hops <= MAX_REDIRECTS; hops++) {
    if (url === null) return { trouble: 'it is no URL' };
    const trouble = fetch.hosts.refusalOf(url);
    if (trouble !== undefined) return { trouble: hops === 0 ? trouble : `it leads elsewhere: ${trouble}` };
    const result = await ask(url, fetch);
    if (!('location' in result)) return result;
    url = URL.parse(result.location, url.href);
  }
  return { trouble: `it leads elsewhere more than ${MAX_REDIRECTS} times` };
}

async function ask(url: URL, fetch: ImageFetch): Promise<FetchedImage | { readonly location: string }> {
  try {
    const { request } = await import('undici');
    const { statusCode, headers, body } = await request(url, {
      dispatcher: fetch.agent,
      signal: fetch.signal,
      headers: { accept: 'image/*', 'accept-encoding': 'identity', 'user-agent': 'sparekey' },
    });
    // It is destroyed wherever it is not read to its end.
    body.on('error', () => undefined);
    const location = headerText(headers['location']);
    if (REDIRECTS.has(statusCode) && location !== '') {
      body.destroy();
      return { location };
    }
    const trouble = troubleOf(statusCode, headers, fetch.maxBytes);
    if (trouble === undefined) return await readImage(body, fetch);
    body.destroy();
    return { trouble };
  } catch (error) {
    return { trouble: isTimeout(error) ? 'its server took too long' : UNREACHABLE };
  }
}

function isTimeout(error: unknown): boolean {
  return error instanceof Error && error.name === 'TimeoutError';
}

function troubleOf(status: number, headers: IncomingHttpHeaders, maxBytes: number): string | undefined {
  if (status !== 200) return `its server answered ${status}`;
  const encoding = headerText(headers['content-encoding']).toLowerCase();
  if (encoding !== '' && encoding !== 'identity') return 'it came compressed';
  const type = headerText(headers['content-type']);
  if (type !== '' && !/^image\//iu.test(type) && !ANY_TYPE.test(type)) return NO_IMAGE;
  return Number(headers['content-length'] ?? 0) > maxBytes ? tooLarge(maxBytes) : undefined;
}

const NO_IMAGE = 'it is no image of a type that is known';

function tooLarge(maxBytes: number): string {
  return `it is larger than ${maxBytes} bytes`;
}

/** Read to its end, its type is what its bytes say. */
async function readImage(
  body: AsyncIterable<Buffer>,
  { maxBytes, onBytes }: ImageFetch,
): Promise<FetchedImage> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of body) {
    length += chunk.length;
    if (length > maxBytes) return { trouble: tooLarge(maxBytes) };
    const trouble = onBytes(chunk.length);
    if (trouble !== undefined) return { trouble };
    chunks.push(chunk);
  }
  const bytes = Buffer.concat(chunks);
  const mediaType = imageTypeOf(bytes);
  return mediaType === undefined ? { trouble: NO_IMAGE } : { mediaType, bytes };
}
