import type { Measured } from './judge.ts';

/** Something that a gateway ought to do, beside answering. */
export interface Check {
  readonly name: string;
  /** Whether missing it is a failure, or only a way that the fault did not need. */
  readonly weight: 'required' | 'advisory';
  readonly isMet: (measured: Measured) => boolean;
}

/** One fault, and what is expected of a gateway before it. Seconds are the benchmark's own, before they are scaled. */
export interface Scenario {
  readonly id: string;
  readonly fault: string;
  /** What the client should get. Default `answer`. */
  readonly ideal?: 'error';
  /** A call that takes longer hangs. */
  readonly limitS: number;
  /** Several requests, one after another, instead of one. */
  readonly sequence?: { readonly count: number; readonly everyS: number };
  readonly fallback?: 'healthy-no-prefill';
  /** The benchmark's words call it right to answer by whatever way, though its checks advise one of them. */
  readonly anyWay?: true;
  readonly checks: readonly Check[];
}

/** From the end of an outage until the primary must be in use again. Seconds. */
export const RECOVERY_S = 30;

/** That what looks like an answer is the whole one, each asks for by its verdict. */
export const SCENARIOS: readonly Scenario[] = [
  {
    id: 'S01',
    fault: 'first 429 with `Retry-After: 2`, then healthy',
    limitS: 20,
    anyWay: true,
    checks: [
      advised('the primary is asked again', ({ primary }) => primary.length >= 2),
      advised('after the time it named', ({ primary }) => gapMs(primary) >= 1_800),
      required('it is not hammered', (measured) => within(measured, 1.5) <= 2),
    ],
  },
  {
    id: 'S02',
    fault: '429 always',
    limitS: 40,
    checks: [required('it is not hammered', (measured) => within(measured, 3) <= 4), atMost(6)],
  },
  {
    id: 'S03',
    fault: 'first 500, then healthy',
    limitS: 20,
    anyWay: true,
    checks: [advised('the primary is asked again', ({ primary }) => primary.length >= 2)],
  },
  { id: 'S04', fault: '503 always', limitS: 40, checks: [atMost(6)] },
  { id: 'S05', fault: 'first connection reset, then healthy', limitS: 20, checks: [] },
  {
    id: 'S06',
    fault: 'accepts, then silent for 120 s',
    limitS: 130,
    checks: [
      required('over within 100 s', took(100)),
      advised('what is silent is asked once', ({ primary }) => primary.length <= 1),
    ],
  },
  {
    id: 'S07',
    fault: 'first word after 20 s',
    limitS: 60,
    anyWay: true,
    checks: [advised('answered within 15 s', took(15))],
  },
  { id: 'S08', fault: 'stream cut after 40 words', limitS: 40, checks: [] },
  {
    id: 'S09',
    fault: 'stream stalls after 20 words for 30 s, then cut',
    limitS: 70,
    checks: [required('over within 45 s', took(45)), alive()],
  },
  { id: 'S10', fault: 'a malformed chunk after 10 words', limitS: 30, checks: [alive()] },
  {
    id: 'S11',
    fault: 'no `[DONE]` at the end',
    limitS: 30,
    checks: [
      required('over within 8 s', took(8)),
      advised('usage is told', ({ calls }) => calls.every(({ usage }) => usage)),
    ],
  },
  { id: 'S12', fault: '400, the context is too long', limitS: 20, checks: [once()] },
  { id: 'S13', fault: '400, content policy', ideal: 'error', limitS: 20, checks: [once()] },
  {
    id: 'S14',
    fault: 'cut as S08, and the fallback refuses to go on from the middle',
    limitS: 40,
    fallback: 'healthy-no-prefill',
    checks: [
      required(
        'the refusal is not what the client gets',
        ({ calls, fallback }) =>
          calls.every(({ outcome }) => outcome !== 'error') ||
          fallback.every(({ prefillRefused }) => !prefillRefused),
      ),
    ],
  },
  {
    id: 'S15',
    fault: 'down for 60 s, then healthy; 20 requests',
    limitS: 30,
    sequence: { count: 20, everyS: 4 },
    checks: [
      required('all of the outage are answered', ({ calls }) =>
        calls.every(({ outcome }) => outcome === 'answer'),
      ),
      required(`the primary is in use again within ${RECOVERY_S} s`, ({ primary, downMs }) => {
        const back = primary.find(({ answered }) => answered);
        return back !== undefined && back.atMs <= downMs + RECOVERY_S * 1_000;
      }),
    ],
  },
  {
    id: 'S16',
    fault: '503 always; whose answer and usage is told',
    limitS: 40,
    checks: [
      required(
        'the answer names the fallback’s model',
        ({ calls, fallback }) => fallback.length === 0 || calls.every(({ model }) => model === 'healthy'),
      ),
      advised('usage is told', ({ calls }) => calls.every(({ usage }) => usage)),
      atMost(6),
    ],
  },
];

function required(name: string, isMet: Check['isMet']): Check {
  return { name, weight: 'required', isMet };
}

function advised(name: string, isMet: Check['isMet']): Check {
  return { name, weight: 'advisory', isMet };
}

function atMost(times: number): Check {
  return required(`the primary is asked ${times} times at most`, ({ primary }) => primary.length <= times);
}

function once(): Check {
  return required('the primary is asked once', ({ primary }) => primary.length === 1);
}

function alive(): Check {
  return required(
    'a healthy request is answered afterwards',
    ({ afterwards }) => afterwards.outcome === 'answer',
  );
}

/** What a busy machine may add to a call. It does not become less where the times are shortened. Milliseconds. */
const MACHINE_MS = 4_000;

function took(seconds: number): Check['isMet'] {
  return ({ calls, scale }) =>
    calls.every(({ tookMs }) => tookMs <= seconds * 1_000 * scale + MACHINE_MS * (1 - scale));
}

/** Between the first two times that the primary was asked; below nothing where it was asked once. Milliseconds. */
function gapMs([first, second]: Measured['primary']): number {
  return first === undefined || second === undefined ? -1 : second.atMs - first.atMs;
}

/**
 * How often one key of the primary was asked in the first seconds, which are not scaled: they are between two tries. The
 * benchmark knows of one key; each of several is an account of its own, with limits of its own.
 */
function within({ primary }: Measured, seconds: number): number {
  const [first] = primary;
  const counts = new Map<string, number>();
  for (const { atMs, key } of primary) {
    if (atMs - (first?.atMs ?? 0) < seconds * 1_000) counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return Math.max(...counts.values(), 0);
}
