import type { Agent } from 'undici';
import type { ProviderConfig } from '../../config/schema/schema.ts';
import type { Call } from '../../dialects/operations/call.ts';
import type { FetchedImages, InlineImage } from '../../translate/inline-images.ts';
import { fetchImage } from './fetch-image.ts';
import type { FetchedImage } from './fetch-image.ts';
import { guardedAgent } from './guarded-agent.ts';
import { imageHosts } from './image-hosts.ts';
import type { ImageHosts } from './image-hosts.ts';

/** Images of one request that are fetched. */
const MAX_IMAGES = 20;
/** Bytes of one. */
const MAX_IMAGE_BYTES = 20 * 1024 * 1024;
/** Bytes of all of them together. */
const MAX_ALL_BYTES = 48 * 1024 * 1024;
/** For all of them. Milliseconds. */
const FETCH_MS = 20_000;
/** Of one request, at a time. */
const MAX_AT_ONCE = 4;

/** Fetches images that a call names by their URLs, for a provider that cannot. */
export type ImageFetcher = (urls: readonly string[], call: FetchingCall) => Promise<FetchedImages>;

type FetchingCall = Pick<Call, 'signal' | 'memory'>;

/**
 * What was fetched for a request, by who may be asked: another provider, or the same one once more, does not fetch it again. A
 * request has one signal, however often its call is copied.
 */
const fetched = new WeakMap<AbortSignal, Map<string, Promise<FetchedImages>>>();

/** Makes the fetcher of a provider; undefined where its configuration wants none. */
export function imageFetcher({
  inlineImageUrls,
  inlineImageHosts = [],
}: ProviderConfig): ImageFetcher | undefined {
  if (inlineImageUrls !== true) return undefined;
  const hosts = imageHosts(inlineImageHosts);
  let agent: Agent | undefined;
  const rules = JSON.stringify(inlineImageHosts);
  return (urls, call) => {
    const known = fetched.get(call.signal) ?? new Map<string, Promise<FetchedImages>>();
    fetched.set(call.signal, known);
    const wanted = [...new Set(urls)];
    const name = JSON.stringify([rules, ...wanted]);
    const pending = known.get(name) ?? fetchAll(wanted, call, hosts, (agent ??= guardedAgent(hosts)));
    known.set(name, pending);
    return pending;
  };
}

async function fetchAll(
  urls: readonly string[],
  { signal, memory }: FetchingCall,
  hosts: ImageHosts,
  agent: Agent,
): Promise<FetchedImages> {
  const tooMany = urls[MAX_IMAGES];
  if (tooMany !== undefined)
    return unavailable(tooMany, `no more than ${MAX_IMAGES} are fetched for one request`);
  let bytes = 0;
  let held = 0;
  let isBusy = false;
  const onBytes = (length: number): string | undefined => {
    bytes += length;
    // They are kept in base64.
    const longer = Math.ceil((length * 4) / 3);
    held += longer;
    isBusy ||= memory?.hold(longer) === false;
    if (isBusy) return 'the gateway is busy';
    return bytes > MAX_ALL_BYTES ? `all images together are larger than ${MAX_ALL_BYTES} bytes` : undefined;
  };
  const given = new AbortController();
  const fetch = {
    hosts,
    agent,
    signal: AbortSignal.any([signal, given.signal, AbortSignal.timeout(FETCH_MS)]),
    maxBytes: MAX_IMAGE_BYTES,
    onBytes,
  };
  const images = new Map<string, InlineImage>();
  const failed = await firstFailure(urls, async (url) => {
    const image = await fetchImage(url, fetch);
    if (!('trouble' in image)) images.set(url, inline(image));
    return 'trouble' in image ? image.trouble : undefined;
  });
  // The others are not wanted any more.
  given.abort();
  if (isBusy || failed !== undefined) memory?.release(held);
  if (isBusy) return { kind: 'busy' };
  if (failed !== undefined) return unavailable(failed.url, failed.trouble);
  return { kind: 'fetched', images: Object.fromEntries(images) };
}

interface Failure {
  readonly url: string;
  readonly trouble: string;
}

/** Fetches a few at a time, until one fails. */
async function firstFailure(
  urls: readonly string[],
  fetchOne: (url: string) => Promise<string | undefined>,
): Promise<Failure | undefined> {
  const left = [...urls];
  let failure: Failure | undefined;
  const work = async (): Promise<void> => {
    for (let url = left.shift(); url !== undefined && failure === undefined; url = left.shift()) {
      const trouble = await fetchOne(url);
      if (trouble !== undefined) failure ??= { url, trouble };
    }
  };
  await Promise.all(Array.from({ length: MAX_AT_ONCE }, work));
  return failure;
}

function inline({ mediaType, bytes }: Exclude<FetchedImage, { readonly trouble: string }>): InlineImage {
  return { mediaType, data: bytes.toString('base64') };
}

/** The client's own URL, without what may be a credential in it. */
function unavailable(url: string, reason: string): FetchedImages {
  const parsed = URL.parse(url);
  return { kind: 'unavailable', image: parsed === null ? '' : parsed.origin + parsed.pathname, reason };
}
