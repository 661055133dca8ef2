import type { SseScanner } from '../../src/dialects/scan/sse-scanner.ts';
import type { ResponseWatch } from '../../src/upstream/response-watch.ts';

/** A text cut at the given places. */
export function cutAt(bytes: Buffer, places: readonly number[]): Buffer[] {
  const sorted = [...new Set([0, ...places, bytes.length])].toSorted((a, b) => a - b);
  return sorted.slice(1).map((end, index) => bytes.subarray(sorted[index], end));
}

/** Every way to cut once, and the one that cuts everywhere. */
export function everyCut(bytes: Buffer): Buffer[][] {
  const once = Array.from(bytes, (_, place) => cutAt(bytes, [place]));
  return [...once, Array.from(bytes, (_, at) => bytes.subarray(at, at + 1))];
}

/**
 * Reads chunks and returns the absolute offsets of the boundaries, each once. Chunks are overwritten after they were read:
 * a reader may not keep them.
 */
export function boundariesOf(reader: SseScanner | ResponseWatch, chunks: readonly Buffer[]): number[] {
  const boundaries = new Set<number>();
  let offset = 0;
  for (const chunk of chunks) {
    const lent = Buffer.from(chunk);
    const boundary = reader.read(lent);
    if (boundary > 0) boundaries.add(offset + boundary);
    offset += chunk.length;
    lent.fill(0);
  }
  reader.end();
  return [...boundaries];
}
