import { isCurrent } from '../../keys/record/circuit-status.ts';
import type { CircuitStatus } from '../../keys/record/circuit-status.ts';
import { NO_EVIDENCE, showsOutage, withAnswer, withFailure, withoutRequest } from './outage-evidence.ts';
import type { Evidence, Failure, PoolState } from './outage-evidence.ts';

/** From opening to the first trial; failed ones double it, up to the cap. Milliseconds. */
const OPEN_MS = 5_000;
/** The longest time from one trial to the next. Milliseconds. */
export const MAX_OPEN_MS = 20_000;
/** Trials are brought forward by up to this share of the time, so that those of several circuits spread. */
const JITTER_SHARE = 0.5;
/** A trial without a result for so long no longer counts: another one may begin. Milliseconds. */
export const TRIAL_MS = 30_000;
/** After so long closed its strikes are forgotten. Milliseconds. */
const STRIKES_KEPT_MS = 2 * MAX_OPEN_MS;

/**
 * The circuit breaker of one model at a provider, as one process knows it. Plain, immutable data; only `nextCircuit`
 * makes a new one. Times are milliseconds since the epoch.
 */
export interface Circuit {
  /** Shared by all processes; undefined where it never opened, or long ago. */
  readonly status: CircuitStatus | undefined;
  /** What speaks for opening it, or did when it opened here. Known to this process alone. */
  readonly evidence: Evidence;
}

/** What happened to a circuit. */
export type CircuitEvent =
  /** A response that is no failure of the provider; `isGood` is false for an error such as a 400. */
  | { readonly type: 'answered'; readonly at: number; readonly keyId: string; readonly isGood: boolean }
  | ProviderFailure
  /** The request itself caused its failures; so did others with the same fingerprint. */
  | { readonly type: 'withdrawn'; readonly at: number; readonly requestId: string }
  /** A request or a health check begins a trial. */
  | { readonly type: 'trial-started'; readonly at: number }
  /** Another process found this. */
  | { readonly type: 'shared'; readonly status: CircuitStatus };

/** An attempt failed by the provider's own fault. */
export interface ProviderFailure extends Failure {
  readonly type: 'failed';
  readonly startedAt: number;
  readonly model: string;
  readonly rule: string;
  /** It was a chat. */
  readonly chats: boolean;
  /** A health check: its failure may end a trial, and is no evidence otherwise. */
  readonly check: boolean;
  readonly pool: PoolState;
  /** A random number in [0, 1): spreads trials. */
  readonly jitter: number;
}

/** Of a model of which nothing is known. */
export const CLOSED: Circuit = Object.freeze({ status: undefined, evidence: NO_EVIDENCE });

/**
 * The state machine. Pure. The same object back means that nothing changed; the same `status` back that there is nothing
 * to share.
 *
 * closed ─▶ open: the evidence shows an outage. open ─▶ half-open: a trial is due and begins. half-open ─▶ open: the
 * trial failed; the next one is later. Any response closes it, at any time.
 */
export function nextCircuit(circuit: Circuit, event: CircuitEvent): Circuit {
  switch (event.type) {
    case 'answered':
      return afterAnswer(circuit, event);
    case 'failed':
      return afterFailure(circuit, event);
    case 'withdrawn':
      return afterWithdrawal(circuit, event);
    case 'trial-started':
      return afterTrialStart(circuit, event.at);
    case 'shared':
      return afterShared(circuit, event.status);
  }
}

/** The status of an open or half-open circuit at `now`; undefined where it is closed. */
export function openStatus({ status }: Pick<Circuit, 'status'>, now: number): CircuitStatus | undefined {
  return status === undefined || status.state === 'closed' || !isCurrent(status, now) ? undefined : status;
}

function afterAnswer(
  circuit: Circuit,
  { at, keyId, isGood }: Extract<CircuitEvent, { readonly type: 'answered' }>,
): Circuit {
  const status = openStatus(circuit, at);
  if (status !== undefined)
    return { status: closedStatus(status, at, status.strikes), evidence: NO_EVIDENCE };
  // A request may be refused before it reaches a model that is down: that is no evidence that it works.
  if (!isGood) return circuit;
  const evidence = withAnswer(circuit.evidence, keyId, at);
  return evidence === circuit.evidence ? circuit : { ...circuit, evidence };
}

function afterFailure(circuit: Circuit, event: ProviderFailure): Circuit {
  const open = openStatus(circuit, event.at);
  if (open !== undefined) {
    // Attempts from before the trial, and those made for want of other targets, say nothing new.
    const isTrial = open.state === 'half-open' && event.startedAt >= open.until - TRIAL_MS;
    if (!isTrial) return circuit;
    return { status: openedStatus(event, open.strikes + 1, open.since, open.at), evidence: NO_EVIDENCE };
  }
  if (event.check) return circuit;
  const { at, keyId, requestId, fingerprint, hadAnswered, pool } = event;
  const evidence = withFailure(circuit.evidence, { at, keyId, requestId, fingerprint, hadAnswered }, pool);
  if (!showsOutage(evidence)) return { ...circuit, evidence };
  const before = circuit.status;
  const strikes = before !== undefined && isCurrent(before, at) ? before.strikes + 1 : 1;
  return { status: openedStatus(event, strikes, at, before?.at), evidence };
}

function openedStatus(
  { at, model, rule, chats, jitter }: ProviderFailure,
  strikes: number,
  since: number,
  before: number | undefined,
): CircuitStatus {
  const until = at + openMs(strikes, jitter);
  return {
    model,
    state: 'open',
    at: after(before, at),
    since,
    until,
    strikes,
    rule,
    ...(chats && { chats }),
  };
}

/** Between half and all of the time: jitter only brings a trial forward. */
function openMs(strikes: number, jitter: number): number {
  const grown = Math.min(OPEN_MS * 2 ** Math.min(strikes - 1, 30), MAX_OPEN_MS);
  return Math.round(grown * (1 - JITTER_SHARE * jitter));
}

function afterWithdrawal(
  circuit: Circuit,
  { at, requestId }: Extract<CircuitEvent, { readonly type: 'withdrawn' }>,
): Circuit {
  const evidence = withoutRequest(circuit.evidence, requestId);
  if (evidence === circuit.evidence) return circuit;
  const status = openStatus(circuit, at);
  if (status === undefined) return { ...circuit, evidence };
  // The other failures are enough to open it.
  if (showsOutage(evidence)) return { status, evidence };
  return { status: closedStatus(status, at, status.strikes - 1), evidence };
}

function afterTrialStart(circuit: Circuit, at: number): Circuit {
  const status = openStatus(circuit, at);
  if (status === undefined || at < status.until) return circuit;
  return {
    ...circuit,
    status: { ...status, state: 'half-open', at: after(status.at, at), until: at + TRIAL_MS },
  };
}

function afterShared(circuit: Circuit, status: CircuitStatus): Circuit {
  if (circuit.status !== undefined && circuit.status.at >= status.at) return circuit;
  // The process that found it has newer evidence than this one.
  return { status, evidence: NO_EVIDENCE };
}

function closedStatus(status: CircuitStatus, at: number, strikes: number): CircuitStatus {
  const until = at + (strikes > 0 ? STRIKES_KEPT_MS : 0);
  return { ...status, state: 'closed', at: after(status.at, at), since: at, until, strikes };
}

/** Clocks of processes differ: a status must not be older than the one it follows. */
function after(before: number | undefined, at: number): number {
  return before === undefined ? at : Math.max(at, before + 1);
}
