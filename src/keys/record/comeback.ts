import type { AttemptEnded } from './event.ts';
import { ANY_MODEL, MAX_MODEL_LENGTH } from './record.ts';
import type { Comeback, InService, OutOfService } from './record.ts';

/*
 * A health check may prove too little: a list of models nothing of money, a small model nothing of a large one. What
 * left again soon after a check had put it back is known for it.
 */

/** A key that leaves again within this time of coming back has not come back: its check proved too little. Milliseconds. */
const RELAPSE_MS = 10 * 60 * 1000;

/** How often in a row it has left soon after a check had put it back, this time included; 0 where it has not. */
export function relapsesOf({ comeback, since }: InService, now: number): number {
  return comeback !== undefined && now < since + RELAPSE_MS ? comeback.relapses + 1 : 0;
}

/** What an in-service key that a check has put back is known for. */
export function comebackOf({ model, relapses = 0 }: OutOfService): Comeback {
  return { relapses, ...(model !== undefined && { model }) };
}

/** What a success leaves of that: a request of the model that it had failed with confirms it, and no check does. */
export function comebackAfterSuccess(
  comeback: Comeback | undefined,
  { check, model }: AttemptEnded,
): Comeback | undefined {
  if (comeback === undefined || check) return comeback;
  return comeback.model === undefined || comeback.model === model ? undefined : comeback;
}

/** What a health check can ask again; undefined where that was no chat, or named no model. */
export function chatModelOf({ chat, model }: AttemptEnded): string | undefined {
  return chat === true && model !== ANY_MODEL && model.length <= MAX_MODEL_LENGTH ? model : undefined;
}

/** A check shows that it is let in, and may not use the model that it had failed with: all others it may use. */
export function isAdmittedWithoutModel(record: OutOfService, event: AttemptEnded): boolean {
  return record.cause !== 'billing' && isDeniedItsModel(record, event);
}

/** A check was denied the very model that the key had failed with. */
export function isDeniedItsModel(
  { model }: OutOfService,
  { check, effect, model: asked }: AttemptEnded,
): boolean {
  return check && effect.kind === 'denies' && model === asked;
}
