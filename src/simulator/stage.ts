import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { OpenAiError } from './openai-errors.ts';

/** Where one answer is played: the connection, and the headers every answer carries. */
export class Stage {
  readonly #response: ServerResponse;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #closed = new AbortController();
  readonly #startedAt = performance.now();
  #brokeOff = false;

  constructor(response: ServerResponse, headers: Readonly<Record<string, string>>) {
    this.#response = response;
    this.#headers = headers;
    response.once('close', () => {
      this.#closed.abort();
    });
  }

  /** Whether `breakOff` was called: the client did not go away by itself. */
  get brokeOff(): boolean {
    return this.#brokeOff;
  }

  /** Whether nothing more can be sent, because either side has closed. */
  get closed(): boolean {
    return this.#response.destroyed;
  }

  /** Sends a whole answer at once. */
  answer(status: number, headers: Readonly<Record<string, string>>, body: string | Buffer): void {
    if (this.closed) return;
    const length = String(Buffer.byteLength(body));
    this.#response.writeHead(status, { ...this.#usualHeaders(), 'content-length': length, ...headers });
    this.#response.end(body);
  }

  answerJson(status: number, value: unknown, headers: Readonly<Record<string, string>> = {}): void {
    this.answer(status, { 'content-type': 'application/json', ...headers }, JSON.stringify(value));
  }

  refuse(status: number, error: OpenAiError, headers?: Readonly<Record<string, string>>): void {
    this.answerJson(status, { error }, headers);
  }

  /** Sends the headers of a 200 whose body follows in pieces. Once or never an answer. */
  begin(contentType: string): void {
    if (this.closed) return;
    this.#response.writeHead(200, {
      ...this.#usualHeaders(),
      'content-type': contentType,
      ...(contentType === 'text/event-stream' ? { 'cache-control': 'no-cache' } : {}),
    });
  }

  /** Sends what was begun, headers alone included, without waiting for more to come. */
  flush(): void {
    if (!this.closed) this.#response.flushHeaders();
  }

  /** Sends a piece of the body; resolves when the client has room for more, or has gone. */
  async write(piece: string | Buffer): Promise<void> {
    if (this.closed || this.#response.write(piece)) return;
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
    if (!this.closed) this.#response.end();
  }

  /** Waits; at most until the connection closes. */
  async wait(delayMs: number): Promise<void> {
    if (delayMs <= 0 || this.closed) return;
    await sleep(delayMs, undefined, { signal: this.#closed.signal }).catch((error: unknown) => {
      if (!this.#closed.signal.aborted) throw error;
    });
  }

  /** Breaks the connection once what was written has left: by a reset (RST), or closing it early (FIN). */
  async breakOff(by: 'reset' | 'close'): Promise<void> {
    this.#brokeOff = true;
    const { socket } = this.#response;
    if (socket === null) return;
    if (this.#response.headersSent) this.#response.flushHeaders();
    // A reset throws away what the kernel has not been given yet: wait until it has everything. The empty
    // write is called back behind those before it.
    await new Promise<void>((resolve) => {
      socket.write('', () => {
        resolve();
      });
    });
    if (by === 'reset') socket.resetAndDestroy();
    else socket.destroySoon();
  }

  #usualHeaders(): Readonly<Record<string, string>> {
    return {
      ...this.#headers,
      'openai-processing-ms': String(Math.round(performance.now() - this.#startedAt)),
    };
  }
}
