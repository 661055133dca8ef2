import { MAX_CIRCUIT_STATUSES } from '../record/circuit-status.ts';
import type { CircuitStatus } from '../record/circuit-status.ts';
import { DECISION_EFFECTS, MAX_DECISION_TEXT, MAX_DECISIONS } from '../record/decision.ts';
import type { Decision } from '../record/decision.ts';
import { MAX_DOMAIN_LENGTH, MAX_MODEL_LENGTH, MAX_SCARCITIES } from '../record/record.ts';
import type {
  Comeback,
  Doubt,
  Hold,
  InService,
  KeyRecord,
  OperatorAct,
  OutCause,
  OutOfService,
  Scarcity,
} from '../record/record.ts';

/**
 * The record as it is stored.
 * @param writeId - unique for each write; stored as `mark`, see `writeIdOf`
 */
export function encodeRecord(record: KeyRecord, writeId?: string): string {
  return JSON.stringify(writeId === undefined ? record : { ...record, mark: writeId });
}

/** The id of the write that stored a record; undefined where it has none. */
export function writeIdOf(text: string): string | undefined {
  const value = parse(text);
  return isObject(value) && typeof value['mark'] === 'string' ? value['mark'] : undefined;
}

/**
 * @returns undefined where the text is no record of this or an older version
 */
