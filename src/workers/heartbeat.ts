/**
 * When a worker without a heartbeat counts as frozen: stopped by a signal, or in an endless loop. Milliseconds.
 *
 * Who pays: one message of some 20 bytes for each worker and `everyMs`; and requests of a worker that would have gone on
 * after `killMs`: they end with it.
 */
export interface HeartbeatBounds {
  /** Between two heartbeats of a worker. The control process checks as often. */
  readonly everyMs: number;
  /** Silent for longer, a worker gets no new connections. At least three times `everyMs`: see `Handover`. */
  readonly silentMs: number;
  /** Silent for longer, it is killed, so that another one is started in its place. */
  readonly killMs: number;
}

export const HEARTBEAT: HeartbeatBounds = { everyMs: 1_000, silentMs: 3_000, killMs: 15_000 };

/**
 * How long a worker has been silent, counted in checks of the control process: a late check counts no more than one in
 * time. So a machine that was suspended, or so busy that the control process stalled as well, kills no worker.
 */
export class SilenceDetector {
  readonly #bounds: HeartbeatBounds;
  #checks = 0;

  constructor(bounds: HeartbeatBounds) {
    this.#bounds = bounds;
  }

  /** The worker has sent something, whatever it was. */
  reset(): void {
    this.#checks = 0;
  }

  /** To be called every `everyMs`. */
  check(): 'heard' | 'silent' | 'frozen' {
    const { everyMs, silentMs, killMs } = this.#bounds;
    // Between n checks there are n - 1 intervals.
    const silentForMs = this.#checks++ * everyMs;
    if (silentForMs >= killMs) return 'frozen';
    return silentForMs >= silentMs ? 'silent' : 'heard';
  }
}
