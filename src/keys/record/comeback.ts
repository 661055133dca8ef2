import type { AttemptEnded } from './event.ts';
import { ANY_MODEL, MAX_MODEL_LENGTH } from './record.ts';
import type { Comeback, InService, OutOfService } from './record.ts';

/*
 * Relapses. A health check may prove too little: a list of models says nothing about credit, a small model nothing about
 * a large one. A key that is out again soon after a check had put it back is checked more strictly.
 */

/** A key that is out again within this time after it came back has relapsed. Milliseconds. */
const RELAPSE_MS = 10 * 60 * 1000;

/** Relapses in a row, if the key is taken out now; 0 where this is none. */
export function relapsesOf({ comeback, since }: InService, now: number): number {
  return comeback !== undefined && now < since + RELAPSE_MS ? comeback.relapses + 1 : 0;
}

/** The comeback of a key that a check puts back. */
export function comebackOf({ model, relapses = 0 }: OutOfService): Comeback {
  return { relapses, ...(model !== undefined && { model }) };
}

/** What remains of a comeback after a success: a request for the model with which it had failed confirms it, a check does not. */
export function comebackAfterSuccess(
  comeback: Comeback | undefined,
  { check, model }: AttemptEnded,
): Comeback | undefined {
  if (comeback === undefined || check) return comeback;
  return comeback.model === undefined || comeback.model === model ? undefined : comeback;
}

/** The model that a health check can repeat; undefined where it was no chat, or named no model. */
export function chatModelOf({ chat, model }: AttemptEnded): string | undefined {
  return chat === true && model !== ANY_MODEL && model.length <= MAX_MODEL_LENGTH ? model : undefined;
}

/** A check was denied the model: the credential works, so the key may come back for other models. */
export function isAdmittedWithoutModel(record: OutOfService, event: AttemptEnded): boolean {
  return record.cause !== 'billing' && isDeniedItsModel(record, event);
}

/** A check was denied the model with which the key had failed. */
export function isDeniedItsModel(
  { model }: OutOfService,
  { check, effect, model: tried }: AttemptEnded,
): boolean {
  return check && effect.kind === 'denies' && model === tried;
}
