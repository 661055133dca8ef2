import type { IncomingMessage } from 'node:http';

/**
 * Reads a whole body.
 * @returns `too-large` as soon as it is over the limit; `gone` where the client left before its end
 */
export function readBody(
  request: IncomingMessage,
  limitBytes: number,
): Promise<Buffer | 'too-large' | 'gone'> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > limitBytes) resolve('too-large');
      else chunks.push(chunk);
    });
    request.once('end', () => {
      resolve(Buffer.concat(chunks, bytes));
    });
    // An error here is the client's connection breaking off: the same as its closing.
    request.once('error', () => {
      resolve('gone');
    });
    request.once('close', () => {
      resolve('gone');
    });
  });
}
