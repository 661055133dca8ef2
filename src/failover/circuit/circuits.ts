import type { CircuitStatus } from '../../keys/record/circuit-status.ts';
import type { KeyPreference } from '../../routing/key-preference.ts';
import type { Provider } from '../../providers/provider.ts';
import { preferLastAnswered } from '../choose.ts';
import { CLOSED, openStatus, nextCircuit } from './circuit.ts';
import type { Circuit, CircuitEvent, ProviderFailure } from './circuit.ts';
import type { ProviderNotice } from '../provider-notice.ts';

/** Why requests are kept from a model at a provider. Times are milliseconds since the epoch. */
export interface Outage {
  /** Of the model itself, or of another one of the provider's: the one that is tried first. */
  readonly status: CircuitStatus;
  /** Two other models are down, and nothing of the provider has answered since: it is taken for down as a whole. */
  readonly isWholeProvider: boolean;
  /** When a request may try it: at once where it is due, unless a health check does so in its place. */
  readonly dueAt: number;
}

/** What circuits need of whoever holds them. */
export interface CircuitHooks {
  /** Tells the other processes, in the record of a key; undefined where there is none that has to do with it. */
  readonly share: (provider: Provider, keyId: string | undefined, status: CircuitStatus) => void;
  readonly onNotice: (notice: ProviderNotice) => void;
}

/** Models of one provider of which something is kept here; the one longest known gives way. */
const MAX_CIRCUITS = 64;
/** Models that must be down before the provider counts as down. */
const MIN_MODELS = 2;
/** Where health checks try a circuit, a request does so only when none has for so long. Milliseconds. */
const CHECK_GRACE_MS = 5_000;

/**
 * The circuits of one provider, one for each model: what this process has met, and what the records of its keys tell
 * of what others met. A provider of which two models are down is down.
 */
export class Circuits {
  readonly #tools: CircuitHooks;
  /** Of models that are not closed without any doubt. */
  readonly #own = new Map<string, Circuit>();
  /** Nothing was open when last looked, and nothing has happened since: what is closed opens by an event alone. */
  #isQuiet = false;
  /** What the records told when it was so. */
  #quietAt = 0;
  /** When the provider last gave any answer to this process. */
  #answeredAt = 0;
  #succeededAt = 0;

  constructor(tools: CircuitHooks) {
    this.#tools = tools;
  }

  /** When the provider last gave a good answer to this process; 0 where it never has. Milliseconds since the epoch. */
  get succeededAt(): number {
    return this.#succeededAt;
  }

  /** An answer came that is not the provider's own failure. Costs a comparison or two where all is well. */
  recordAnswer(
    provider: Provider,
    model: string,
    { keyId, at, isGood }: { readonly keyId: string; readonly at: number; readonly isGood: boolean },
  ): void {
    this.#answeredAt = at;
    if (isGood) this.#succeededAt = at;
    if (this.#isKnown(provider, model))
      this.#happen(provider, model, { type: 'answered', at, keyId, isGood }, keyId);
  }

  /** A try failed by the provider's own fault. */
  recordFailure(provider: Provider, event: ProviderFailure): void {
    this.#happen(provider, event.model, event, event.keyId);
  }

  /** Takes back what a request contributed that turned out to be the trouble itself. */
  withdraw(provider: Provider, requestId: string, at: number): void {
    for (const model of Array.from(this.#own.keys()))
      this.#happen(provider, model, { type: 'withdrawn', at, requestId }, undefined);
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

  /** Whether it is time to try a model that is down. */
  isDue(provider: Provider, model: string, now: number): boolean {
    const status = openStatus(this.#circuit(provider, model), now);
    return status !== undefined && now >= status.until;
  }

  /** A request or a check sets out to try it, where it is due: from here on no other does, for a time. */
  beginTrial(provider: Provider, { status: { model } }: Pick<Outage, 'status'>, at: number): void {
    this.#happen(provider, model, { type: 'tried', at }, undefined);
  }

  #isKnown(provider: Provider, model: string): boolean {
    return this.#own.has(model) || provider.pool.circuits.get(model) !== undefined;
  }

  #circuit(provider: Provider, model: string): Circuit {
    const own = this.#own.get(model) ?? CLOSED;
    const shared = provider.pool.circuits.get(model);
    return shared === undefined ? own : nextCircuit(own, { type: 'told', status: shared.status });
  }

  #happen(provider: Provider, model: string, event: CircuitEvent, keyId: string | undefined): void {
    const before = this.#circuit(provider, model);
    const after = nextCircuit(before, event);
    if (after === before) return;
    this.#keep(model, after);
    const { status } = after;
    if (status === undefined || status === before.status) return;
    // One key's record carries a model's mark as long as that will do.
    this.#tools.share(provider, provider.pool.circuits.get(model)?.keyId ?? keyId, status);
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
      this.#tools.onNotice({ kind: 'circuit-opened', provider, model, rule, until });
    if (state === 'closed' && wasOpen)
      this.#tools.onNotice({
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
 * The key that should try a model that is down. Every other time it is the one that answered last, and else any: that
 * one may have gone bad meanwhile, and must not keep the others from showing that the provider is back.
 */
export function keyForTrial({ pool }: Provider, { strikes }: CircuitStatus): KeyPreference | undefined {
  return strikes % 2 === 1 ? preferLastAnswered(pool) : undefined;
}

/** Whether health checks try it, so that no request has to wait for it. */
export function hasHealthCheck({ pool, config }: Provider, { chats }: CircuitStatus): boolean {
  const { enabled, healthCheckModel } = config.failover;
  return chats === true && enabled && healthCheckModel !== undefined && pool.size > 0;
}
