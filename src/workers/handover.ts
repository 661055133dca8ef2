import type { Socket } from 'node:net';
import type { MemoryUse } from '../gateway/memory-budget.ts';
import type { WorkerReport } from './messages.ts';

/** What a worker's end of the handover needs. */
export interface HandoverOptions {
  /** Between two heartbeats. Milliseconds. */
  readonly everyMs: number;
  /** Resolves when it was sent. */
  readonly report: (report: WorkerReport) => Promise<void>;
  readonly serve: (socket: Socket) => void;
  /** What requests of this process hold. */
  readonly memory: () => MemoryUse;
  /** Milliseconds that only grow. */
  readonly now: () => number;
}

/** A connection that is not served yet. */
interface HeldConnection {
  readonly number: number;
  readonly socket: Socket | undefined;
  readonly isAcknowledged: boolean;
}

/**
 * A worker whose heartbeats are further apart than so many intervals has stalled. Less than half of what the control
 * process calls silent, so that the worker always knows first.
 */
const STALL_INTERVALS = 1.5;

/**
 * A worker's end of the handover of connections, and its heartbeat.
 *
 * Connections on their way to a worker that stalled may have been given to another one, and two must not read one
 * connection. So a worker that notices a stall of its own serves no new connection before the control process has
 * answered which are still its own.
 *
 * Who pays: connections that arrive in that moment, one message to the control process and back.
 */
export class Handover {
  readonly #options: HandoverOptions;
  readonly #held: HeldConnection[] = [];
  #lastBeat: number;
  #isSending = false;
  /** How often it stalled, and how many of these the control process has answered. */
  #stalls = 0;
  #answered = 0;

  constructor(options: HandoverOptions) {
    this.#options = options;
    this.#lastBeat = options.now();
  }

  /** To be called every `everyMs`. */
  beat(): void {
    this.#lookForStall();
    this.#lastBeat = this.#options.now();
    // A control process that stalls gets one heartbeat when it goes on.
    if (!this.#isSending) void this.#sendHeartbeat();
  }

  /**
   * Receives a connection.
   * @param number - from 1, in the order in which they were sent
   * @param socket - absent where the client has gone before it arrived here
   */
  receive(number: number, socket: Socket | undefined): void {
    this.#handle({ number, socket, isAcknowledged: false });
  }

  /**
   * The answer of the control process to a stall.
   * @param stall - its number
   * @param revoked - the numbers of connections that are another worker's now
   */
  resume(stall: number, revoked: readonly number[]): void {
    this.#answered = stall;
    for (const held of this.#held.splice(0)) {
      if (!revoked.includes(held.number)) this.#handle(held);
      // Closes this process's handle alone: the worker that has the connection now does not notice.
      else held.socket?.destroy();
    }
  }

  get #isAsking(): boolean {
    return this.#answered < this.#stalls;
  }

  #lookForStall(): void {
    const { everyMs, now, report } = this.#options;
    const at = now();
    if (at - this.#lastBeat <= STALL_INTERVALS * everyMs) return;
    this.#lastBeat = at;
    void report({ kind: 'stalled', stall: ++this.#stalls });
  }

  async #sendHeartbeat(): Promise<void> {
    this.#isSending = true;
    await this.#options.report({ kind: 'alive', memory: this.#options.memory() });
    this.#isSending = false;
  }

  #handle({ number, socket, isAcknowledged }: HeldConnection): void {
    this.#lookForStall();
    const acknowledges = !isAcknowledged && !this.#isAsking;
    if (acknowledges) void this.#options.report({ kind: 'accepted', number });
    // Stopped just before the report, it may have been given up by the control process.
    this.#lookForStall();
    if (this.#isAsking) this.#held.push({ number, socket, isAcknowledged: isAcknowledged || acknowledges });
    else if (socket !== undefined) this.#options.serve(socket);
  }
}
