/**
 * `node bench/redaction.ts`: what it costs to look for the key in every piece of an answer, beside what the exchange
 * does with a piece anyway (no socket in either). Prints nanoseconds of processor time a piece, the best of nine rounds that take turns,
 * and their ratio. Takes about ten seconds.
 */
import { watchAnswer } from '../src/dialects/watch/watch-answer.ts';
import { findTarget } from '../src/dialects/operations/find-target.ts';
import { redactorFor } from '../src/keys/redaction/redactor.ts';
import { Secret } from '../src/base/secret.ts';
import { HttpExchange } from '../src/upstream/http-exchange.ts';
import { redactedTransport } from '../src/upstream/redacted-transport.ts';
import type { Transport, UpstreamHandler } from '../src/upstream/transport.ts';

const ROUNDS = 9;
const PIECES = 100_000;
const MINUTE = 60_000;

const key = new Secret('sk-proj-aB3dF9xYz0123456789QwErTyAbCdEfGhIjKlMnOpQrStUvWx_-12345');
const target = findTarget('POST', '/v1/chat/completions');
if (typeof target === 'string') throw new Error(target);
const { operation } = target;

/** A stream of which the first output has passed, as a function that takes pieces. */
function openStream(isRedacted: boolean): (piece: Buffer) => void {
  let handler: UpstreamHandler | undefined;
  const transport: Transport = {
    dispatch: (_, given) => {
      handler = given;
    },
    dispatchOnNewConnection: () => undefined,
    close: () => Promise.resolve(),
    destroy: () => Promise.resolve(),
  };
  const limits = {
    firstOutputMs: MINUTE,
    aliveMs: MINUTE,
    idleMs: MINUTE,
    stallMs: MINUTE,
    holdBytes: 65_536,
    resends: false,
  };
  const exchange = new HttpExchange(
    isRedacted ? redactedTransport(transport, redactorFor(key)) : transport,
    { method: 'POST', path: '/', headers: [], body: null },
    limits,
    () => watchAnswer(operation, true, 'text/event-stream', '', false),
  );
  const controller = {
    rawHeaders: null,
    rawTrailers: null,
    aborted: false,
    paused: false,
    reason: null,
    abort: () => undefined,
    pause: () => undefined,
    resume: () => undefined,
  };
  handler?.onRequestStart?.(controller, {});
  handler?.onResponseStart?.(controller, 200, { 'content-type': 'text/event-stream' });
  handler?.onResponseData?.(controller, frameOf('hello'));
  void exchange.relay({ write: () => true, onDrain: () => undefined });
  return (piece) => handler?.onResponseData?.(controller, piece);
}

function frameOf(words: string): Buffer {
  return Buffer.from(`data: {"choices":[{"index":0,"delta":{"content":"${words}"}}]}\n\n`);
}

function nanoseconds(take: (piece: Buffer) => void, piece: Buffer): number {
  const before = process.cpuUsage();
  for (let taken = 0; taken < PIECES; taken++) take(piece);
  const { user, system } = process.cpuUsage(before);
  return ((user + system) * 1000) / PIECES;
}

const words = 'Hello there, you who read this. '.repeat(40);
const pieces: Readonly<Record<string, Buffer>> = {
  '1 KB': frameOf(words.slice(0, 1024 - frameOf('').length)),
  '30 bytes': Buffer.from('data: {"choices":[{"a":1}]}\n\n\n'),
};
for (const [name, piece] of Object.entries(pieces)) {
  const plain = openStream(false);
  const redacted = openStream(true);
  const rounds = Array.from({ length: ROUNDS }, () => [
    nanoseconds(plain, piece),
    nanoseconds(redacted, piece),
  ]);
  const [without = 0, withIt = 0] = [0, 1].map((which) =>
    Math.min(...rounds.map((round) => round[which] ?? 0)),
  );
  process.stdout.write(
    `a piece of ${name}: ${without.toFixed(0)} ns without redaction, ${withIt.toFixed(0)} ns with it, ${(withIt / without).toFixed(2)} times\n`,
  );
}
process.exit(0);
