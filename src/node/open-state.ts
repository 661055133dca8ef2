import { ClockKeeper } from '../clock/clock-keeper.ts';
import { StateClock } from '../clock/state-clock.ts';
import { setStateClock } from '../clock/wall-time.ts';
import { KeyBook } from '../keys/book/book.ts';
import type { RecordSnapshot } from '../keys/book/record-snapshots.ts';
import type { Store } from '../store/contract.ts';
import { openStore } from '../store/open.ts';
import type { StoreAddress } from '../base/store-address.ts';
import { logClocks } from '../telemetry/clock-lines.ts';
import type { Log } from '../telemetry/log.ts';
import { StoreHealth } from '../telemetry/store-health.ts';

/** What a process knows of keys, where it keeps that, and by which clock. */
export interface OpenState {
  readonly store: Store;
  readonly stateKind: StoreAddress['kind'];
  readonly health: StoreHealth;
  readonly book: KeyBook;
  /** The time of everything that is kept: milliseconds since the epoch. */
  readonly now: () => number;
  readonly clocks: ClockKeeper;
  /** Hears by how much the clock of what is kept was set, as it is where the store's own turns out to be another. */
  onClockSet(listener: (byMs: number) => void): void;
  /** Writes what is unwritten and closes the store. */
  close(): Promise<void>;
}

/** What a process brings to what it knows of keys. */
export interface StateOptions {
  /** Whether it has a key in its configuration now. */
  readonly isConfigured: (keyId: string) => boolean;
  /** What the control process of this gateway knows, where this is one of its workers: those make no store. */
  readonly known?: readonly RecordSnapshot[];
}

/** Opens the store, goes by its clock, and reads what is known of the keys. */
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
