import type { Behaviour } from '../../simulator/behaviour.ts';
import type { Simulator } from '../../simulator/simulator.ts';
import { FAULTY } from './pools.ts';
import type { Tally } from './tally.ts';

/** In which ways a key fails, each for some requests or a time. Milliseconds. */
const WAYS: readonly Behaviour[] = [
  { kind: 'invalid-key', forMs: 8_000 },
  { kind: 'invalid-key', times: 1 },
  { kind: 'rate-limited', forMs: 3_000 },
  { kind: 'out-of-credit', forMs: 8_000 },
  { kind: 'server-error', times: 4 },
  { kind: 'overloaded', times: 4 },
  { kind: 'slow-first-output', delayMs: 1_000, times: 4 },
  { kind: 'hang', times: 2 },
  { kind: 'hang', after: 'headers', times: 2 },
  { kind: 'hang', after: 'preamble', times: 2 },
  { kind: 'cut', afterChunks: 0, times: 3 },
  { kind: 'cut', afterChunks: 3, by: 'close', times: 2 },
  { kind: 'truncate', afterChunks: 2, times: 2 },
  { kind: 'error-event', times: 3 },
  { kind: 'error-event', afterChunks: 2, times: 2 },
  { kind: 'empty-stream', times: 3 },
  { kind: 'html-502', times: 3 },
  { kind: 'refuse', times: 3 },
  { kind: 'error-200', times: 3 },
  { kind: 'status', status: 520, times: 2 },
  { kind: 'answer', pieceBytes: 7, times: 3 },
];

/** What all keys of a provider that is down do. */
const OUTAGE: readonly Behaviour[] = [{ kind: 'server-error', status: 503, forMs: 6_000 }];

/** Has one key fail in one way. */
export function failOneKey(simulator: Simulator, random: () => number, counts: Tally): void {
  const key = FAULTY[Math.floor(random() * FAULTY.length)];
  const way = WAYS[Math.floor(random() * WAYS.length)];
  if (key === undefined || way === undefined) return;
  simulator.script(key.secret, [way]);
  counts.add(`key: ${way.kind}`);
}

/** Has all keys of one provider fail, as where it is down. */
export function failProvider(simulator: Simulator, random: () => number, counts: Tally): void {
  const down = FAULTY[Math.floor(random() * FAULTY.length)]?.provider;
  for (const { provider, secret } of FAULTY) if (provider === down) simulator.script(secret, OUTAGE);
  counts.add('provider: down');
}

/** All keys are well again. */
export function healKeys(simulator: Simulator): void {
  for (const { secret } of FAULTY) simulator.script(secret, []);
}
