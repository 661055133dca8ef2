import type { Connection, UpstreamRequest } from './transport.ts';

/**
 * Whether a request that was reset may be sent once more. Providers and load balancers close idle connections, and some
 * close each one after its response without announcing it: a request that leaves just then is lost, which says nothing
 * about its key. The sign of it is a connection that was used before, and no byte of a response. A provider that had
 * begun to work on the request works on it twice, at most.
 */
export class StaleConnectionRetry {
  #request: UpstreamRequest | undefined;
  #connection: Connection | undefined;
  #isReused = false;

  constructor(request: UpstreamRequest, isAllowed: boolean) {
    // A streamed body is gone once it was sent.
    if (isAllowed && (request.body === null || Buffer.isBuffer(request.body))) this.#request = request;
  }

  /** The request waits for this connection. */
  queued(connection: Connection): void {
    this.#connection = connection;
  }

  /** The first byte is about to leave. */
  sent(): void {
    this.#isReused = this.#connection?.beginRequest() ?? false;
  }

  /** The first byte of a response has come, be it an interim one. */
  answered(): void {
    this.#request = undefined;
  }

  /**
   * @param detail - of the fault
   * @returns the request to send once more, over a new connection; undefined where it may not be
   */
  requestToRetry(detail: string): UpstreamRequest | undefined {
    if (!this.#isReused || detail !== 'reset') return undefined;
    const request = this.#request;
    this.#request = undefined;
    return request;
  }
}
