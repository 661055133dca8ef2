import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import type { CallBody } from '../dialects/call.ts';

/** Bounds on the reading of one request's body. */
export interface BodyLimits {
  /** Above it a request is refused. Bytes. */
  readonly maxBytes: number;
  /** Up to it a body is kept to be sent again. Bytes. */
  readonly replayBytes: number;
  /** The longest pause between two pieces of a body. Milliseconds. */
  readonly pauseMs: number;
}

export type BodyRead =
  | {
      readonly kind: 'read';
      readonly body: CallBody;
      /** All of it, or its beginning. */ readonly head: Buffer;
    }
  | { readonly kind: 'refused'; readonly code: 'body_too_large' | 'request_timeout' | 'truncated_body' };

/**
 * Reads a request's body as far as it is kept. A larger one is handed on as a stream that begins with what
 * was read; one that is announced as too large is refused before it is read.
 */
export function readBody(request: IncomingMessage, limits: BodyLimits): Promise<BodyRead> {
  const announced = announcedLength(request);
  if (announced !== undefined && announced > limits.maxBytes) {
    return Promise.resolve({ kind: 'refused', code: 'body_too_large' });
  }
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const timer = setTimeout(() => settle({ kind: 'refused', code: 'request_timeout' }), limits.pauseMs);

    const settle = (result: BodyRead): void => {
      clearTimeout(timer);
      request.off('data', onData).off('end', onEnd).off('error', onCut).off('close', onCut);
      resolve(result);
    };
    const onData = (chunk: Buffer): void => {
      timer.refresh();
      chunks.push(chunk);
      length += chunk.length;
      if (length <= limits.replayBytes) return;
      request.pause();
      const head = Buffer.concat(chunks);
      settle({
        kind: 'read',
        head,
        body: { kind: 'passing', length: announced, stream: rest(head, request, limits) },
      });
    };
    const onEnd = (): void => {
      const [first] = chunks;
      const bytes = chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks);
      settle({ kind: 'read', head: bytes, body: { kind: 'kept', bytes } });
    };
    const onCut = (): void => settle({ kind: 'refused', code: 'truncated_body' });

    request.on('data', onData).on('end', onEnd).on('error', onCut).on('close', onCut);
  });
}

/** The whole body again: what was read, then what is to come. Bounded and timed like the part that was read. */
function rest(head: Buffer, request: IncomingMessage, limits: BodyLimits): Readable {
  async function* pieces(): AsyncGenerator<Buffer> {
    yield head;
    let length = head.length;
    const timer = setTimeout(() => request.destroy(new Error('the body stopped coming')), limits.pauseMs);
    try {
      for await (const chunk of request as AsyncIterable<Buffer>) {
        timer.refresh();
        length += chunk.length;
        if (length > limits.maxBytes) throw new Error('the body exceeds the limit');
        yield chunk;
      }
    } finally {
      clearTimeout(timer);
    }
  }
  return Readable.from(pieces(), { objectMode: false });
}

function announcedLength(request: IncomingMessage): number | undefined {
  const header = request.headers['content-length'];
  return header === undefined ? undefined : Number(header);
}
