import { Socket } from 'node:net';
import { parseSource } from '../config/load/parse-source.ts';
import type { Config } from '../config/schema/schema.ts';
import type { ConfigSource } from '../config/load/source.ts';
import { openWorkerPlane } from '../node/data-plane.ts';
import type { WorkerPlane } from '../node/data-plane.ts';
import { openNode } from '../node/gateway-node.ts';
import type { GatewayNode } from '../node/gateway-node.ts';
import { createLog } from '../telemetry/log.ts';
import type { Log } from '../telemetry/log.ts';
import { Handover } from './handover.ts';
import { isCommand, serializeError } from './messages.ts';
import type { WorkerCommand, WorkerReport, StartCommand, WorkersReadiness } from './messages.ts';

/**
 * The life of a worker's process: it answers applications, and does as the control process says over the
 * channel between them. Where that process has gone, it finishes what it has under way and ends.
 */
export function runWorker(): void {
  // A terminal's Ctrl-C and hang-up reach the whole group, a service manager's signal may: what is to be done
  // then is the control process's to say.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
  const worker = new Worker();
  process.on('message', (order, handle) => {
    if (isCommand(order)) worker.handle(order, handle instanceof Socket ? handle : undefined);
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
  #isTelling = false;

  /** @param socket - of a `connection` */
  handle(order: WorkerCommand, socket?: Socket): void {
    switch (order.kind) {
      case 'start':
        this.#last = this.#start(order);
        return;
      case 'reload':
        // A configuration that the control process has found valid and that fails here is a defect.
        this.#last = this.#last.then(() => this.#reload(order.source, order.version));
        return;
      case 'connection':
        this.#running?.handover.receive(order.number, socket);
        return;
      case 'resume':
        this.#running?.handover.resume(order.stall, order.revoked);
        return;
      case 'workers':
        this.#workers = order.workers;
        return;
      case 'drain':
        void this.end();
    }
  }

  /** Finishes what is under way, up to `limits.drain`, and ends the process. */
  async end(): Promise<void> {
    if (this.#ending) return;
    this.#ending = true;
    await this.#running?.data.close();
    await this.#running?.node.close();
    await this.#exit(0);
  }

  async #start({
    worker,
    log: { level, look },
    first,
    source,
    version,
    signEveryMs,
    known,
  }: StartCommand): Promise<void> {
    const log = createLog({ level, format: look, worker });
    this.#log = log;
    process.on('uncaughtException', (error) => void this.#fail(error));
    try {
      const node = await openNode({ ...configOf(source), state: configOf(first).state }, log, known);
      // The control process tells of keys that leave service and come back, unless it cannot hear of it.
      node.onTransition((message, fields) => {
        if (node.health.awaySince === undefined) log.debug(message, fields);
        else log.info(message, fields);
      });
      const data = openWorkerPlane(node, () => ({ workers: this.#workers }));
      const handover = new Handover({
        everyMs: signEveryMs,
        report,
        serve: (socket) => this.#serve(socket, data),
        memory: () => node.memory.use,
        now: () => performance.now(),
      });
      setInterval(() => handover.beat(), signEveryMs);
      this.#running = { node, data, handover };
    } catch (error) {
      await report({ kind: 'failed', error: serializeError(error) });
      await this.#exit(1);
    }
    await report({ kind: 'ready', version });
  }

  #serve(socket: Socket, data: WorkerPlane): void {
    this.#open++;
    socket.once('close', () => {
      this.#open--;
      this.#tellOpen();
    });
    if (this.#ending) socket.destroy();
    else data.accept(socket);
  }

  /** Once for all that closed at one moment. */
  #tellOpen(): void {
    if (this.#isTelling) return;
    this.#isTelling = true;
    setImmediate(() => {
      this.#isTelling = false;
      void report({ kind: 'open', connections: this.#open, counts: this.#running?.data.connections() });
    });
  }

  async #reload(source: ConfigSource, version: number): Promise<void> {
    this.#running?.node.reload(configOf(source));
    await report({ kind: 'ready', version });
  }

  /** Nothing is known of what state a defect has left; what was logged before it is still good. */
  async #fail(error: unknown): Promise<void> {
    this.#log?.error('a worker met a defect and ends', { error });
    await this.#exit(1);
  }

  async #exit(code: number): Promise<never> {
    await this.#log?.flush();
    process.exit(code);
  }
}

/** Resolves when it is on its way, or can never be: the control process may have gone. */
function report(message: WorkerReport): Promise<void> {
  return new Promise((resolve) => {
    if (process.send === undefined) resolve();
    else process.send(message, undefined, {}, () => resolve());
  });
}

/** The control process has validated it, in the same environment. */
function configOf(source: ConfigSource): Config {
  const result = parseSource(source, process.env);
  if (result?.ok === true) return result.config;
  const paths = result?.problems.map(({ path }) => path).join(', ');
  throw new Error(`a valid configuration is not valid in a worker: ${paths ?? 'no keys in the environment'}`);
}
