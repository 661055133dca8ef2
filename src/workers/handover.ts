import type { Socket } from 'node:net';
import type { MemoryUse } from '../gateway/memory-budget.ts';
import type { WorkerReport } from './messages.ts';

/** What a worker's end of the handing over needs. */
export interface HandoverOptions {
  /** From one sign of life to the next. Milliseconds. */
  readonly everyMs: number;
  /** Resolves when it is on its way. */
  readonly report: (report: WorkerReport) => Promise<void>;
  readonly serve: (socket: Socket) => void;
  /** What requests of this process hold. */
  readonly memory: () => MemoryUse;
  /** Milliseconds that only grow. */
  readonly now: () => number;
}

/** On their way to be served. */
interface HeldConnection {
  readonly number: number;
  readonly socket: Socket | undefined;
  readonly isAcknowledged: boolean;
}

/**
 * Between two signs of life there are no more than so many intervals, or the worker stood still. Less than half of what
 * lets the control process call it silent, so that the worker always knows of it first.
 */
const STALL_INTERVALS = 1.5;

/**
 * A worker's end of the handing over of connections, and its signs of life.
 *
 * What was on its way to a worker that stood still may have been given to another one meanwhile, and two must
 * not read one connection. So a worker that finds that it stood still serves no new connection before the control
 * process has told which are still its own.
 *
 * Who pays: the connections that come in that moment, one message to the control process and back.
 */
export class Handover {
  readonly #options: HandoverOptions;
  readonly #held: HeldConnection[] = [];
  #lastSign: number;
  #isSigning = false;
  /** How often it stood still, and how many of these the control process has answered. */
  #stalls = 0;
  #answered = 0;

  constructor(options: HandoverOptions) {
    this.#options = options;
    this.#lastSign = options.now();
  }

  /** To be called every `everyMs`. */
  beat(): void {
    this.#lookForStall();
    this.#lastSign = this.#options.now();
    // A control process that stands still hears of it once when it goes on.
    if (!this.#isSigning) void this.#sendSign();
  }

  /**
   * A connection has come.
   * @param number - from 1, in the order in which they were handed over
   * @param socket - absent where the client has gone before it came here
   */
  receive(number: number, socket: Socket | undefined): void {
    this.#receive({ number, socket, isAcknowledged: false });
  }

  /**
   * The control process has answered that this worker stood still.
   * @param stall - which time
   * @param revoked - the numbers of connections that are another worker's now
   */
  resume(stall: number, revoked: readonly number[]): void {
    this.#answered = stall;
    for (const held of this.#held.splice(0)) {
      if (!revoked.includes(held.number)) this.#receive(held);
      // This process's hold of it alone: whoever has it now does not notice.
      else held.socket?.destroy();
    }
  }

  get #isAsking(): boolean {
    return this.#answered < this.#stalls;
  }

  #lookForStall(): void {
    const { everyMs, now, report } = this.#options;
    const at = now();
    if (at - this.#lastSign <= STALL_INTERVALS * everyMs) return;
    this.#lastSign = at;
    void report({ kind: 'stalled', stall: ++this.#stalls });
  }

  async #sendSign(): Promise<void> {
    this.#isSigning = true;
    await this.#options.report({ kind: 'alive', memory: this.#options.memory() });
    this.#isSigning = false;
  }

  #receive({ number, socket, isAcknowledged }: HeldConnection): void {
    this.#lookForStall();
    const acknowledges = !isAcknowledged && !this.#isAsking;
    if (acknowledges) void this.#options.report({ kind: 'taken', number });
    // Where it was stopped just before it told, the control process may not have waited for that.
    this.#lookForStall();
    if (this.#isAsking) this.#held.push({ number, socket, isAcknowledged: isAcknowledged || acknowledges });
    else if (socket !== undefined) this.#options.serve(socket);
  }
}
