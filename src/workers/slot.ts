import type { WorkerStatus } from '../admin/worker-view.ts';
import type { ConnectionCounts } from '../listener/descriptors.ts';
import type { SharedLog } from '../telemetry/log.ts';
import type { Acceptor, Taker } from './acceptor.ts';
import { nextWait } from './backoff.ts';
import type { Order, Report, StartOrder, ToldError } from './messages.ts';
import { WorkerProcess } from './worker-process.ts';

/** What a slot needs to start its worker. */
export interface SlotOptions {
  readonly number: number;
  readonly acceptor: Acceptor;
  readonly startOrder: (worker: number) => StartOrder;
  readonly log: SharedLog;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

type SlotState =
  | { readonly kind: 'starting'; readonly process: WorkerProcess; readonly timer: NodeJS.Timeout }
  | { readonly kind: 'ready'; readonly process: WorkerProcess; readonly taker: Taker }
  | { readonly kind: 'waiting'; readonly timer: NodeJS.Timeout }
  | { readonly kind: 'stopping'; readonly process: WorkerProcess }
  | { readonly kind: 'stopped' };

/** A worker that is not ready by then has got stuck. Milliseconds. */
const START_LIMIT_MS = 60_000;

/** One place among the workers: sees to it that there is a process in it, from `start` to `stop`. */
export class Slot {
  readonly #options: SlotOptions;
  #state: SlotState = { kind: 'stopped' };
  #since: number;
  #changed = Promise.withResolvers<void>();
  #startedAt = 0;
  #wasReady = false;
  #restarts = 0;
  #waitMs = 0;
  /** Of the configuration that the worker runs; -1 where none does. */
  #version = -1;
  #failure: ToldError | undefined;
  /** As the worker last told, when some had closed. */
  #connections: ConnectionCounts | undefined;

  constructor(options: SlotOptions) {
    this.#options = options;
    this.#since = options.now();
  }

  status(): WorkerStatus {
    const { kind: state } = this.#state;
    const pid = 'process' in this.#state ? this.#state.process.pid : undefined;
    const open = this.#state.kind === 'ready' ? this.#state.taker.open : 0;
    const connections = this.#connections === undefined ? undefined : { ...this.#connections, open };
    const { number } = this.#options;
    return { number, pid, state, since: this.#since, restarts: this.#restarts, connections };
  }

  /**
   * Resolves when the worker answers. Later ends of it are followed by a new start.
   * @throws what kept it from starting, in the worker's own words where it had any
   */
  async start(): Promise<void> {
    this.#launch();
    await this.#until(() => this.#state.kind !== 'starting');
    if (this.#state.kind !== 'ready') throw startError(this.#failure);
  }

  /** Resolves when the worker runs a configuration of this version or a later one, or there is none any more. */
  async reload(order: Extract<Order, { kind: 'reload' }>): Promise<void> {
    if (this.#state.kind === 'starting' || this.#state.kind === 'ready') this.#state.process.order(order);
    await this.#until(() => this.#version >= order.version || this.#state.kind === 'stopped');
  }

  /** Resolves when the worker has finished what it had under way, or was killed, and has ended. */
  async stop(): Promise<void> {
    const state = this.#state;
    switch (state.kind) {
      case 'starting':
      case 'ready':
        this.#leave(state);
        state.process.order({ kind: 'drain' });
        this.#become({ kind: 'stopping', process: state.process });
        break;
      case 'waiting':
        this.#leave(state);
        this.#become({ kind: 'stopped' });
        break;
      case 'stopping':
      case 'stopped':
        break;
    }
    await this.#until(() => this.#state.kind === 'stopped');
  }

  /** Ends the worker at once and for good. */
  kill(): void {
    void this.stop();
    if (this.#state.kind === 'stopping') this.#state.process.kill();
  }

  #launch(): void {
    const { number, startOrder, log, now } = this.#options;
    this.#failure = undefined;
    this.#startedAt = now();
    const process = new WorkerProcess({
      start: startOrder(number),
      onReport: (report) => this.#hear(report),
      onLines: (lines) => log.passOn(lines),
      onEnd: (how) => this.#ended(process, how),
    });
    const timer = setTimeout(() => {
      this.#failure = { message: `it was not ready within ${START_LIMIT_MS / 1000} s` };
      process.kill();
    }, START_LIMIT_MS);
    this.#become({ kind: 'starting', process, timer });
  }

  #hear(report: Report): void {
    const state = this.#state;
    switch (report.kind) {
      case 'failed':
        this.#failure = report.error;
        return;
      case 'ready':
        this.#version = report.version;
        if (state.kind === 'starting') this.#ready(state);
        else this.#notify();
        return;
      case 'taken':
        if (state.kind === 'ready') this.#options.acceptor.taken(state.taker);
        return;
      case 'open':
        this.#connections = report.counts;
        if (state.kind === 'ready') state.taker.open = report.connections;
    }
  }

  #ready(state: Extract<SlotState, { kind: 'starting' }>): void {
    const { acceptor, log, number } = this.#options;
    const { process } = state;
    this.#leave(state);
    this.#wasReady = true;
    this.#become({ kind: 'ready', process, taker: acceptor.join((socket) => process.hand(socket)) });
    if (this.#restarts > 0) log.info('a worker was started again', { worker: number, pid: process.pid });
  }

  #ended({ pid }: WorkerProcess, how: string): void {
    this.#leave(this.#state);
    this.#version = -1;
    this.#connections = undefined;
    if (this.#state.kind === 'stopping' || !this.#wasReady) {
      this.#failure ??= { message: how };
      this.#become({ kind: 'stopped' });
      return;
    }
    const { log, now, number } = this.#options;
    this.#waitMs = nextWait(this.#waitMs, now() - this.#startedAt);
    log.error('a worker ended by itself and will be started again', {
      worker: number,
      pid,
      how: this.#failure?.message ?? how,
      inMs: this.#waitMs,
    });
    const timer = setTimeout(() => {
      this.#restarts++;
      this.#launch();
    }, this.#waitMs);
    this.#become({ kind: 'waiting', timer });
  }

  /** What a state holds is given back when it is over. */
  #leave(state: SlotState): void {
    if (state.kind === 'starting' || state.kind === 'waiting') clearTimeout(state.timer);
    if (state.kind === 'ready') this.#options.acceptor.leave(state.taker);
  }

  #become(state: SlotState): void {
    this.#state = state;
    this.#since = this.#options.now();
    this.#notify();
  }

  #notify(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }

  async #until(isSo: () => boolean): Promise<void> {
    while (!isSo()) await this.#changed.promise;
  }
}

/** As if it had been thrown here, with what the command line tells the user by. */
function startError(
  { message, code = 'worker_failed', ...facts }: ToldError = { message: 'it ended' },
): Error {
  const text = code === 'worker_failed' ? `a worker did not start: ${message}` : message;
  return Object.assign(new Error(text), { code, ...facts });
}
