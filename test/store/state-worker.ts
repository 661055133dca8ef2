/**
 * A process of its own on a shared state: `state-worker.ts STATE HOW LOOPS TIMES`.
 *
 * With `store` each of its LOOPS adds 1 to the record `n`, TIMES times. With `book` each counts as many failures
 * of one key. All loops run at once.
 */
import { setImmediate } from 'node:timers/promises';
import { KeyBook } from '../../src/keys/book/book.ts';
import { openStore } from '../../src/store/open.ts';
import { placeAt } from './redis/deployments.ts';
import { contestedKey, failure, patientPolicy } from './contested-key.ts';
import { count } from './tools.ts';

const [state = '', how, loops, times] = process.argv.slice(2);
const store = await openStore(
  state.startsWith('sqlite:') ? { kind: 'sqlite', path: state.slice('sqlite:'.length) } : placeAt(state),
);
const all = Array.from({ length: Number(loops) });
if (how === 'store') {
  await Promise.all(all.map(() => count(store, 'n', Number(times))));
} else {
  const book = await KeyBook.open({ store, onNotice: ({ kind }) => process.stderr.write(`${kind}\n`) });
  const fail = async (): Promise<void> => {
    for (let n = 0; n < Number(times); n++) {
      book.apply(contestedKey, failure, patientPolicy);
      await setImmediate();
    }
  };
  await Promise.all(all.map(fail));
  await book.close();
}
await store.close();
