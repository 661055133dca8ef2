import type { TestContext } from 'node:test';
import { watchAnswer } from '../../src/dialects/watch/watch-answer.ts';
import { operations } from '../../src/dialects/operations/table.ts';
import type { Exchange, ExchangeLimits, UpstreamResult, Sink } from '../../src/upstream/exchange.ts';
import { HttpExchange } from '../../src/upstream/http-exchange.ts';
import { openTransport } from '../../src/upstream/transport.ts';
import type { Transport, UpstreamRequest } from '../../src/upstream/transport.ts';
import { UNWATCHED } from '../../src/upstream/response-watch.ts';

/** Bounds that no test meets unless it sets its own. */
const LIMITS: ExchangeLimits = {
  firstOutputMs: 60_000,
  aliveMs: 60_000,
  idleMs: 60_000,
  stallMs: 60_000,
  holdBytes: 256 * 1024,
  resends: true,
};

const POST: UpstreamRequest = {
  method: 'POST',
  path: '/v1/chat/completions',
  headers: ['content-type', 'application/json'],
  body: Buffer.from('{"model":"m"}'),
};

const [chatCompletions] = operations;
if (chatCompletions === undefined) throw new Error('there are no operations');

/** Starts an exchange as an attempt does. */
export type Dispatch = (limits?: Partial<ExchangeLimits>, request?: Partial<UpstreamRequest>) => Exchange;

/** A way to one upstream that lives as long as the test. */
export function dispatcherFor(
  context: TestContext,
  origin: string,
  connectTimeoutMs = 10_000,
): { readonly dispatch: Dispatch; readonly transport: Transport } {
  const transport = openTransport({ origin, connectTimeoutMs });
  context.after(() => transport.destroy());
  return { transport, dispatch: exchangeOver(transport) };
}

/** Starts exchanges over a transport. */
export function exchangeOver(transport: Transport): Dispatch {
  return (limits = {}, request = {}) =>
    new HttpExchange(transport, { ...POST, ...request }, { ...LIMITS, ...limits }, (status, headers) =>
      status < 300 && chatCompletions !== undefined
        ? watchAnswer(
            chatCompletions,
            true,
            String(headers['content-type'] ?? ''),
            String(headers['content-encoding'] ?? ''),
          )
        : UNWATCHED,
    );
}

/** A reader that takes everything at once, unless it is set to fall behind. */
export class Reader implements Sink {
  readonly chunks: Buffer[] = [];
  bytes = 0;
  /** Behind: accepts what it is given and requests no more. */
  behind = false;
  /** How often it was given something that it had not requested. */
  unrequested = 0;
  #resumes: (() => void)[] = [];

  write(chunk: Buffer): boolean {
    if (this.#resumes.length > 0) this.unrequested++;
    this.chunks.push(chunk);
    this.bytes += chunk.length;
    return !this.behind;
  }

  onDrain(resume: () => void): void {
    this.#resumes.push(resume);
  }

  /** Takes everything from now on. */
  catchUp(): void {
    this.behind = false;
    this.requestMore();
  }

  /** Requests more: one chunk where it is behind. */
  requestMore(): void {
    const resumes = this.#resumes;
    this.#resumes = [];
    for (const resume of resumes) resume();
  }

  get text(): string {
    return Buffer.concat(this.chunks).toString('latin1');
  }
}

/** The opening as tests compare it: kind, and of a fault its words. */
export function summary(opening: UpstreamResult): string {
  return opening.kind === 'fault' ? `${opening.fault}: ${opening.detail}` : opening.kind;
}

const delta = (content: string): string => `data: {"choices":[{"index":0,"delta":{"content":"${content}"}}]}`;

/** A chat stream: its role, two pieces of content, a reason to stop and the end marker. */
export const FRAMES = [
  'data: {"choices":[{"index":0,"delta":{"role":"assistant","content":""}}]}',
  delta('Grüße'),
  ': a comment between',
  delta('aus\\nHagen'),
  'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}',
  'data: [DONE]',
] as const;

/** Of `FRAMES`, how many stand before the first output. */
export const PREAMBLE_FRAMES = 1;

/** Frames as they are sent: UTF-8, one character a byte. */
export function streamOf(frames: readonly string[], lineEnd = '\n'): string {
  return Buffer.from(frames.map((frame) => frame + lineEnd + lineEnd).join('')).toString('latin1');
}
