/** Models of one domain that may be scarce at a time. A provider that names more is asked without this knowledge. */
const MAX_MODELS = 64;

/**
 * For which models little is left of a limit: what a key has, or what it shares with its quota domain. This process
 * knows it from the answers that it got itself; nothing is shared, and a wrong guess costs one 429. Times are
 * milliseconds since the epoch.
 */
export class Headroom {
  /** By model: when the limit is whole again. Most have none. */
  #scarceUntil: Map<string, number> | undefined;

  /** An answer has told how `model` stands. @param until - undefined where there is enough of it */
  note(model: string, until: number | undefined): void {
    if (until === undefined) {
      this.#scarceUntil?.delete(model);
      return;
    }
    this.#scarceUntil ??= new Map();
    if (this.#scarceUntil.has(model) || this.#scarceUntil.size < MAX_MODELS) {
      this.#scarceUntil.set(model, until);
    }
  }

  /** Whether another key should be preferred for `model`. */
  isScarce(model: string, now: number): boolean {
    const until = this.#scarceUntil?.get(model);
    if (until === undefined) return false;
    if (now < until) return true;
    this.#scarceUntil?.delete(model);
    return false;
  }

  /** The models that are scarce at `now`, and until when. */
  scarce(now: number): readonly (readonly [model: string, until: number])[] {
    return [...(this.#scarceUntil ?? [])].filter(([, until]) => now < until);
  }
}
