/**
 * Runs within each process of a gateway, by `--import`, and reports how much it holds: at a SIGUSR2 it collects
 * garbage and writes what is left to a file named by its process id. Outside of the product, which knows nothing of it.
 */
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
// What it gives is untyped: it is called as it is there.
const collectGarbage = (): void => void runInNewContext('gc()');
let warnings = 0;
process.on('warning', ({ name }) => {
  // Of too many listeners; what is experimental is said once.
  if (name === 'MaxListenersExceededWarning') warnings++;
});
process.on('SIGUSR2', () => {
  collectGarbage();
  const { heapUsed, rss, external } = process.memoryUsage();
  const handles = process.getActiveResourcesInfo().length;
  const listeners = process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0);
  const path = join(process.env['SOAK_INSIGHT'] ?? '.', String(process.pid));
  writeFileSync(`${path}.new`, JSON.stringify({ heapUsed, rss, external, handles, listeners, warnings }));
  renameSync(`${path}.new`, path);
});
