/** A text that is added to every chat, once it has been fetched. */
export interface ContextFile {
  readonly url: string;
  /** For the whole fetch. Milliseconds. */
  readonly timeoutMs: number;
}

/** The result of a fetch. `trouble` is shown to clients, so it names no address. */
export type Fetched = { readonly text: string } | { readonly trouble: string };

/** Bound of the file. Bytes. */
const MAX_BYTES = 4 * 1024 * 1024;

/**
 * Makes the function that gives the file's text: fetched at its first use and kept for ever; several who ask
 * meanwhile wait for one fetch. A fetch that fails gives the reason, and is made anew the next time.
 */
export function contextFile({ url, timeoutMs }: ContextFile): () => Promise<Fetched> {
  let kept: Promise<Fetched> | undefined;
  return async () => {
    const fetched = (kept ??= fetchText(url, timeoutMs));
    const result = await fetched;
    if ('trouble' in result && kept === fetched) kept = undefined;
    return result;
  };
}

async function fetchText(url: string, timeoutMs: number): Promise<Fetched> {
  try {
    const { request } = await import('undici');
    const { statusCode, body } = await request(url, { signal: AbortSignal.timeout(timeoutMs) });
    const chunks: Buffer[] = [];
    let length = 0;
    for await (const chunk of body as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      length += chunk.length;
      if (length > MAX_BYTES) return { trouble: `it is larger than ${MAX_BYTES} bytes` };
    }
    if (statusCode !== 200) return { trouble: `its server answered ${statusCode}` };
    return { text: Buffer.concat(chunks).toString() };
  } catch (error) {
    const isLate = error instanceof Error && error.name === 'TimeoutError';
    return {
      trouble: isLate ? `its server took longer than ${timeoutMs} ms` : 'its server cannot be reached',
    };
  }
}
