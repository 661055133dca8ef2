import type { CircuitStatus } from '../../keys/record/circuit-status.ts';
import type { KeyPreference } from '../../routing/key-preference.ts';
import type { Provider } from '../../providers/provider.ts';
import { preferLastAnswered } from '../choose.ts';
import { CLOSED, openStatus, nextCircuit } from './circuit.ts';
import type { Circuit, CircuitEvent, ProviderFailure } from './circuit.ts';
import type { ProviderNotice } from '../provider-notice.ts';

/** Why requests are kept from a model at a provider. Times are milliseconds since the epoch. */
export interface Outage {
  /** Of the model itself, or of the other model of the provider whose trial is due first. */
  readonly status: CircuitStatus;
  /** Two other models are down and the provider has answered nothing since: it counts as down as a whole. */
  readonly isWholeProvider: boolean;
  /** When a request may be the trial; later than a health check would be. */
  readonly dueAt: number;
}

/** What circuits report to. */
export interface CircuitHooks {
  /** Writes a status for the other processes into the record of a key; `keyId` is undefined where no key was involved. */
  readonly share: (provider: Provider, keyId: string | undefined, status: CircuitStatus) => void;
  readonly onNotice: (notice: ProviderNotice) => void;
}

/** Circuits kept of one provider; the least recently changed one is dropped. */
const MAX_CIRCUITS = 64;
/** Models that must be down before the provider counts as down. */
const MIN_MODELS = 2;
/** Where health checks do the trials, a request is one only when no check was for so long. Milliseconds. */
const CHECK_GRACE_MS = 5_000;

/**
 * The circuit breakers of one provider, one for each model: from what this process has observed, and from what other
 * processes have written into the records of its keys. A provider of which two models are down is down.
 */
export class Circuits {
  readonly #hooks: CircuitHooks;
  /** Of models with an open circuit, or with failures that may open it. */
  readonly #own = new Map<string, Circuit>();
  /** No circuit was open at the last look, and there was no event here since. */
  #isQuiet = false;
  /** The version of the shared circuits at that look. */
  #quietAt = 0;
  /** When the provider last sent any response to this process. */
  #answeredAt = 0;
  #succeededAt = 0;

  constructor(hooks: CircuitHooks) {
    this.#hooks = hooks;
  }

  /** When the provider last sent a good response to this process; 0 where it never has. Milliseconds since the epoch. */
  get succeededAt(): number {
    return this.#succeededAt;
  }

