import assert from 'node:assert/strict';
import * as z from 'zod';
import type { RequestResult } from './load.ts';

const requestLine = z.looseObject({
  id: z.string(),
  /** The id that the provider gave, which the client has then. */
  providerRequestId: z.string().optional(),
  failed: z.array(z.looseObject({ provider: z.string() })).default([]),
});

/** Every request was answered. */
export function assertAnswered(asked: readonly RequestResult[]): void {
  assert.deepEqual(
    asked.filter(({ answered }) => !answered).map(({ number, detail }) => `request ${number}: ${detail}`),
    [],
  );
}

/**
 * Numbers of the requests in the second half that were tried at this provider: it failed them, and they waited for it.
 * @param logged - the log's lines of all requests
 */
export function laterTries(
  asked: readonly RequestResult[],
  logged: readonly unknown[],
  provider: string,
): readonly number[] {
  const lines = new Map(
    logged.map((each) => {
      const line = requestLine.parse(each);
      return [line.providerRequestId ?? line.id, line];
    }),
  );
  return asked
    .slice(asked.length / 2)
    .filter(({ id = '', number }) => {
      const line = lines.get(id);
      assert.ok(line !== undefined, `the log does not tell of request ${number}`);
      return line.failed.some((each) => each.provider === provider);
    })
    .map(({ number }) => number);
}
