import type { KeyRecord } from '../../src/keys/record/record.ts';
import type { TestGateway } from './gateway.ts';

/** A change of a key's record, at the very moment the gateway begins to go by it. */
export interface RecordChange {
  /** Key id. */
  readonly id: string;
  readonly before: KeyRecord;
  readonly after: KeyRecord;
  /** Attempts under way with the key; the one that led to the change is not among them. */
  readonly inFlight: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** Looks on as a pool learns of records, so that a test need not infer from times what came first. */
export function watchRecords(
  { sparekey }: TestGateway,
  listener: (change: RecordChange) => void,
  providerId = 'sim',
): void {
  const pool = sparekey.runtime().providers.get(providerId)?.pool;
  if (pool === undefined) throw new Error(`there is no provider ${providerId}`);
  const update = pool.update.bind(pool);
  pool.update = (id, record) => {
    const pooled = pool.get(id);
    if (pooled !== undefined) {
      const { record: before, inFlight } = pooled;
      listener({ id, before, after: record, inFlight, at: Date.now() });
    }
    update(id, record);
  };
}
