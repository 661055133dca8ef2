import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import type { CallBody } from '../dialects/call.ts';

/** How much of a body is taken and kept, and how long it may take to come. */
export interface BodyLimits {
  /** Above it a request is refused. Bytes. */
  readonly maxBytes: number;
  /** Up to it a body is kept to be sent again. Bytes. */
  readonly replayBytes: number;
  /** The longest pause between two pieces of a body. Milliseconds. */
  readonly pauseMs: number;
}

/** What can be wrong with how a body comes. */
export type BodyTrouble = 'body_too_large' | 'request_timeout' | 'truncated_body';

export type BodyRead =
  | {
      readonly kind: 'read';
      readonly body: CallBody;
      /** All of it, or its beginning. */ readonly head: Buffer;
    }
  | { readonly kind: 'refused'; readonly code: BodyTrouble };

/**
 * Reads a request's body as far as it is kept. Of a larger one the rest is handed on as it comes; what goes
 * wrong with that is told to `onTrouble`, once.
 */
export function readBody(
  request: IncomingMessage,
  limits: BodyLimits,
  onTrouble: (code: BodyTrouble) => void,
): Promise<BodyRead> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const timer = setTimeout(() => settle({ kind: 'refused', code: 'request_timeout' }), limits.pauseMs);

    const settle = (result: BodyRead): void => {
      clearTimeout(timer);
      request.off('data', onData).off('end', onEnd).off('close', onCut);
      resolve(result);
    };
    const onData = (chunk: Buffer): void => {
      timer.refresh();
      chunks.push(chunk);
      length += chunk.length;
      if (length > limits.maxBytes) {
        request.pause();
        settle({ kind: 'refused', code: 'body_too_large' });
      } else if (length > limits.replayBytes) {
        request.pause();
        const head = Buffer.concat(chunks);
        const rest = restOf(request, length, limits, onTrouble);
        settle({
          kind: 'read',
          head,
          body: { kind: 'passing', head, rest, length: announcedLength(request) },
        });
      }
    };
    const onEnd = (): void => {
      const [first] = chunks;
      const bytes = chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks);
      settle({ kind: 'read', head: bytes, body: { kind: 'kept', bytes } });
    };
    const onCut = (): void => settle({ kind: 'refused', code: 'truncated_body' });

    request.on('data', onData).on('end', onEnd).on('close', onCut);
    // A connection that breaks is seen as its close. Nobody may be listening any more when its error comes.
    request.on('error', () => {});
  });
}

/** What comes after the part that was read, bounded and timed like it. While nobody reads, no time runs. */
function restOf(
  request: IncomingMessage,
  readBytes: number,
  limits: BodyLimits,
  onTrouble: (code: BodyTrouble) => void,
): Readable {
  let length = readBytes;
  let timer: NodeJS.Timeout | undefined;

  const rest = new Readable({
    read: () => {
      timer ??= setTimeout(() => fail('request_timeout'), limits.pauseMs);
      request.resume();
    },
  });
  const pause = (): void => {
    clearTimeout(timer);
    timer = undefined;
    request.pause();
  };
  const leave = (): void => {
    pause();
    request.off('data', onData).off('end', onEnd).off('close', onCut);
  };
  const fail = (code: BodyTrouble): void => {
    leave();
    onTrouble(code);
    rest.destroy();
  };
  const onData = (chunk: Buffer): void => {
    timer?.refresh();
    length += chunk.length;
    if (length > limits.maxBytes) fail('body_too_large');
    else if (!rest.push(chunk)) pause();
  };
  const onEnd = (): void => {
    leave();
    rest.push(null);
  };
  const onCut = (): void => fail('truncated_body');

  request.on('data', onData).on('end', onEnd).on('close', onCut);
  // Whoever sends it on ends it with an error of its own when the sending is given up.
  rest.on('error', leave).on('close', leave);
  return rest;
}

function announcedLength(request: IncomingMessage): number | undefined {
  const header = request.headers['content-length'];
  return header === undefined ? undefined : Number(header);
}