  /** A response came that is no failure of the provider. Costs a comparison or two while no circuit has evidence. */
  recordResponse(
    provider: Provider,
    model: string,
    { keyId, at, isGood }: { readonly keyId: string; readonly at: number; readonly isGood: boolean },
  ): void {
    this.#answeredAt = at;
    if (isGood) this.#succeededAt = at;
    if (this.#isKnown(provider, model))
      this.#apply(provider, model, { type: 'answered', at, keyId, isGood }, keyId);
  }

  /** An attempt failed by the provider's own fault. */
  recordFailure(provider: Provider, event: ProviderFailure): void {
    this.#apply(provider, event.model, event, event.keyId);
  }

  /** Removes what a request contributed that caused its failures itself. */
  withdraw(provider: Provider, requestId: string, at: number): void {
    for (const model of Array.from(this.#own.keys()))
      this.#apply(provider, model, { type: 'withdrawn', at, requestId }, undefined);
  }

  /** What keeps requests from a model at `now`; undefined where nothing does. */
  outageOf(provider: Provider, model: string, now: number): Outage | undefined {
    if (this.#own.size === 0 && provider.pool.circuits.size === 0) return undefined;
    if (this.#isQuiet && this.#quietAt === provider.pool.circuits.version) return undefined;
    const status = openStatus(this.#circuit(provider, model), now);
    if (status !== undefined) return { status, isWholeProvider: false, dueAt: dueAt(provider, status) };
    const open = this.open(provider, now);
    this.#isQuiet = open.length === 0;
    this.#quietAt = provider.pool.circuits.version;
    const others = open.filter(({ since }) => since > this.#answeredAt);
    const [first] = others.toSorted((a, b) => a.until - b.until);
    if (first === undefined || others.length < MIN_MODELS) return undefined;
    return { status: first, isWholeProvider: true, dueAt: dueAt(provider, first) };
  }

  /** All models that requests are kept from at `now`. */
  open(provider: Provider, now: number): readonly CircuitStatus[] {
    const models = new Set(this.#own.keys());
    for (const { status } of provider.pool.circuits.all()) models.add(status.model);
    return [...models].flatMap((model) => openStatus(this.#circuit(provider, model), now) ?? []);
  }

  /** Whether the trial of a model that is down is due. */
  isDue(provider: Provider, model: string, now: number): boolean {
    const status = openStatus(this.#circuit(provider, model), now);
    return status !== undefined && now >= status.until;
  }

  /** A request or a check begins the trial, where it is due: until it ends, or for `TRIAL_MS`, no other begins one. */
  beginTrial(provider: Provider, { status: { model } }: Pick<Outage, 'status'>, at: number): void {
    this.#apply(provider, model, { type: 'trial-started', at }, undefined);
  }

  #isKnown(provider: Provider, model: string): boolean {
    return this.#own.has(model) || provider.pool.circuits.get(model) !== undefined;
  }

  #circuit(provider: Provider, model: string): Circuit {
    const own = this.#own.get(model) ?? CLOSED;
    const shared = provider.pool.circuits.get(model);
    return shared === undefined ? own : nextCircuit(own, { type: 'shared', status: shared.status });
  }

  #apply(provider: Provider, model: string, event: CircuitEvent, keyId: string | undefined): void {
    const before = this.#circuit(provider, model);
    const after = nextCircuit(before, event);
    if (after === before) return;
    this.#keep(model, after);
    const { status } = after;
    if (status === undefined || status === before.status) return;
    // The status of a model stays in the record of one key.
    this.#hooks.share(provider, provider.pool.circuits.get(model)?.keyId ?? keyId, status);
    this.#notice(provider, before.status, status, event);
  }

  #keep(model: string, circuit: Circuit): void {
    this.#isQuiet = false;
    this.#own.delete(model);
    if (circuit.status === undefined && circuit.evidence.failures.length === 0) return;
    this.#own.set(model, circuit);
    for (const [oldest] of this.#own) {
      if (this.#own.size <= MAX_CIRCUITS) break;
      this.#own.delete(oldest);
    }
  }

  #notice(
    { id: provider }: Provider,
    before: CircuitStatus | undefined,
    status: CircuitStatus,
    { type }: CircuitEvent,
  ): void {
    const { model, rule, until, state, at } = status;
    const wasOpen = before !== undefined && before.state !== 'closed';
    if (state === 'open' && !wasOpen)
      this.#hooks.onNotice({ kind: 'circuit-opened', provider, model, rule, until });
    if (state === 'closed' && wasOpen)
      this.#hooks.onNotice({
        kind: type === 'withdrawn' ? 'circuit-withdrawn' : 'circuit-closed',
        provider,
        model,
        openMs: at - before.since,
      });
  }
}

function dueAt(provider: Provider, status: CircuitStatus): number {
  return hasHealthCheck(provider, status) ? status.until + CHECK_GRACE_MS : status.until;
}

/**
 * The key for the trial of a model that is down: every other time the one that answered last, else any, since that one
 * may be bad by now and must not keep others from showing that the provider is back.
 */
export function keyForTrial({ pool }: Provider, { strikes }: CircuitStatus): KeyPreference | undefined {
  return strikes % 2 === 1 ? preferLastAnswered(pool) : undefined;
}

/** Whether health checks do its trials, so that no request has to. */
export function hasHealthCheck({ pool, config }: Provider, { chats }: CircuitStatus): boolean {
  const { enabled, healthCheckModel } = config.failover;
  return chats === true && enabled && healthCheckModel !== undefined && pool.size > 0;
}
