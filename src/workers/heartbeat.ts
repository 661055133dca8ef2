/**
 * When a worker that is not heard is taken for frozen: stopped by a signal, or in a loop that never ends.
 * Milliseconds.
 *
 * Who pays: one message of some 20 bytes for each worker and `everyMs`. And whoever is served by a worker that
 * stands still and would have gone on after `killMs`: its requests end with it.
 */
export interface HeartbeatBounds {
  /** From one sign of life of a worker to the next. The control process looks as often. */
  readonly everyMs: number;
  /** Silent for longer, a worker gets no new connections. At least three times `everyMs`: see `Handover`. */
  readonly silentMs: number;
  /** Silent for longer, it is killed, so that another one is started in its place. */
  readonly killMs: number;
}

export const HEARTBEAT: HeartbeatBounds = { everyMs: 1_000, silentMs: 3_000, killMs: 15_000 };

/**
 * How long a worker has not been heard, in the control process's own looks: one that comes late counts no more
 * than one that comes in time. A machine that was suspended, or so busy that the control process stood still
 * as well, has let no worker be silent.
 */
export class SilenceDetector {
  readonly #bounds: HeartbeatBounds;
  #looks = 0;

  constructor(bounds: HeartbeatBounds) {
    this.#bounds = bounds;
  }

  /** The worker has told something, whatever it was. */
  reset(): void {
    this.#looks = 0;
  }

  /** To be called every `everyMs`. */
  check(): 'heard' | 'silent' | 'frozen' {
    const { everyMs, silentMs, killMs } = this.#bounds;
    // Between n looks there are n - 1 intervals.
    const silentForMs = this.#looks++ * everyMs;
    if (silentForMs >= killMs) return 'frozen';
    return silentForMs >= silentMs ? 'silent' : 'heard';
  }
}
