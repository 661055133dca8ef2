import type { Connection, UpstreamRequest } from './transport.ts';

/**
 * Whether a request that was reset may be sent once more. A provider, or what stands before it, closes connections that
 * idle, and some close each one after its answer without saying so: a request that leaves just then is lost, and that
 * says nothing of its key. It is known by a connection that had carried a request before, and by no byte of an answer.
 * A provider that had begun to work on it pays with work done twice, and once at most.
 */
export class StaleConnectionRetry {
  #request: UpstreamRequest | undefined;
  #connection: Connection | undefined;
  #isReused = false;

  constructor(request: UpstreamRequest, isAllowed: boolean) {
    // A body that passes by is gone once it was sent.
    if (isAllowed && (request.body === null || Buffer.isBuffer(request.body))) this.#request = request;
  }

  /** The request waits for this connection. */
  queued(connection: Connection): void {
    this.#connection = connection;
  }

  /** Its first byte is about to leave. */
  sent(): void {
    this.#isReused = this.#connection?.beginRequest() ?? false;
  }

  /** The first byte of an answer has come, if only to say that there will be one. */
  answered(): void {
    this.#request = undefined;
  }

  /**
   * @param detail - the fault's word
   * @returns what is to be sent once more, over a connection of its own; undefined where that is not to be
   */
  requestToRetry(detail: string): UpstreamRequest | undefined {
    if (!this.#isReused || detail !== 'reset') return undefined;
    const request = this.#request;
    this.#request = undefined;
    return request;
  }
}
