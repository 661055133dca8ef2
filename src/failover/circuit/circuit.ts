import { isCurrent } from '../../keys/record/circuit-status.ts';
import type { CircuitStatus } from '../../keys/record/circuit-status.ts';
import { NO_EVIDENCE, showsOutage, withAnswer, withFailure, withoutRequest } from './outage-evidence.ts';
import type { Evidence, Failure, PoolState } from './outage-evidence.ts';

/** From opening to the first trial; failed ones double it, up to the cap. Milliseconds. */
const OPEN_MS = 5_000;
/** Whatever happens, it is tried again so often. Milliseconds. */
export const MAX_OPEN_MS = 20_000;
/** Trials of several circuits are spread over this share of their time, to the early side. */
const JITTER_SHARE = 0.5;
/** A trial that says nothing for so long is given up on: another one may begin. Milliseconds. */
export const TRIAL_MS = 30_000;
/** A circuit that has stayed closed for so long begins anew when it opens. Milliseconds. */
const STRIKES_KEPT_MS = 2 * MAX_OPEN_MS;

/**
 * What one process knows of one model at a provider. Plain, immutable data: `step` alone makes a new one.
 * Times are milliseconds since the epoch.
 */
export interface Circuit {
  /** As all processes know it; undefined where it never opened, or that is long ago. */
  readonly status: CircuitStatus | undefined;
  /** What speaks for opening it, or spoke for it when it opened here. This process's own. */
  readonly evidence: Evidence;
}

/** What happened to a circuit. */
export type CircuitEvent =
  /** Some answer came that is not the provider's own failure; be it an error, and then not `isGood`. */
  | { readonly type: 'answered'; readonly at: number; readonly keyId: string; readonly isGood: boolean }
  | ProviderFailure
  /** This request, and those that ask for the same, turned out to be the trouble themselves. */
  | { readonly type: 'withdrawn'; readonly at: number; readonly requestId: string }
  /** A request or a check sets out to show whether it answers again. */
  | { readonly type: 'tried'; readonly at: number }
  /** Another process found this. */
  | { readonly type: 'told'; readonly status: CircuitStatus };

/** A try failed by the provider's own fault. */
export interface ProviderFailure extends Failure {
  readonly type: 'failed';
  readonly startedAt: number;
  readonly model: string;
  readonly rule: string;
  /** It was a chat. */
  readonly chats: boolean;
  /** A health check: it may show that a trial failed, and is no evidence of anything else. */
  readonly check: boolean;
  readonly pool: PoolState;
  /** A random number in [0, 1): spreads trials. */
  readonly jitter: number;
}

/** Of a model that nothing is known of. */
export const CLOSED: Circuit = Object.freeze({ status: undefined, evidence: NO_EVIDENCE });

/**
 * The one function that changes a circuit. Pure. The same object back means that nothing changed; the same mark back
 * that there is nothing to tell others.
 *
 * closed ─▶ open: the evidence shows an outage. open ─▶ half-open: it is due, and one sets out. half-open ─▶ open: that
 * one failed; the next trial is later. Any answer closes it, at any time.
 */
export function nextCircuit(circuit: Circuit, event: CircuitEvent): Circuit {
  switch (event.type) {
    case 'answered':
      return afterAnswer(circuit, event);
    case 'failed':
      return afterFailure(circuit, event);
    case 'withdrawn':
      return afterWithdrawal(circuit, event);
    case 'tried':
      return afterTrialStart(circuit, event.at);
    case 'told':
      return afterShared(circuit, event.status);
  }
}

/** The mark where requests are kept from the model at `now`; undefined where it is closed. */
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
  // What finds fault with a request may do so in front of a model that is down: it speaks for nothing.
  if (!isGood) return circuit;
  const evidence = withAnswer(circuit.evidence, keyId, at);
  return evidence === circuit.evidence ? circuit : { ...circuit, evidence };
}

function afterFailure(circuit: Circuit, event: ProviderFailure): Circuit {
  const open = openStatus(circuit, event.at);
  if (open !== undefined) {
    // What was under way before the trial set out says nothing new, nor does what is asked for want of others.
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

/** Between half of it and all of it: jitter only ever brings a trial forward. */
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
  // It would have opened all the same.
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
  // Whoever found it has seen more than what speaks here for the opposite, or for the same.
  return { status, evidence: NO_EVIDENCE };
}

function closedStatus(status: CircuitStatus, at: number, strikes: number): CircuitStatus {
  const until = at + (strikes > 0 ? STRIKES_KEPT_MS : 0);
  return { ...status, state: 'closed', at: after(status.at, at), since: at, until, strikes };
}

/** Clocks of processes differ: what follows something must not seem older than that. */
function after(before: number | undefined, at: number): number {
  return before === undefined ? at : Math.max(at, before + 1);
}
