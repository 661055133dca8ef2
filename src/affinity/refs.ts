import type { Call } from '../dialects/call.ts';

/** A request that names more things than these is led by the first. */
const MAX_LEADING = 8;

/**
 * Ids of the things at a provider that a call is about, the most telling first: the one its path names, the
 * response or conversation it goes on from, then files. Costs nothing for a call that names none.
 */
export function refsOf({ target, hints }: Call): readonly string[] {
  const { pathId } = target;
  const { previousResponseId, conversation } = hints;
  const refs = hints.refs.length > MAX_LEADING ? hints.refs.slice(0, MAX_LEADING) : hints.refs;
  if (pathId === undefined && previousResponseId === undefined && conversation === undefined) return refs;
  return [pathId, previousResponseId, conversation, ...refs].filter((id) => id !== undefined);
}

/**
 * Ids of all things that a call touches and that may be another client's, in the same order. A conversation is one
 * where the provider keeps it; elsewhere clients write what they like there. Costs nothing for a call that names none.
 */
export function touchedBy({ target, hints }: Call): readonly string[] {
  const { operation, pathId, query } = target;
  const { previousResponseId, conversation, refs, containers, vendorRefs } = hints;
  const isPlain = pathId === undefined && previousResponseId === undefined && conversation === undefined;
  const isVendors = operation.dialect === 'vendor';
  if (isPlain && operation.idsInQuery.length === 0 && containers.length === 0 && !isVendors) return refs;
  const one = operation.stateful ? [pathId, previousResponseId, conversation] : [previousResponseId];
  const ids = [
    ...one.filter((id) => id !== undefined),
    ...(operation.idsInQuery.length === 0 ? [] : idsInQuery(query, operation.idsInQuery)),
    ...refs,
    ...containers,
    ...(isVendors ? vendorRefs : []),
  ];
  return ids.filter((id) => id !== '');
}

function idsInQuery(query: string, names: readonly string[]): string[] {
  const given = new URLSearchParams(query);
  return names.flatMap((name) => given.getAll(name));
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
