import type { Socket } from 'node:net';

const CONTINUE = Buffer.from('HTTP/1.1 100');
/** Offset of the first digit of the status, which alone tells nearly every response. */
const STATUS_AT = CONTINUE.indexOf('100');
const END_OF_HEAD = '\r\n\r\n';
/** A longer head is left to the parser to refuse. Bytes. */
const MAX_HEAD_BYTES = 8192;
/** Skipped before one response: a bound on a server that sends nothing else. */
const MAX_SKIPPED = 1024;

/**
 * Takes `100 Continue` out of what a connection reads before a response. Some servers send it for every request with a
 * body, without `Expect`, and a client has to skip it (RFC 9110, 15.2); undici breaks the connection instead, under a
 * request that the provider is working on. Costs one comparison at the beginning of each response.
 */
export class UnsolicitedContinue {
  #awaitsHead = false;
  #held: Buffer | undefined;
  #skipped = 0;

  /** A request is about to leave: what is read next is the beginning of its response. */
  expectResponse(): void {
    this.#awaitsHead = true;
    this.#held = undefined;
    this.#skipped = 0;
  }

  /** Filters what is read from this socket from now on. */
  attach(socket: Socket): void {
    const read = socket.read.bind(socket);
    socket.read = (size?: number): unknown => {
      for (;;) {
        const chunk: unknown = read(size);
        if (!this.#awaitsHead || !Buffer.isBuffer(chunk)) return chunk;
        if (
          this.#held === undefined &&
          chunk.length > STATUS_AT &&
          chunk[STATUS_AT] !== CONTINUE[STATUS_AT]
        ) {
          this.#awaitsHead = false;
          return chunk;
        }
        const rest = this.#skip(chunk);
        if (rest !== undefined) return rest;
      }
    };
  }

  /** @returns what follows; undefined where there is nothing to be parsed yet */
  #skip(chunk: Buffer): Buffer | undefined {
    let bytes = this.#held === undefined ? chunk : Buffer.concat([this.#held, chunk]);
    this.#held = undefined;
    while (bytes.subarray(0, CONTINUE.length).equals(CONTINUE.subarray(0, bytes.length))) {
      const end = bytes.indexOf(END_OF_HEAD);
      if (end < 0 && bytes.length <= MAX_HEAD_BYTES) {
        if (bytes.length > 0) this.#held = bytes;
        return undefined;
      }
      if (end < 0 || ++this.#skipped > MAX_SKIPPED) break;
      bytes = bytes.subarray(end + END_OF_HEAD.length);
    }
    this.#awaitsHead = false;
    return bytes;
  }
}
