import { isMainThread } from 'node:worker_threads';

/*
 * Loaded into a gateway before it starts: measures how long one turn of its event loop took at most. Counted is processor time
 * of the thread, so that a busy machine does not show.
 */

/** Two looks are so far apart where nothing holds the loop. Milliseconds. */
const LOOK_MS = 1;

if (isMainThread) {
  let longestUs = 0;
  let before = process.threadCpuUsage();
  setInterval(() => {
    const { user, system } = process.threadCpuUsage(before);
    longestUs = Math.max(longestUs, user + system);
    before = process.threadCpuUsage();
  }, LOOK_MS).unref();
  process.on('message', () => {
    process.send?.(longestUs);
    longestUs = 0;
    before = process.threadCpuUsage();
  });
  process.channel?.unref();
}
