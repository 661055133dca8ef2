import assert from 'node:assert/strict';
import type { Asked } from './load.ts';

/** What the log says of one request. */
export interface Logged {
  readonly id: string;
  readonly failed?: readonly { readonly provider: string }[] | undefined;
}

/** Every request was answered. */
export function assertAnswered(asked: readonly Asked[]): void {
  assert.deepEqual(
    asked.filter(({ answered }) => !answered).map(({ number, said }) => `request ${number}: ${said}`),
    [],
  );
}

/** Numbers of the requests in the second half that were tried at this provider: it failed them, and they waited for it. */
export function laterTries(
  asked: readonly Asked[],
  logged: readonly Logged[],
  provider: string,
): readonly number[] {
  const tried = new Set(
    logged.filter(({ failed = [] }) => failed.some((each) => each.provider === provider)).map(({ id }) => id),
  );
  return asked
    .slice(asked.length / 2)
    .filter(({ id }) => id === undefined || tried.has(id))
    .map(({ number }) => number);
}
