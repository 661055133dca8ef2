import type { ServerResponse } from 'node:http';
import { SERVER_SENT_EVENTS } from './answer.ts';
import type { Refusal } from './vendor-errors/vendor-errors.ts';

type Headers = Readonly<Record<string, string>>;

/** Writes one answer: to its connection, with the headers that every answer carries. */
export class ResponseWriter {
  readonly #response: ServerResponse;
  readonly #headers: (elapsedMs: number) => Headers;
  readonly #startedAt = performance.now();
  #brokeOff = false;

  /** @param headers what every answer carries, given how long it took to come so far */
  constructor(response: ServerResponse, headers: (elapsedMs: number) => Headers) {
    this.#response = response;
    this.#headers = headers;
  }

  /** Whether the connection was broken off on purpose: the client did not go away by itself. */
  get brokeOff(): boolean {
    return this.#brokeOff;
  }

  /** Sends a whole answer at once. */
  answer(status: number, headers: Headers, body: string | Buffer): void {
    if (this.#closed) return;
    const length = String(Buffer.byteLength(body));
    this.#response.writeHead(status, { ...this.#usualHeaders(), 'content-length': length, ...headers });
    this.#response.end(body);
  }

  /** Sends a whole answer as JSON. */
  answerJson(status: number, value: unknown, headers: Headers = {}): void {
    this.answer(status, { 'content-type': 'application/json', ...headers }, JSON.stringify(value));
  }

  /** Sends a whole error. */
  refuse({ status, body, headers }: Refusal): void {
    this.answerJson(status, body, headers);
  }

  /** Begins a 200 whose body follows in pieces; it leaves with the first of them, or by `flush`. */
  begin(contentType: string): void {
    if (this.#closed) return;
    const caching = contentType === SERVER_SENT_EVENTS ? { 'cache-control': 'no-cache' } : {};
    this.#response.writeHead(200, { ...this.#usualHeaders(), 'content-type': contentType, ...caching });
  }

  /** Sends the head without waiting for a body. */
  flush(): void {
    if (!this.#closed) this.#response.flushHeaders();
  }

  /** Sends a piece of the body; resolves when there is room for more, or nobody to send it to. */
  async write(piece: string | Buffer): Promise<void> {
    if (this.#closed || this.#response.write(piece)) return;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        this.#response.off('drain', done).off('close', done);
        resolve();
      };
      this.#response.on('drain', done).on('close', done);
    });
  }

  /** Ends a body in order. */
  end(): void {
    if (!this.#closed) this.#response.end();
  }

  /** Waits, at most until the connection closes. */
  async wait(delayMs: number): Promise<void> {
    if (delayMs <= 0 || this.#closed) return;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.#response.off('close', done);
        resolve();
      };
      const timer = setTimeout(done, delayMs);
      this.#response.on('close', done);
    });
  }

  /** Breaks the connection once what was written has left: by a reset (RST), or by closing it early (FIN). */
  async breakOff(by: 'reset' | 'close'): Promise<void> {
    const { socket } = this.#response;
    if (this.#closed || socket === null) return;
    this.#brokeOff = true;
    if (this.#response.headersSent) this.#response.flushHeaders();
    // A reset throws away what the kernel has not been given yet. This empty write is called back after
    // all that stand before it.
    await new Promise<void>((resolve) => {
      socket.write('', () => {
        resolve();
      });
    });
    if (by === 'reset') socket.resetAndDestroy();
    else socket.destroySoon();
  }

  get #closed(): boolean {
    return this.#response.destroyed;
  }

  #usualHeaders(): Headers {
    return this.#headers(Math.round(performance.now() - this.#startedAt));
  }
}
