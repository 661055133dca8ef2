import type { Socket } from 'node:net';

const CONTINUE = Buffer.from('HTTP/1.1 100');
/** Where the first digit of the status stands: it alone tells nearly every answer. */
const STATUS_AT = CONTINUE.indexOf('100');
const END_OF_HEAD = '\r\n\r\n';
/** A longer one is for the parser to refuse. Bytes. */
const MAX_HEAD_BYTES = 8192;
/** More of them before one answer are no sign that there will be one. */
const MAX_SKIPPED = 1024;

/**
 * Takes `100 Continue` out of what a connection reads before an answer. Some servers send it to whoever has a body to
 * send, asked or not, and a client has to pass it over (RFC 9110, 15.2); undici breaks the connection instead, under a
 * request that the provider is working on. Costs one look at the beginning of each answer.
 */
export class UnsolicitedContinue {
  #awaitsHead = false;
  #held: Buffer | undefined;
  #passedOver = 0;

  /** A request is about to leave: what is read next is the beginning of its answer. */
  expectAnswer(): void {
    this.#awaitsHead = true;
    this.#held = undefined;
    this.#passedOver = 0;
  }

  /** Reads this connection from now on, instead of what it had read before. */
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
        const rest = this.#passOver(chunk);
        if (rest !== undefined) return rest;
      }
    };
  }

  /** @returns undefined where there is nothing to be parsed yet */
  #passOver(chunk: Buffer): Buffer | undefined {
    let bytes = this.#held === undefined ? chunk : Buffer.concat([this.#held, chunk]);
    this.#held = undefined;
    while (bytes.subarray(0, CONTINUE.length).equals(CONTINUE.subarray(0, bytes.length))) {
      const end = bytes.indexOf(END_OF_HEAD);
      if (end < 0 && bytes.length <= MAX_HEAD_BYTES) {
        if (bytes.length > 0) this.#held = bytes;
        return undefined;
      }
      if (end < 0 || ++this.#passedOver > MAX_SKIPPED) break;
      bytes = bytes.subarray(end + END_OF_HEAD.length);
    }
    this.#awaitsHead = false;
    return bytes;
  }
}
