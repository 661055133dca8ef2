import type { LogLine } from '../../test/support/gateway-process.ts';

/** A key that every process has heard of: when, in milliseconds since the epoch. */
export interface KeyNews {
  readonly keyId: string;
  readonly times: readonly number[];
}

/** Listens to the logs of all processes for what they hear of keys. */
export class LogWatch {
  readonly #processes: number;
  readonly #times = new Map<string, number>();
  #awaited: string | undefined;
  #done = Promise.withResolvers<KeyNews>();

  constructor(processes: number) {
    this.#processes = processes;
  }

  /**
   * Resolves when every process has said this once, counted from now. One at a time.
   * @param message - of the log line, such as `a key left service`
   */
  everywhere(message: string): Promise<KeyNews> {
    this.#awaited = message;
    this.#times.clear();
    this.#done = Promise.withResolvers();
    return this.#done.promise;
  }

  onLine(gateway: number, { msg, time, worker, ...fields }: LogLine): void {
    if (msg !== this.#awaited) return;
    this.#times.set(`${gateway}/${worker ?? 'control'}`, Date.parse(time));
    if (this.#times.size < this.#processes) return;
    this.#awaited = undefined;
    this.#done.resolve({ keyId: String(fields['key']), times: [...this.#times.values()] });
  }
}
