import type { KeyRecord } from '../../../src/keys/record/record.ts';

/** A record in a few words. */
export function describe(record: KeyRecord): string {
  const epoch = `e${record.epoch}`;
  const operator =
    record.operator === undefined ? '' : `, ${record.operator.act} at ${record.operator.at % 100_000}`;
  switch (record.state) {
    case 'disabled':
      return `disabled ${epoch}${operator}`;
    case 'in-service': {
      const holds = record.holds.map(({ cause, model }) => ` ${cause} ${model}`).join('');
      return `in ${epoch} failures ${record.failures}${holds}${operator}`;
    }
    case 'out-of-service':
      return `out ${epoch} ${record.cause} passes ${record.passes} failed checks ${record.failedChecks}${operator}`;
  }
}
