import type { ServiceName } from '../request-target.ts';
import { strictRules } from './strict.ts';

/** What vendors refuse, one rule a line, each with where it says so. */
export function describeRules(vendors: readonly ServiceName[]): string {
  return vendors
    .map((vendor) =>
      [
        `${vendor}:`,
        ...strictRules[vendor].map(
          ({ id, refuses, source, date }) => `  ${id}: ${refuses} (${source}; ${date})`,
        ),
        '',
      ].join('\n'),
    )
    .join('\n');
}
