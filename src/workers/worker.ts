import { Socket } from 'node:net';
import { freeYoungGeneration } from '../base/young-generation.ts';
import { fromPortable } from '../config/portable.ts';
import type { PortableConfig } from '../config/portable.ts';
import { openWorkerPlane } from '../node/data-plane.ts';
import type { WorkerPlane } from '../node/data-plane.ts';
import { openNode } from '../node/gateway-node.ts';
import type { GatewayNode } from '../node/gateway-node.ts';
import { createLog } from '../telemetry/log.ts';
import type { Log } from '../telemetry/contract.ts';
import { Handover } from './handover.ts';
import { isCommand, serializeError } from './messages.ts';
import type { WorkerCommand, WorkerReport, StartCommand, WorkersReadiness } from './messages.ts';

/**
 * Runs a worker's process: it answers applications, and follows the commands of the control process. Where that has
 * gone, it finishes what it has in flight and ends.
 */
export function runWorker(): void {
  // Signals of a terminal reach the whole process group, those of a service manager may: the control process decides.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
  const worker = new Worker();
  process.on('message', (command, handle) => {
    if (isCommand(command)) worker.handle(command, handle instanceof Socket ? handle : undefined);
  });
  process.once('disconnect', () => void worker.end());
}

class Worker {
  #log: Log | undefined;
  #running:
    { readonly node: GatewayNode; readonly data: WorkerPlane; readonly handover: Handover } | undefined;
  #workers: WorkersReadiness | undefined;
  #last = Promise.resolve();
  #ending = false;
  /** Connections. */
  #open = 0;
  #isReporting = false;

  /** @param socket - of a `connection` */
  handle(command: WorkerCommand, socket?: Socket): void {
    switch (command.kind) {
      case 'start':
        this.#last = this.#start(command);
        return;
      case 'reload':
        // A configuration that the control process has found valid and that fails here is a defect.
        this.#last = this.#last.then(() => this.#reload(command.config, command.version));
        return;
      case 'connection':
        this.#running?.handover.receive(command.number, socket);
        return;
      case 'resume':
        this.#running?.handover.resume(command.stall, command.revoked);
        return;
      case 'readiness':
        this.#workers = command.workers;
        this.#running?.node.noteRefusal(command.refusedFile);
        return;
      case 'drain':
        void this.end();
    }
  }

  /** Finishes what is in flight, up to `limits.drain`, and ends the process. */
  async end(): Promise<void> {
    if (this.#ending) return;
    this.#ending = true;
    await this.#running?.data.close();
    await this.#running?.node.close();
    await this.#exit(0);
  }

  async #start({
    worker,
    log: { level, style },
    config,
    version,
    heartbeatEveryMs,
    known,
  }: StartCommand): Promise<void> {
    const log = createLog({ level, format: style, worker });
    this.#log = log;
    process.on('uncaughtException', (error) => void this.#fail(error));
    try {
      const node = await openNode(fromPortable(config), log, known);
      // The control process logs keys that leave service and come back, unless the store is away.
      node.onTransition((levelOfIt, message, fields) => {
        log[node.health.awaySince === undefined ? 'debug' : levelOfIt](message, fields);
      });
      const data = openWorkerPlane(node, () => ({ workers: this.#workers }));
      const handover = new Handover({
        everyMs: heartbeatEveryMs,
        report,
        serve: (socket) => this.#serve(socket, data),
        memory: () => node.memory.use,
        now: () => performance.now(),
      });
      setInterval(() => handover.beat(), heartbeatEveryMs);
      this.#running = { node, data, handover };
    } catch (error) {
      await report({ kind: 'failed', error: serializeError(error) });
      await this.#exit(1);
    }
    freeYoungGeneration();
    await report({ kind: 'ready', version });
  }

  #serve(socket: Socket, data: WorkerPlane): void {
    this.#open++;
    socket.once('close', () => {
      this.#open--;
      this.#reportOpen();
    });
    if (this.#ending) socket.destroy();
    else data.accept(socket);
  }

  /** One report for all that close in one turn of the event loop. */
  #reportOpen(): void {
    if (this.#isReporting) return;
    this.#isReporting = true;
    setImmediate(() => {
      this.#isReporting = false;
      void report({ kind: 'open', connections: this.#open, counts: this.#running?.data.connections() });
    });
  }

  async #reload(config: PortableConfig, version: number): Promise<void> {
    this.#running?.node.reload(fromPortable(config));
    await report({ kind: 'ready', version });
  }

  /** A defect may have left any state: the process ends, with what was logged before. */
  async #fail(error: unknown): Promise<void> {
    this.#log?.error('a worker met a defect and ends', { error });
    await this.#exit(1);
  }

  async #exit(code: number): Promise<never> {
    await this.#log?.flush();
    process.exit(code);
  }
}

/** Resolves when it was sent, or cannot be: the control process may have gone. */
function report(message: WorkerReport): Promise<void> {
  return new Promise((resolve) => {
    if (process.send === undefined) resolve();
    else process.send(message, undefined, {}, () => resolve());
  });
}
