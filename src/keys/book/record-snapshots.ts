import type { KeyRecord } from '../record/record.ts';

/** A record as one process knows it, for another process of the same gateway. */
export interface RecordSnapshot {
  /** Id in the store. */
  readonly id: string;
  readonly keyId: string;
  readonly state: KeyRecord['state'];
  /** As it would be stored. */
  readonly value: string;
  /** The newest known revision. */
  readonly revision: number;
}

/** Some megabytes. Of more, those in service are left out first. */
const MAX_SNAPSHOTS = 20_000;

interface HasSnapshot {
  readonly snapshot: RecordSnapshot | undefined;
}

/** For a process that is about to start. Where there are too many, unusable keys come first. */
export function recordSnapshots(entries: Iterable<HasSnapshot>): readonly RecordSnapshot[] {
  const known = Array.from(entries, ({ snapshot }) => snapshot).filter((snapshot) => snapshot !== undefined);
  if (known.length <= MAX_SNAPSHOTS) return known;
  return known.toSorted((a, b) => rank(a) - rank(b)).slice(0, MAX_SNAPSHOTS);
}

function rank({ state }: RecordSnapshot): number {
  return ['disabled', 'out-of-service', 'in-service'].indexOf(state);
}
