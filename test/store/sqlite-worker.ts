/**
 * A process of its own on a shared database: `sqlite-worker.ts PATH TIMES`.
 * Adds 1 to the record `n`, TIMES times, and tells its parent of each once the store has said it is written.
 */
import { writeSync } from 'node:fs';
import { openSqliteStore } from '../../src/store/sqlite.ts';
import { count } from './tools.ts';

const [path = '', times = '1'] = process.argv.slice(2);
const store = await openSqliteStore({ path });
for (let done = 1; done <= Number(times); done++) {
  await count(store, 'n', 1);
  writeSync(process.stdout.fd, `${done}\n`);
}
await store.close();
