/**
 * A process of its own on shared databases: `sqlite-worker.ts TIMES PATH...`.
 * In one after the other it adds 1 to the record `n`, TIMES times, and tells its parent of each addition once
 * the store has said that it is written.
 */
import { writeSync } from 'node:fs';
import { openSqliteStore } from '../../../src/store/sqlite/sqlite.ts';
import { count } from '../tools.ts';

const [times, ...paths] = process.argv.slice(2);
for (const path of paths) {
  const store = await openSqliteStore({ path });
  for (let done = 1; done <= Number(times); done++) {
    await count(store, 'n', 1);
    writeSync(process.stdout.fd, `${done}\n`);
  }
  await store.close();
}
