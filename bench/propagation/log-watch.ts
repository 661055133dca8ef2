import type { LogLine } from '../../test/support/gateway-process.ts';

/** A key that every process has heard of: when, in milliseconds since the epoch. */
export interface KeyNews {
  readonly keyId: string;
  readonly times: readonly number[];
}

/** Many times what the slowest store takes. Milliseconds. */
const LIMIT_MS = 60_000;

/** Listens to the logs of all processes for what they hear of keys. */
export class LogWatch {
  readonly #processes: number;
  readonly #times = new Map<string, number>();
  #awaited: string | undefined;
  #done: (news: KeyNews) => void = () => {};

  constructor(processes: number) {
    this.#processes = processes;
  }

  /**
   * Resolves when every process has said this once, counted from now. One at a time.
   * @param message - of the log line, such as `a key left service`
   * @throws Error where they have not within a minute
   */
  everywhere(message: string): Promise<KeyNews> {
    this.#awaited = message;
    this.#times.clear();
    const { promise, resolve, reject } = Promise.withResolvers<KeyNews>();
    const timer = setTimeout(() => {
      const count = `${this.#times.size} of ${this.#processes} processes`;
      reject(new Error(`${count} have logged “${message}” within ${LIMIT_MS / 1_000} s`));
    }, LIMIT_MS);
    this.#done = (news) => {
      clearTimeout(timer);
      resolve(news);
    };
    return promise;
  }

  onLine(gateway: number, { msg, time, worker, ...fields }: LogLine): void {
    if (msg !== this.#awaited) return;
    this.#times.set(`${gateway}/${worker ?? 'control'}`, Date.parse(time));
    if (this.#times.size < this.#processes) return;
    this.#awaited = undefined;
    this.#done({ keyId: String(fields['key']), times: [...this.#times.values()] });
  }
}
