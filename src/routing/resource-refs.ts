import type { Call } from '../dialects/operations/call.ts';

/** A request that names more things than these is led by the first. */
const MAX_ROUTING_REFS = 8;

/**
 * Ids of the things at a provider that a call is about, the most telling first: the one its path names, the
 * response or conversation it goes on from, then files. Costs nothing for a call that names none.
 */
export function resourceRefs({ target, hints }: Call): readonly string[] {
  const { pathId } = target;
  const { previousResponseId, conversation } = hints;
  const refs = hints.refs.length > MAX_ROUTING_REFS ? hints.refs.slice(0, MAX_ROUTING_REFS) : hints.refs;
  if (pathId === undefined && previousResponseId === undefined && conversation === undefined) return refs;
  return [pathId, previousResponseId, conversation, ...refs].filter((id) => id !== undefined);
}

/** What a call touches that may be another client's. */
export interface TouchedResources {
  /** What it is about, or goes on from: it has to be its client's own. */
  readonly own: readonly string[];
  /**
   * What stands somewhere in its content under a name that is usually a file's, or a container's. It may be a word of an
   * application's own as well, or a file that the operator gives to all, and so must only not be another client's.
   */
  readonly mentioned: readonly string[];
}

const NONE_TOUCHED: TouchedResources = { own: [], mentioned: [] };

/**
 * All that a call touches, the most telling first. A conversation is a thing where the provider keeps it; elsewhere
 * clients write what they like there. Costs nothing for a call that names none.
 */
export function touchedResources({ target, hints }: Call): TouchedResources {
  const { operation, pathId, query } = target;
  const { previousResponseId, conversation, refs, plainRefs, containers, vendorRefs } = hints;
  const hasVendorRefs = operation.dialect === 'vendor' && vendorRefs.length > 0;
  const asksInQuery = operation.idsInQuery.length > 0 && query !== '';
  const isPlain = pathId === undefined && previousResponseId === undefined && conversation === undefined;
  if (isPlain && refs.length === 0 && containers.length === 0 && !hasVendorRefs && !asksInQuery)
    return NONE_TOUCHED;
  const one = operation.stateful ? [pathId, previousResponseId, conversation] : [previousResponseId];
  const own = [
    ...one.filter((id) => id !== undefined),
    ...(asksInQuery ? idsInQuery(query, operation.idsInQuery) : []),
    ...plainRefs,
    ...(hasVendorRefs ? vendorRefs : []),
  ];
  return { own: own.filter((id) => id !== ''), mentioned: [...refs, ...containers] };
}

function idsInQuery(query: string, names: readonly string[]): string[] {
  const given = new URLSearchParams(query);
  return names.flatMap((name) => given.getAll(name));
}

/** Whether the answer to a call may name things made or kept for it. */
export function createsResources({ target, creates }: Call): boolean {
  const { answerIds, honorsStore } = target.operation;
  return answerIds.length > 0 && (creates || !honorsStore);
}

/** The id of what a call deletes, where it deletes what its path names first. */
export function deletedResource({ target }: Call): string | undefined {
  const { method, pattern } = target.operation;
  if (method !== 'DELETE') return undefined;
  const namesOne = pattern.indexOf('{id}') === pattern.length - '{id}'.length;
  return namesOne ? target.pathId : undefined;
}
