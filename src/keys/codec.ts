import type { Hold, KeyRecord, OutCause } from './record.ts';

/** The record as the store keeps it. */
export function encodeRecord(record: KeyRecord): string {
  return JSON.stringify(record);
}

/**
 * @returns undefined where the text is no record: a store that was tampered with, or written by a version
 *   that knows more
 */
export function decodeRecord(text: string): KeyRecord | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isObject(value) || !isCount(value['epoch']) || !isCount(value['since'])) return undefined;
  const { epoch, since } = value;
  switch (value['state']) {
    case 'disabled':
      return { state: 'disabled', epoch, since };
    case 'in-service': {
      const { failures, lastRule, holds } = value;
      if (!isCount(failures) || !Array.isArray(holds) || !holds.every(isHold)) return undefined;
      return {
        state: 'in-service',
        epoch,
        since,
        failures,
        holds,
        ...(typeof lastRule === 'string' && { lastRule }),
      };
    }
    case 'out-of-service': {
      const { cause, rule, passes, failedChecks, nextCheckAt, returnsAt } = value;
      if (!isCause(cause) || typeof rule !== 'string') return undefined;
      if (!isCount(passes) || !isCount(failedChecks) || !isCount(nextCheckAt)) return undefined;
      return {
        state: 'out-of-service',
        epoch,
        since,
        cause,
        rule,
        passes,
        failedChecks,
        nextCheckAt,
        ...(isCount(returnsAt) && { returnsAt }),
      };
    }
    default:
      return undefined;
  }
}

function isHold(value: unknown): value is Hold {
  return (
    isObject(value) &&
    typeof value['model'] === 'string' &&
    (value['cause'] === 'throttled' || value['cause'] === 'denied') &&
    typeof value['rule'] === 'string' &&
    isCount(value['since']) &&
    isCount(value['until']) &&
    isCount(value['strikes'])
  );
}

function isCause(value: unknown): value is OutCause {
  return value === 'failures' || value === 'key_dead' || value === 'billing';
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
