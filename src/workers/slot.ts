import type { WorkerStatus } from '../admin/worker-view.ts';
import type { MemoryUse } from '../gateway/memory-budget.ts';
import type { ConnectionCounts } from '../listener/file-descriptors.ts';
import type { SharedLog } from '../telemetry/contract.ts';
import type { Acceptor, WorkerTarget } from './acceptor.ts';
import { nextWait } from './backoff.ts';
import { SilenceDetector } from './heartbeat.ts';
import type { HeartbeatBounds } from './heartbeat.ts';
import type { WorkerCommand, WorkerReport, StartCommand, SerializedError } from './messages.ts';
import { WorkerProcess } from './worker-process.ts';

/** What a slot needs to start its worker. */
export interface WorkerSlotOptions {
  readonly number: number;
  readonly acceptor: Acceptor;
  readonly startCommand: (worker: number) => StartCommand;
  readonly log: SharedLog;
  readonly heartbeat: HeartbeatBounds;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** `status` has changed. */
  readonly onChange: () => void;
}

type SlotState =
  | { readonly kind: 'starting'; readonly process: WorkerProcess; readonly timer: NodeJS.Timeout }
  | ReadyState
  /** Its event loop does not run: `open` connections wait there. */
  | { readonly kind: 'unresponsive'; readonly process: WorkerProcess; readonly open: number }
  | { readonly kind: 'waiting'; readonly timer: NodeJS.Timeout }
  | { readonly kind: 'stopping'; readonly process: WorkerProcess; readonly target?: WorkerTarget }
  | { readonly kind: 'stopped' };

interface ReadyState {
  readonly kind: 'ready';
  readonly process: WorkerProcess;
  readonly target: WorkerTarget;
}

/** A worker that is not ready by then is killed. Milliseconds. */
const START_TIMEOUT_MS = 60_000;

/** One of the workers: keeps a process running for it, from `start` to `stop`. */
export class WorkerSlot {
  readonly #options: WorkerSlotOptions;
  #state: SlotState = { kind: 'stopped' };
  #since: number;
  #changed = Promise.withResolvers<void>();
  #startedAt = 0;
  #wasReady = false;
  #restarts = 0;
  #waitMs = 0;
  /** Of the configuration that the worker runs; -1 where none does. */
  #version = -1;
  #failure: SerializedError | undefined;
  /** As the worker last reported. */
  #connections: ConnectionCounts | undefined;
  #memory: MemoryUse | undefined;
  readonly #silence: SilenceDetector;
  /** Numbers of connections that were pending at the worker and are another's now, until it has been told by `resume`. */
  #revoked: number[] = [];

  constructor(options: WorkerSlotOptions) {
    this.#options = options;
    this.#silence = new SilenceDetector(options.heartbeat);
    this.#since = options.now();
  }

  status(): WorkerStatus {
    const { kind: state } = this.#state;
    const pid = 'process' in this.#state ? this.#state.process.pid : undefined;
    const open = this.#state.kind === 'ready' ? this.#state.target.open : 0;
    const connections = this.#connections === undefined ? undefined : { ...this.#connections, open };
    const { number } = this.#options;
    return {
      number,
      pid,
      state,
      since: this.#since,
      restarts: this.#restarts,
      connections,
      memory: this.#memory,
    };
  }

