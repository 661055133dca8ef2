import { parentPort } from 'node:worker_threads';
import { plantBug } from './plant-bug.ts';
import type { Order, Report } from './simulation.ts';

/** Simulates the seeds of one order, one after another, and reports each that ends badly. */
async function carryOut(order: Order): Promise<void> {
  if (order.plant !== undefined) plantBug(order.plant);
  // Only now, so that the fault is in what is loaded.
  const { simulate } = await import('./simulate-seed.ts');
  let happened = 0;
  let seeds = 0;
  for (const seed of order.seeds) {
    const outcome = await simulate(seed, order.traced);
    seeds++;
    happened += outcome.happened;
    if (outcome.violation === undefined && !order.traced) continue;
    // What led there is only known to a run that kept it.
    const { violation, trace } = order.traced ? outcome : await simulate(seed, true);
    tell({ kind: 'run', seed, violation, trace });
    if (order.until === 'any' || order.until === violation?.invariant) break;
  }
  tell({ kind: 'done', seeds, happened });
}

function tell(report: Report): void {
  parentPort?.postMessage(report, []);
}

parentPort?.once('message', (order: Order) => {
  void carryOut(order);
});
