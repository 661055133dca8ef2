import type { Behaviour, KeyScript, Operation } from './behaviour.ts';

/** What of a request decides which behaviour it meets. */
export interface RequestTraits {
  readonly operation: Operation;
  readonly model: string | undefined;
}

/** How far one behaviour of a script has come. */
interface StepProgress {
  readonly played: number;
  /** Milliseconds on the caller's clock; undefined until it is first played. */
  readonly startedAt: number | undefined;
}

/** How far a key has come in its script: one entry for each behaviour. */
export type Progress = readonly StepProgress[];

/** What a request meets. */
export interface NextBehaviour {
  /** Undefined where the script has nothing (left) for this request: answer. */
  readonly behaviour: Behaviour | undefined;
  /** When the behaviour will be over by its `forMs`, on the caller's clock. */
  readonly endsAt: number | undefined;
  /** The same object as before where nothing changed. */
  readonly progress: Progress;
}

const NOT_STARTED: StepProgress = { played: 0, startedAt: undefined };

/** The progress of a script of which nothing has been played. */
export function initialProgress(script: KeyScript): Progress {
  return script.behaviours.map(() => NOT_STARTED);
}

/**
 * Which behaviour a request meets: the first that is not over, fits the request and wins its chance.
 * @param now milliseconds, on any clock that does not go backwards
 * @param random in [0, 1), drawn anew for each behaviour with a `chance`
 */
export function nextBehaviour(
  script: KeyScript,
  before: Progress,
  request: RequestTraits,
  now: number,
  random: () => number,
): NextBehaviour {
  const progress = script.repeat === true && allOver(script, before, now) ? initialProgress(script) : before;
  for (const [index, behaviour] of script.behaviours.entries()) {
    const step = progress[index] ?? NOT_STARTED;
    if (isOver(behaviour, step, now) || !fits(behaviour, request)) continue;
    if (behaviour.chance !== undefined && random() >= behaviour.chance) continue;
    return advance(behaviour, step, index, progress, now);
  }
  return { behaviour: undefined, endsAt: undefined, progress };
}

/** The behaviours that are not over, in order. */
export function remaining(script: KeyScript, progress: Progress, now: number): readonly Behaviour[] {
  return script.behaviours.filter(
    (behaviour, index) => !isOver(behaviour, progress[index] ?? NOT_STARTED, now),
  );
}

function advance(
  behaviour: Behaviour,
  step: StepProgress,
  index: number,
  progress: Progress,
  now: number,
): NextBehaviour {
  if (behaviour.times === undefined && behaviour.forMs === undefined) {
    return { behaviour, endsAt: undefined, progress };
  }
  const startedAt = step.startedAt ?? now;
  return {
    behaviour,
    endsAt: behaviour.forMs === undefined ? undefined : startedAt + behaviour.forMs,
    progress: progress.with(index, { played: step.played + 1, startedAt }),
  };
}

function allOver(script: KeyScript, progress: Progress, now: number): boolean {
  return script.behaviours.every((behaviour, index) =>
    isOver(behaviour, progress[index] ?? NOT_STARTED, now),
  );
}

function isOver(behaviour: Behaviour, step: StepProgress, now: number): boolean {
  if (behaviour.times !== undefined) return step.played >= behaviour.times;
  if (behaviour.forMs !== undefined && step.startedAt !== undefined) {
    return now - step.startedAt >= behaviour.forMs;
  }
  return false;
}

function fits(behaviour: Behaviour, { operation, model }: RequestTraits): boolean {
  if (behaviour.operations !== undefined && !behaviour.operations.includes(operation)) return false;
  return behaviour.models === undefined || (model !== undefined && behaviour.models.includes(model));
}
