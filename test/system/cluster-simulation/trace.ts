import { BEGINNING } from './time.ts';
import type { VirtualTime } from './time.ts';

/** What happened in one run, for people; kept only where somebody asked, because it costs more than the run. */
export class Trace {
  readonly lines: string[] = [];
  readonly #time: VirtualTime;
  readonly #isOn: boolean;

  constructor(time: VirtualTime, isOn: boolean) {
    this.#time = time;
    this.#isOn = isOn;
  }

  /** @param text - called only where the trace is kept */
  add(who: string, text: () => string): void {
    if (!this.#isOn) return;
    const seconds = ((this.#time.now - BEGINNING) / 1_000).toFixed(4).padStart(9);
    this.lines.push(`${seconds} s  ${who.padEnd(8)} ${text()}`);
  }
}
