/** A control process with workers that listen in one of the ways; kills and restarts them on order. */
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import cluster from 'node:cluster';
import { once } from 'node:events';
import net from 'node:net';
import { fileURLToPath } from 'node:url';
import { Acceptor } from '../../src/workers/acceptor.ts';
import type { WorkerTarget } from '../../src/workers/acceptor.ts';
import { isWay } from './messages.ts';
import type { Order, Report } from './messages.ts';

const [way, count = '', workUs = '', takenFile = ''] = process.argv.slice(2);
if (!isWay(way)) throw new TypeError(`no such way: ${way}`);
const program = fileURLToPath(new URL('worker.ts', import.meta.url));

const bound = new net.BoundSocket({ host: '127.0.0.1', reusePort: way === 'reuse-port' });
const { port } = bound.address();
// Only in the one way the socket itself is shared; in the others it has found a free port.
if (way !== 'shared-socket') bound.close();
const acceptor = way === 'handed-over' ? await Acceptor.open({ host: '127.0.0.1', port }) : undefined;
cluster.schedulingPolicy = way === 'cluster-shared' ? cluster.SCHED_NONE : cluster.SCHED_RR;

const workers = new Map<number, { readonly process: ChildProcess; readonly leave: () => void }>();
for (let number = 0; number < Number(count); number += 1) await start(number);
report({ kind: 'listening', port });

process.on('message', (order: Order) => {
  void obey(order).then((tookMs) => report({ kind: 'done', tookMs }));
});
process.on('disconnect', () => process.exit(0));

/** How long a worker was missing. Milliseconds. */
async function obey(order: Order): Promise<number> {
  const startedAt = performance.now();
  const numbers = order.kind === 'kill-all' ? [...workers.keys()] : [order.worker];
  await Promise.all(
    numbers.map(async (number) => {
      const worker = workers.get(number);
      if (worker === undefined) return;
      const gone = once(worker.process, 'exit');
      if (order.kind === 'restart') {
        worker.leave();
        worker.process.send('close');
      } else worker.process.kill('SIGKILL');
      // In order, the next one is there before the last has gone; after a crash it cannot be.
      if (order.kind !== 'restart') await gone;
      await start(number);
    }),
  );
  return performance.now() - startedAt;
}

async function start(number: number): Promise<void> {
  const worker = open([way, String(number), String(port), workUs, takenFile].map(String));
  let taker: WorkerTarget | undefined;
  const listening = Promise.withResolvers<void>();
  worker.on('message', (message: unknown) => {
    if (message === 'listening') listening.resolve();
    else if (taker !== undefined && message === 'taken') acceptor?.accepted(taker);
    else if (taker !== undefined && typeof message === 'number') taker.open = message;
  });
  await listening.promise;
  taker = acceptor?.add((socket) => worker.send('connection', socket, { keepOpen: true }, () => undefined));
  const leave = (): void => {
    if (taker !== undefined) acceptor?.remove(taker);
    taker = undefined;
  };
  worker.once('exit', leave);
  workers.set(number, { process: worker, leave });
}

function open(args: readonly string[]): ChildProcess {
  if (way === 'cluster-round-robin' || way === 'cluster-shared') {
    cluster.setupPrimary({ exec: program, args: [...args] });
    return cluster.fork().process;
  }
  const listener = way === 'shared-socket' ? [bound.fd()] : [];
  return fork(program, [...args], { stdio: ['ignore', 'inherit', 'inherit', 'ipc', ...listener] });
}

function report(message: Report): void {
  process.send?.(message);
}
