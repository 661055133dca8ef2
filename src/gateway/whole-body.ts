import { ChunkBuffer } from '../base/chunk-buffer.ts';
import type { ProviderAnswer } from '../failover/answer/answer.ts';

/** All of a good answer's body, for who reads it here; undefined where it broke off or is too large. */
export async function readWholeBody({ body }: ProviderAnswer, maxBytes: number): Promise<Buffer | undefined> {
  if (body.kind === 'whole') return body.bytes;
  if (body.kind === 'upgraded') return undefined;
  const chunks = new ChunkBuffer();
  const end = await body.relay({
    write: (chunk) => {
      if (chunks.length + chunk.length > maxBytes) body.discard();
      else chunks.push(chunk);
      return true;
    },
    onDrain: (resume) => resume(),
  });
  return end.kind === 'complete' ? chunks.all() : undefined;
}