  /**
   * Resolves when the worker is ready. When it ends later it is started again.
   * @throws the error that it failed with, its own where it reported one
   */
  async start(): Promise<void> {
    this.#launch();
    await this.#waitUntil(() => this.#state.kind !== 'starting');
    if (this.#state.kind !== 'ready') throw startError(this.#failure);
  }

  /** Resolves when the worker runs a configuration of this version or a later one, or there is none any more. */
  async reload(command: Extract<WorkerCommand, { kind: 'reload' }>): Promise<void> {
    const state = this.#state;
    // An unresponsive one reads it when it goes on.
    if (state.kind === 'starting' || state.kind === 'ready' || state.kind === 'unresponsive') {
      state.process.send(command);
    }
    await this.#waitUntil(() => this.#version >= command.version || this.#state.kind === 'stopped');
  }

  /** Resolves when the worker has finished what it had in flight, or was killed, and has ended. */
  async stop(): Promise<void> {
    const state = this.#state;
    switch (state.kind) {
      case 'starting':
      case 'unresponsive':
        this.#leave(state);
        state.process.send({ kind: 'drain' });
        this.#become({ kind: 'stopping', process: state.process });
        break;
      case 'ready': {
        const { process, target } = state;
        this.#options.acceptor.retire(target);
        process.send({ kind: 'drain' });
        this.#become({ kind: 'stopping', process, target });
        break;
      }
      case 'waiting':
        this.#leave(state);
        this.#become({ kind: 'stopped' });
        break;
      case 'stopping':
      case 'stopped':
        break;
    }
    await this.#waitUntil(() => this.#state.kind === 'stopped');
  }

  /** Ends the worker at once and for good. */
  kill(): void {
    void this.stop();
    if (this.#state.kind === 'stopping') this.#state.process.kill();
  }

  /** Checks the worker's heartbeat. To be called every `heartbeat.everyMs`. */
  check(): void {
    const state = this.#state;
    if (state.kind !== 'ready' && state.kind !== 'unresponsive') return;
    const { log, number, heartbeat } = this.#options;
    const heard = this.#silence.check();
    if (heard === 'heard') return;
    const { pid } = state.process;
    if (state.kind === 'ready') {
      log.warn('a worker does not answer: new connections go to others', { worker: number, pid });
      this.#revoke(state);
    } else if (heard === 'frozen') {
      this.#failure ??= { message: `it did not answer for ${heartbeat.killMs / 1000} s, and was killed` };
      // It would not react to anything milder.
      state.process.kill();
    }
  }

  /** Sends a command to the worker where it is ready. */
  send(command: WorkerCommand): void {
    if (this.#state.kind === 'ready') this.#state.process.send(command);
  }

  #launch(): void {
    const { number, startCommand, log } = this.#options;
    this.#failure = undefined;
    this.#startedAt = performance.now();
    const process = new WorkerProcess({
      start: startCommand(number),
      onReport: (report) => this.#onReport(process, report),
      onLines: (lines) => log.writeLines(lines),
      onEnd: (how) => this.#ended(process, how),
    });
    const timer = setTimeout(() => {
      this.#failure = { message: `it was not ready within ${START_TIMEOUT_MS / 1000} s` };
      process.kill();
    }, START_TIMEOUT_MS);
    this.#become({ kind: 'starting', process, timer });
  }

  #onReport(process: WorkerProcess, report: WorkerReport): void {
    this.#silence.reset();
    if (this.#state.kind === 'unresponsive') this.#readyAgain(this.#state);
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
      case 'alive':
        this.#memory = report.memory;
        return;
      case 'stalled':
        process.send({ kind: 'resume', stall: report.stall, revoked: this.#revoked });
        this.#revoked = [];
        return;
      case 'accepted':
        if (!('target' in state) || this.#revoked.includes(report.number)) return;
        this.#options.acceptor.accepted(state.target);
        return;
      case 'open':
        this.#connections = report.counts;
        if (state.kind === 'ready') state.target.open = report.connections;
    }
  }

  #ready(state: Extract<SlotState, { kind: 'starting' }>): void {
    const { acceptor, log, number } = this.#options;
    const { process } = state;
    this.#leave(state);
    this.#wasReady = true;
    this.#revoked = [];
    this.#become({
      kind: 'ready',
      process,
      target: acceptor.add((socket) => process.sendConnection(socket)),
    });
    if (this.#restarts > 0) log.info('a worker was started again', { worker: number, pid: process.pid });
  }

  /** Gives its pending connections to others, of which `resume` tells it when it goes on. */
  #revoke({ process, target }: ReadyState): void {
    const first = process.sent - target.pending.length + 1;
    this.#revoked.push(...target.pending.map((_, index) => first + index));
    this.#options.acceptor.remove(target);
    this.#become({ kind: 'unresponsive', process, open: target.open });
  }

  #readyAgain({ process, open }: Extract<SlotState, { kind: 'unresponsive' }>): void {
    const { acceptor, log, number, now } = this.#options;
    log.info('a worker answers again', { worker: number, pid: process.pid, afterMs: now() - this.#since });
    const target = acceptor.add((socket) => process.sendConnection(socket), open);
    this.#become({ kind: 'ready', process, target });
  }

  #ended({ pid }: WorkerProcess, how: string): void {
    this.#leave(this.#state);
    this.#version = -1;
    this.#connections = undefined;
    this.#memory = undefined;
    if (this.#state.kind === 'stopping' || !this.#wasReady) {
      this.#failure ??= { message: how };
      this.#become({ kind: 'stopped' });
      return;
    }
    const { log, number } = this.#options;
    this.#waitMs = nextWait(this.#waitMs, performance.now() - this.#startedAt);
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

  /** Releases what a state holds. */
  #leave(state: SlotState): void {
    if (state.kind === 'starting' || state.kind === 'waiting') clearTimeout(state.timer);
    if ('target' in state) this.#options.acceptor.remove(state.target);
  }

  #become(state: SlotState): void {
    this.#state = state;
    this.#since = this.#options.now();
    this.#notify();
    this.#options.onChange();
  }

  #notify(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }

  async #waitUntil(isSo: () => boolean): Promise<void> {
    while (!isSo()) await this.#changed.promise;
  }
}

/** With the fields that the command line explains a failed start by. */
function startError(
  { message, code = 'worker_failed', ...facts }: SerializedError = { message: 'it ended' },
): Error {
  const text = code === 'worker_failed' ? `a worker did not start: ${message}` : message;
  return Object.assign(new Error(text), { code, ...facts });
}
