import { ClockKeeper } from '../clock/clock-keeper.ts';
import { StateClock } from '../clock/state-clock.ts';
import { setStateClock } from '../clock/wall-time.ts';
import { KeyBook } from '../keys/book/book.ts';
import type { RecordSnapshot } from '../keys/book/record-snapshots.ts';
import type { Store } from '../store/contract.ts';
import { openStore } from '../store/open.ts';
import type { StoreAddress } from '../base/store-address.ts';
import { logClocks } from '../telemetry/notice-lines.ts';
import type { Log } from '../telemetry/contract.ts';
import { StoreHealth } from '../telemetry/store-health.ts';

/** The store of a process, what it knows of keys, and its clock. */
export interface OpenState {
  readonly store: Store;
  readonly stateKind: StoreAddress['kind'];
  readonly health: StoreHealth;
  readonly book: KeyBook;
  /** The time of all state: milliseconds since the epoch. */
  readonly now: () => number;
  readonly clocks: ClockKeeper;
  /** Calls `listener` with the change when the clock of state is set, as where the store's own clock was. Milliseconds. */
  onClockSet(listener: (byMs: number) => void): void;
  /** Writes pending records and closes the store. */
  close(): Promise<void>;
}

/** What opening depends on in this process. */
export interface StateOptions {
  /** Whether a key is in the configuration now. */
  readonly isConfigured: (keyId: string) => boolean;
  /** For a worker: what its control process knows of keys. A worker creates no store file. */
  readonly known?: readonly RecordSnapshot[];
}

/** Opens the store, synchronises with its clock, and reads the records of keys. */
export async function openState(
  address: StoreAddress,
  log: Log,
  { isConfigured, known }: StateOptions,
): Promise<OpenState> {
  const clock = new StateClock();
  const { now } = clock;
  const store = await openStore(address, { now, mayCreate: known === undefined });
  const setListeners: ((byMs: number) => void)[] = [];
  const clocks = new ClockKeeper({
    clock,
    storeTime: () => store.time(),
    onNotice: logClocks(log),
    onSet: (byMs) => setListeners.forEach((listener) => listener(byMs)),
  });
  await clocks.syncWithStore();
  setStateClock(now);
  const health = new StoreHealth(log, now);
  const book = await KeyBook.open({
    store,
    now,
    learnTime: () => clocks.syncWithStore(),
    onNotice: (notice) => health.onNotice(notice),
    isConfigured,
    ...(known !== undefined && { known }),
  });
  setListeners.push((byMs) => book.clockSet(byMs));
  return {
    store,
    stateKind: address.kind,
    health,
    book,
    now,
    clocks,
    onClockSet: (listener) => void setListeners.push(listener),
    close: async () => {
      await book.close();
      clocks.close();
      await store.close();
    },
  };
}
