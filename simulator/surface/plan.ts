import type { Message } from './conversation.ts';
import { isObject, parseJson, type JsonObject } from './json.ts';

/** A call that a plan wants: a tool's name, and an object, or a text for tools that take only that. */
export interface PlannedCall {
  /** Of the plan's calls the number, from 0. */
  readonly number: number;
  readonly name: string;
  readonly input: JsonObject | string;
}

/** Where a conversation stands in a plan. */
export interface PlanProgress {
  /** The calls that have results, of so many. */
  readonly done: number;
  readonly total: number;
  /** The calls that come next; none where the plan is over. */
  readonly next: readonly PlannedCall[];
  /** All steps that are left, as a plan has them. */
  readonly rest: readonly JsonObject[];
  /** What was shown since, by people or as the result of a call. */
  readonly files: readonly string[];
  /** Whether the user has asked for a summary since. */
  readonly isToBeSummarised: boolean;
}

/** Of a longer plan nothing is found. Characters. */
const PLAN_LIMIT = 65_536;

/**
 * What comes next, where a user has written a plan:
 *
 *     plan: [{"read": {"path": "a.txt"}}, {"write": {"path": "b.txt", "text": "…"}, "run": "ls"}]
 *
 * Each step is an object of tools and their inputs, called side by side; each answer that the conversation has for
 * calls made since then takes it one further. The newest plan counts, until all its calls have results.
 * @param parallel whether calls may stand side by side; else each is a step of its own
 * @returns undefined where there is no plan, and tools are called as they are named
 */
export function planProgress(messages: readonly Message[], parallel: boolean): PlanProgress | undefined {
  const at = messages.findLastIndex((each) => each.role === 'user' && planIn(each.text) !== undefined);
  const steps = planIn(messages[at]?.text ?? '');
  if (steps === undefined) return undefined;
  const since = messages.slice(at + 1);
  const done = since.reduce((sum, { results }) => sum + results.length, 0);
  const rest = steps
    .map((step) => step.filter(({ number }) => number >= done))
    .filter((step) => step.length > 0);
  const [next = []] = rest;
  return {
    done,
    total: steps.flat().length,
    next: parallel ? next : next.slice(0, 1),
    rest: rest.map(stepOf),
    files: since.flatMap((each) => each.files),
    isToBeSummarised: since.some(({ role, text }) => role === 'user' && /\bsummary\b/iu.test(text)),
  };
}

function stepOf(calls: readonly PlannedCall[]): JsonObject {
  return Object.fromEntries(calls.map(({ name, input }) => [name, input]));
}

/** The steps of the last plan in a text; undefined where it has none. */
function planIn(text: string): readonly (readonly PlannedCall[])[] | undefined {
  const plans = text.matchAll(/\bplan: (?=\[)/gu).map((start) => listAt(text, start.index + start[0].length));
  const steps = plans.toArray().findLast((each) => each !== undefined);
  let number = 0;
  return steps
    ?.filter(isObject)
    .map((step) =>
      Object.entries(step).flatMap(([name, input]) =>
        isObject(input) || typeof input === 'string' ? [{ number: number++, name, input }] : [],
      ),
    );
}

/** The JSON list that stands there; it ends at the first bracket that makes it one. */
function listAt(text: string, start: number): readonly unknown[] | undefined {
  const rest = text.slice(start, start + PLAN_LIMIT);
  for (let end = rest.indexOf(']'); end >= 0; end = rest.indexOf(']', end + 1)) {
    const value: unknown = parseJson(Buffer.from(rest.slice(0, end + 1)));
    if (!Array.isArray(value)) continue;
    const list: readonly unknown[] = value;
    return list;
  }
  return undefined;
}