export function decodeRecord(text: string): KeyRecord | undefined {
  const value = parse(text);
  if (!isObject(value) || !isCount(value['epoch']) || !isTime(value['since'])) return undefined;
  const { epoch, since } = value;
  const decisionLog = readDecisions(value['decisions']);
  const beside = {
    ...readDomain(value['domain']),
    ...readCircuits(value['circuits']),
    ...readOperator(value, since, decisionLog.decisions),
    ...decisionLog,
  };
  switch (value['state']) {
    case 'disabled':
      return { state: 'disabled', epoch, since, ...beside };
    case 'in-service': {
      const { failures, lastRule, holds, liftedAt, comeback } = value;
      if (!isCount(failures) || !Array.isArray(holds) || !holds.every(isHold)) return undefined;
      if (lastRule !== undefined && typeof lastRule !== 'string') return undefined;
      return {
        state: 'in-service',
        epoch,
        since,
        failures,
        holds,
        ...(lastRule !== undefined && { lastRule }),
        ...(isTime(liftedAt) && { liftedAt }),
        ...readScarce(value['scarce']),
        ...readDoubt(value['doubt']),
        ...(isComeback(comeback) && { comeback }),
        ...beside,
      };
    }
    case 'out-of-service': {
      const { cause, rule, passes, failedChecks, nextCheckAt, returnsAt, model, relapses } = value;
      if (!isCause(cause) || typeof rule !== 'string') return undefined;
      if (!isCount(passes) || !isCount(failedChecks) || !isTime(nextCheckAt)) return undefined;
      if (returnsAt !== undefined && !isTime(returnsAt)) return undefined;
      return {
        state: 'out-of-service',
        epoch,
        since,
        cause,
        rule,
        passes,
        failedChecks,
        nextCheckAt,
        ...(returnsAt !== undefined && { returnsAt }),
        ...(isText(model, MAX_MODEL_LENGTH) && { model }),
        ...(isCount(relapses) && { relapses }),
        ...readUnproven(value['unproven']),
        ...beside,
      };
    }
    default:
      return undefined;
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isHold(value: unknown): value is Hold {
  return (
    isObject(value) &&
    typeof value['model'] === 'string' &&
    isHoldCause(value['cause']) &&
    typeof value['rule'] === 'string' &&
    isTime(value['since']) &&
    isTime(value['until']) &&
    isCount(value['strikes']) &&
    (value['wide'] === undefined || value['wide'] === true) &&
    (value['unproven'] === undefined || value['unproven'] === true) &&
    (value['chat'] === undefined || value['chat'] === true)
  );
}

/** An unreadable one is dropped: it only makes the next check stricter. */
function isComeback(value: unknown): value is Comeback {
  return (
    isObject(value) &&
    isCount(value['relapses']) &&
    (value['model'] === undefined || isText(value['model'], MAX_MODEL_LENGTH))
  );
}

/** Absent in records of older versions. */
function readDomain(value: unknown): { readonly domain?: string } {
  return isText(value, MAX_DOMAIN_LENGTH) ? { domain: value } : {};
}

/**
 * The operator's last act. Older versions drop that field when they write, but keep the decisions, and disable nothing by
 * themselves: so it can be restored from these.
 */
function readOperator(
  { state, operator }: Record<string, unknown>,
  since: number,
  decisions: readonly Decision[] = [],
): { readonly operator?: OperatorAct } {
  if (isAct(operator) && (operator.act === 'disabled') === (state === 'disabled')) return { operator };
  if (state === 'disabled') return { operator: { act: 'disabled', at: since } };
  const enabled = decisions.findLast(({ effect }) => effect === 'enabled');
  return enabled === undefined ? {} : { operator: { act: 'enabled', at: enabled.at } };
}

function isAct(value: unknown): value is OperatorAct {
  return (
    isObject(value) && (value['act'] === 'disabled' || value['act'] === 'enabled') && isTime(value['at'])
  );
}

/** Unreadable circuits are dropped. */
function readCircuits(value: unknown): { readonly circuits?: readonly CircuitStatus[] } {
  const circuits = Array.isArray(value) ? value.filter(isMark).slice(-MAX_CIRCUIT_STATUSES) : [];
  return circuits.length === 0 ? {} : { circuits };
}

function isMark(value: unknown): value is CircuitStatus {
  return (
    isObject(value) &&
    isText(value['model'], MAX_MODEL_LENGTH) &&
    (value['state'] === 'closed' || value['state'] === 'open' || value['state'] === 'half-open') &&
    [value['at'], value['since'], value['until']].every(isTime) &&
    isCount(value['strikes']) &&
    typeof value['rule'] === 'string' &&
    (value['chats'] === undefined || value['chats'] === true)
  );
}

/** Unreadable scarcities are dropped. */
function readScarce(value: unknown): { readonly scarce?: readonly Scarcity[] } {
  const scarce = Array.isArray(value) ? value.filter(isScarcity).slice(-MAX_SCARCITIES) : [];
  return scarce.length === 0 ? {} : { scarce };
}

/** An unreadable doubt is dropped: the key is in service all the same. */
function readDoubt(value: unknown): Pick<InService, 'doubt'> {
  return isDoubt(value) ? { doubt: value } : {};
}

function isDoubt(value: unknown): value is Doubt {
  return (
    isObject(value) &&
    (isCause(value['cause']) || isHoldCause(value['cause'])) &&
    isText(value['model'], MAX_MODEL_LENGTH) &&
    typeof value['rule'] === 'string' &&
    isTime(value['since']) &&
    isTime(value['nextCheckAt'])
  );
}

/** An unreadable mark is dropped: the key is then out by a proven verdict. */
function readUnproven(value: unknown): Pick<OutOfService, 'unproven'> {
  if (!isObject(value) || !isTime(value['inServiceSince'])) return {};
  return { unproven: { inServiceSince: value['inServiceSince'] } };
}

function isScarcity(value: unknown): value is Scarcity {
  return (
    isObject(value) &&
    isText(value['model'], MAX_MODEL_LENGTH) &&
    isTime(value['since']) &&
    isTime(value['until'])
  );
}

/**
 * Unreadable decisions are dropped: what a newer version may have written in them must not invalidate the record.
 */
function readDecisions(value: unknown): { readonly decisions?: readonly Decision[] } {
  const decisions = Array.isArray(value) ? value.filter(isDecision).slice(-MAX_DECISIONS) : [];
  return decisions.length === 0 ? {} : { decisions };
}

function isDecision(value: unknown): value is Decision {
  return (
    isObject(value) &&
    isTime(value['at']) &&
    DECISION_EFFECTS.some((effect) => effect === value['effect']) &&
    ['rule', 'requestId', 'node', 'model', 'by', 'reason'].every((name) => isBriefOrAbsent(value[name])) &&
    (value['status'] === undefined || isCount(value['status'])) &&
    (value['check'] === undefined || value['check'] === true)
  );
}

function isBriefOrAbsent(value: unknown): boolean {
  return value === undefined || isText(value, MAX_DECISION_TEXT);
}

function isText(value: unknown, maxLength: number): value is string {
  return typeof value === 'string' && value.length <= maxLength;
}

function isCause(value: unknown): value is OutCause {
  return value === 'failures' || value === 'key_dead' || value === 'billing';
}

function isHoldCause(value: unknown): value is Hold['cause'] {
  return value === 'throttled' || value === 'denied';
}

function isCount(value: unknown): value is number {
  return isTime(value) && Number.isSafeInteger(value);
}

/** Milliseconds since the epoch; fractions of them are fine, as in a wait of 0.5 ms. */
function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
