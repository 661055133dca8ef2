import type { Call } from '../dialects/operations/call.ts';

/** Of the resources that a request names, so many are considered for routing. */
const MAX_ROUTING_REFS = 8;

/**
 * Ids of the provider's resources that a call refers to, by precedence: the one in its path, the response or conversation
 * that it continues, then files. Costs nothing for a call that names none.
 */
export function resourceRefs({ target, hints }: Call): readonly string[] {
  const { pathId, mentionedIds = [], operation } = target;
  const { previousResponseId, conversation } = hints;
  const refs = hints.refs.length > MAX_ROUTING_REFS ? hints.refs.slice(0, MAX_ROUTING_REFS) : hints.refs;
  const vendorIds = operation.stateful ? vendorIdsOf({ target, hints }) : NO_IDS;
  if (
    pathId === undefined &&
    previousResponseId === undefined &&
    conversation === undefined &&
    vendorIds.length === 0 &&
    mentionedIds.length === 0
  )
    return refs;
  return [decoded(pathId), ...mentionedIds, ...vendorIds, previousResponseId, conversation, ...refs].filter(
    (id) => id !== undefined,
  );
}

const NO_IDS: readonly string[] = [];

/** Ids in those fields of query and body that the operation has for them. */
function vendorIdsOf({ target, hints }: Pick<Call, 'target' | 'hints'>): readonly string[] {
  const { operation, query } = target;
  const { idsInQuery: inQuery, idsInBody: inBody } = operation;
  if (inQuery.length === 0 && inBody.length === 0) return NO_IDS;
  const named = hints.vendorFields.filter(({ name }) => inBody.some((field) => field === name));
  return [...(query === '' ? NO_IDS : idsInQuery(query, inQuery)), ...named.map(({ text }) => text)].filter(
    (id) => id !== '',
  );
}

/** An id as its provider reads it: whoever finds a path has made sure that it can be decoded. */
function decoded(pathId: string | undefined): string | undefined {
  return pathId === undefined ? undefined : decodeURIComponent(pathId);
}

/** The resources that a call refers to, as access control sees them. */
export interface TouchedResources {
  /** What it is about or continues: has to be its tenant's own. */
  readonly own: readonly string[];
  /**
   * What its content has under a key that usually names a file or a container. It may be an application's own word, or a
   * file that the operator shares with all, so it must only not be another tenant's.
   */
  readonly mentioned: readonly string[];
}

const NONE_TOUCHED: TouchedResources = { own: [], mentioned: [] };

/**
 * All resources that a call refers to, by precedence. `conversation` counts where the provider keeps conversations;
 * elsewhere it is free text. Costs nothing for a call that names none.
 */
export function touchedResources({ target, hints }: Call): TouchedResources {
  const { operation, pathId, mentionedIds = [] } = target;
  const { previousResponseId, conversation, refs, plainRefs, containers, vendorRefs } = hints;
  const hasVendorRefs = operation.dialect === 'vendor' && vendorRefs.length > 0;
  const vendorIds = vendorIdsOf({ target, hints });
  const isPlain = pathId === undefined && previousResponseId === undefined && conversation === undefined;
  if (
    isPlain &&
    mentionedIds.length === 0 &&
    refs.length === 0 &&
    containers.length === 0 &&
    !hasVendorRefs &&
    vendorIds.length === 0
  )
    return NONE_TOUCHED;
  const one = operation.stateful ? [decoded(pathId), previousResponseId, conversation] : [previousResponseId];
  const own = [
    ...one.filter((id) => id !== undefined),
    ...vendorIds,
    ...plainRefs,
    ...(hasVendorRefs ? vendorRefs : []),
  ];
  return { own: own.filter((id) => id !== ''), mentioned: [...mentionedIds, ...refs, ...containers] };
}

function idsInQuery(query: string, names: readonly string[]): string[] {
  const given = new URLSearchParams(query);
  return names.flatMap((name) => given.getAll(name));
}

/** Whether the answer to a call may name resources that were created or kept for it. */
export function createsResources({ target, creates }: Call): boolean {
  const { answerIds, honorsStore } = target.operation;
  return answerIds.length > 0 && (creates || !honorsStore);
}

/** The id of the resource that a call deletes, where that is the first one in its path. */
export function deletedResource({ target }: Call): string | undefined {
  const { method, pattern } = target.operation;
  if (method !== 'DELETE') return undefined;
  const namesOne = pattern.indexOf('{id}') === pattern.length - '{id}'.length;
  return namesOne ? decoded(target.pathId) : undefined;
}
