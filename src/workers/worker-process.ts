import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import type { Socket } from 'node:net';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LineBuffer } from '../telemetry/line-buffer.ts';
import { isReport } from './messages.ts';
import type { WorkerCommand, WorkerReport, StartCommand } from './messages.ts';

/** How to start a worker, and its events. */
export interface WorkerProcessOptions {
  readonly start: StartCommand;
  readonly onReport: (report: WorkerReport) => void;
  /** Whole lines of its log. */
  readonly onLines: (lines: string) => void;
  /** It has ended, and its whole output was read. */
  readonly onEnd: (how: string) => void;
}

/** The built file has another extension. */
const ENTRY = fileURLToPath(new URL(`entry${extname(import.meta.url)}`, import.meta.url));

/** A worker's process, seen from the control process. */
export class WorkerProcess {
  readonly #child: ChildProcess;
  #handed = 0;

  constructor({ start, onReport, onLines, onEnd }: WorkerProcessOptions) {
    // A configuration may hold what JSON has no words for.
    this.#child = fork(ENTRY, [], {
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
      serialization: 'advanced',
    });
    const lines = new LineBuffer(onLines);
    this.#child.stdout?.on('data', (piece: Buffer) => lines.push(piece));
    this.#child.on('message', (message) => {
      if (isReport(message)) onReport(message);
    });
    let reason: string | undefined;
    this.#child.on('error', ({ message }) => {
      reason = message; // it could not be started; `close` follows
    });
    this.#child.on('close', (code, signal) => {
      onEnd(reason ?? (signal === null ? `exit code ${code}` : `signal ${signal}`));
    });
    this.send(start);
  }

  /** How many connections it was sent. */
  get sent(): number {
    return this.#handed;
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** A failure to send means that it has ended, which `onEnd` reports. */
  send(command: WorkerCommand): void {
    this.#child.send(command, () => undefined);
  }

  /** Sends it a connection, which stays open here as well until it is destroyed here. */
  sendConnection(socket: Socket): void {
    const command: WorkerCommand = { kind: 'connection', number: ++this.#handed };
    this.#child.send(command, socket, { keepOpen: true }, () => undefined);
  }

  /** Ends it without a chance to finish anything. */
  kill(): void {
    this.#child.kill('SIGKILL');
  }
}
