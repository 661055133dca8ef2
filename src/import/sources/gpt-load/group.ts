import { textOf } from '../../loose.ts';
import type { LooseMap } from '../../loose.ts';

/* A row of `groups`. */

/** Whether it is a group of groups. */
export function isAggregate(row: LooseMap): boolean {
  return textOf(row['group_type']) === 'aggregate';
}

/** Its name, which its path has too. */
export function nameOf(row: LooseMap): string {
  return textOf(row['name']) ?? `group-${textOf(row['id'])}`;
}

/** The place that notes name. */
export function placeOf(row: LooseMap): string {
  return `group "${nameOf(row)}"`;
}
