import type { RefusedFile } from '../admin/state-view.ts';
import type { WorkerStatus } from '../admin/worker-view.ts';
import { toPortable } from '../config/portable.ts';
import type { Config } from '../config/schema/schema.ts';
import type { RecordSnapshot } from '../keys/book/record-snapshots.ts';
import type { LogLevel, SharedLog } from '../telemetry/contract.ts';
import type { LogStyle } from '../telemetry/log.ts';
import type { Acceptor } from './acceptor.ts';
import type { HeartbeatBounds } from './heartbeat.ts';
import { WorkerSlot } from './slot.ts';

/** How many workers, and what they run. */
export interface SupervisorOptions {
  readonly count: number;
  /** Where their connections come from. */
  readonly acceptor: Acceptor;
  readonly config: Config;
  /** Where their logs go, and how they write them. */
  readonly log: SharedLog;
  readonly logLevel: LogLevel;
  readonly logStyle: LogStyle;
  readonly heartbeat: HeartbeatBounds;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** What is known of keys here: workers start with it. */
  readonly known: () => readonly RecordSnapshot[];
}

/** Longer than any reload takes; a worker that waits to be started again may need more. Milliseconds. */
const RELOAD_TIMEOUT_MS = 10_000;
/** What a worker may need beyond the time for its requests, to write what is unwritten. Milliseconds. */
const GRACE_MS = 5_000;

/** Keeps the workers running: starts, restarts, reloads and stops them. */
export class Supervisor {
  readonly #options: SupervisorOptions;
  readonly #slots: readonly WorkerSlot[];
  #config: Config;
  #version = 0;
  #ready = 0;
  #refusedFile: RefusedFile | undefined;
  #looking: NodeJS.Timeout | undefined;

  constructor(options: SupervisorOptions) {
    this.#options = options;
    this.#config = options.config;
    const { count, acceptor, log, now, logLevel, logStyle, heartbeat } = options;
    this.#slots = Array.from(
      { length: count },
      (_, index) =>
        new WorkerSlot({
          number: index + 1,
          acceptor,
          log,
          heartbeat,
          now,
          onChange: () => this.#broadcastReadiness(),
          startCommand: (worker) => ({
            kind: 'start',
            worker,
            log: { level: logLevel, style: logStyle },
            // The store stays until a restart.
            config: toPortable({ ...this.#config, state: options.config.state }),
            version: this.#version,
            heartbeatEveryMs: heartbeat.everyMs,
            known: options.known(),
          }),
        }),
    );
  }

  /** Resolves when all workers are ready. @throws the error of one that did not start; the others still run */
  async start(): Promise<void> {
    this.#looking = setInterval(() => {
      for (const slot of this.#slots) slot.check();
    }, this.#options.heartbeat.everyMs);
    await Promise.all(this.#slots.map((slot) => slot.start()));
  }

  status(): readonly WorkerStatus[] {
    return this.#slots.map((slot) => slot.status());
  }

  /**
   * Gives all workers another configuration, which must be valid. Resolves when all run it, or after
   * `RELOAD_TIMEOUT_MS`; workers that are being started again then are logged.
   */
  async reload(config: Config): Promise<void> {
    this.#config = config;
    this.#version++;
    const command = { kind: 'reload', config: toPortable(config), version: this.#version } as const;
    const pending = new Set(this.#slots);
    const reloads = this.#slots.map(async (slot) => {
      await slot.reload(command);
      pending.delete(slot);
    });
    await withTimeout(Promise.all(reloads), RELOAD_TIMEOUT_MS);
    if (pending.size === 0) return;
    this.#options.log.warn('workers that are being started again take the configuration over then', {
      workers: Array.from(pending, (slot) => slot.status().number),
    });
  }

  /** Has all workers, and those that are started later, show it. */
  noteRefusal(refusedFile: RefusedFile | undefined): void {
    this.#refusedFile = refusedFile;
    this.#sendReadiness();
  }

  /** Lets the workers finish what is in flight, for at most `limitMs`; resolves when all have ended. */
  async stop(limitMs: number): Promise<void> {
    const timer = setTimeout(() => {
      this.#options.log.warn('workers that did not end in time are ended');
      this.kill();
    }, limitMs + GRACE_MS);
    await Promise.all(this.#slots.map((slot) => slot.stop()));
    clearTimeout(timer);
    clearInterval(this.#looking);
  }

  /** Ends all workers at once and for good. */
  kill(): void {
    clearInterval(this.#looking);
    for (const slot of this.#slots) slot.kill();
  }

  /** Any worker may be asked for `GET /ready`. */
  #broadcastReadiness(): void {
    const ready = this.status().filter(({ state }) => state === 'ready').length;
    if (ready === this.#ready) return;
    this.#ready = ready;
    this.#sendReadiness();
  }

  #sendReadiness(): void {
    const workers = { ready: this.#ready, of: this.#slots.length };
    const refusedFile = this.#refusedFile;
    for (const slot of this.#slots) slot.send({ kind: 'readiness', workers, refusedFile });
  }
}

/** Waits for `work`, for at most `limitMs`. */
async function withTimeout(work: Promise<unknown>, limitMs: number): Promise<void> {
  const limit = Promise.withResolvers<void>();
  const timer = setTimeout(limit.resolve, limitMs);
  await Promise.race([work, limit.promise]);
  clearTimeout(timer);
}
