import type { Call } from '../dialects/call.ts';

/**
 * Ids of the things at a provider that a call is about, the most telling first: the one its path names, the
 * response or conversation it goes on from, then files. Costs nothing for a call that names none.
 */
export function refsOf({ target, hints }: Call): readonly string[] {
  const { pathId } = target;
  const { previousResponseId, conversation, refs } = hints;
  if (pathId === undefined && previousResponseId === undefined && conversation === undefined) return refs;
  return [pathId, previousResponseId, conversation, ...refs].filter((id) => id !== undefined);
}

/** Whether the answer to a call may name things made or kept for it. */
export function makes({ target, creates }: Call): boolean {
  const { answerIds, heedsStore } = target.operation;
  return answerIds.length > 0 && (creates || !heedsStore);
}

/** The id of what a call deletes, where it deletes what its path names first. */
export function deletedBy({ target }: Call): string | undefined {
  const { method, pattern } = target.operation;
  if (method !== 'DELETE') return undefined;
  const namesOne = pattern.indexOf('{id}') === pattern.length - '{id}'.length;
  return namesOne ? target.pathId : undefined;
}
