import { asObject } from '../../base/json.ts';
import type { Json } from '../../base/json.ts';
import type { Operation } from './operation.ts';

/*
 * Lists of what an account holds: how a client asks for a page of one, and how its answer is written. Two forms are
 * enough for all: OpenAI's (platform.openai.com/docs/api-reference) and Anthropic's (docs.claude.com/en/api/overview).
 */

/** The list of one kind of thing. */
export interface ResourceList {
  /** What its things are; operations that make them say the same. */
  readonly kind: ListedKind;
  /** How a page is asked for: `after` at OpenAI, `after_id` and `before_id` at Anthropic. */
  readonly form: 'openai' | 'anthropic';
  /** Things on a page where the client says nothing, and the most that it may ask for. */
  readonly defaultLimit: number;
  readonly maxLimit: number;
}

export type ListedKind =
  'files' | 'batches' | 'fine_tuning.jobs' | 'videos' | 'anthropic.files' | 'messages.batches';

const LISTS: Readonly<Record<string, ResourceList>> = {
  'files.list': { kind: 'files', form: 'openai', defaultLimit: 10_000, maxLimit: 10_000 },
  'batches.list': { kind: 'batches', form: 'openai', defaultLimit: 20, maxLimit: 100 },
  'fine_tuning.jobs.list': { kind: 'fine_tuning.jobs', form: 'openai', defaultLimit: 20, maxLimit: 100 },
  'videos.list': { kind: 'videos', form: 'openai', defaultLimit: 20, maxLimit: 100 },
  'anthropic.files.list': { kind: 'anthropic.files', form: 'anthropic', defaultLimit: 20, maxLimit: 1_000 },
  'messages.batches.list': { kind: 'messages.batches', form: 'anthropic', defaultLimit: 20, maxLimit: 1_000 },
};

/** The list that an operation asks for; undefined for one that asks for none. */
export function resourceListOf({ name }: Operation): ResourceList | undefined {
  return Object.hasOwn(LISTS, name) ? LISTS[name] : undefined;
}

const NONE: readonly ListedKind[] = [];
const FILES: readonly ListedKind[] = ['files'];

/** By operation: in which lists what it makes will stand. Batches and jobs make files when they are done. */
const CREATED_IN: Readonly<Record<string, readonly ListedKind[]>> = {
  'files.create': FILES,
  'uploads.complete': FILES,
  'batches.create': ['batches', 'files'],
  'fine_tuning.jobs.create': ['fine_tuning.jobs', 'files'],
  'videos.create': ['videos'],
  'videos.remix': ['videos'],
  'videos.edits': ['videos'],
  'videos.extensions': ['videos'],
  'anthropic.files.create': ['anthropic.files'],
  'messages.create': ['anthropic.files'],
  'messages.batches.create': ['messages.batches', 'anthropic.files'],
};

/** The lists in which what an operation makes will stand. */
export function listedKindsOf({ name }: Operation): readonly ListedKind[] {
  return Object.hasOwn(CREATED_IN, name) ? (CREATED_IN[name] ?? NONE) : NONE;
}

/** A page as a client asks for it. */
export interface PageQuery {
  /** Things at most. */
  readonly limit: number;
  /** The thing behind which the page begins, or before which it ends. */
  readonly after: string | undefined;
  readonly before: string | undefined;
  /** All else that the query says. */
  readonly filters: URLSearchParams;
}

/** Reads a query. A limit that is none counts as the usual one, and one that is too large as the most. */
export function parsePageQuery({ form, defaultLimit, maxLimit }: ResourceList, query: string): PageQuery {
  const filters = new URLSearchParams(query);
  const take = (name: string): string | undefined => {
    const value = filters.get(name) ?? undefined;
    filters.delete(name);
    return value === '' ? undefined : value;
  };
  const written = take('limit');
  const limit = written !== undefined && /^[1-9]\d{0,5}$/u.test(written) ? Number(written) : defaultLimit;
  return {
    limit: Math.min(limit, maxLimit),
    after: take(form === 'openai' ? 'after' : 'after_id'),
    before: form === 'openai' ? undefined : take('before_id'),
    filters,
  };
}

/** Things on a page where all of a list is read: some hundred kilobytes. */
const MAX_READ_LIMIT = 1_000;

/** The query for a page that is read here: as many things as one page may have. */
export function pageQuery(
  { form, maxLimit }: ResourceList,
  { filters }: PageQuery,
  cursor: { readonly after?: string | undefined; readonly before?: string | undefined },
): string {
  const query = new URLSearchParams(filters);
  query.set('limit', String(Math.min(maxLimit, MAX_READ_LIMIT)));
  if (cursor.after !== undefined) query.set(form === 'openai' ? 'after' : 'after_id', cursor.after);
  if (cursor.before !== undefined) query.set('before_id', cursor.before);
  return `?${query.toString()}`;
}

/** A thing of a list. */
export interface ListedResource {
  readonly id: string;
  readonly resource: Json;
}

/** A page of a list as its provider gives it. */
export interface ListPage {
  readonly resources: readonly ListedResource[];
  readonly hasMore: boolean;
}

/** Reads a page; undefined where it is none. */
export function readPage(body: unknown): ListPage | undefined {
  const page = asObject(body);
  const data = page?.['data'];
  if (page === undefined || !Array.isArray(data)) return undefined;
  const resources = data.flatMap((each: unknown) => {
    const resource = asObject(each);
    const id = resource?.['id'];
    return resource !== undefined && typeof id === 'string' ? [{ id, resource }] : [];
  });
  return { resources, hasMore: page['has_more'] === true };
}

/** Writes a page as a client expects it. */
export function writePage(
  { form }: ResourceList,
  resources: readonly ListedResource[],
  hasMore: boolean,
): Readonly<Record<string, unknown>> {
  const page = {
    data: resources.map(({ resource }) => resource),
    first_id: resources[0]?.id ?? null,
    last_id: resources.at(-1)?.id ?? null,
    has_more: hasMore,
  };
  return form === 'openai' ? { object: 'list', ...page } : page;
}

/** Fields of a listed thing that name further things, which are made when it is done. */
const RELATED_FIELDS = ['output_file_id', 'error_file_id', 'result_files'];

/** Further things that a listed one names. */
export function relatedIds({ resource }: ListedResource): readonly string[] {
  return RELATED_FIELDS.flatMap((field) => resource[field]).filter((id) => typeof id === 'string');
}

/** Things of several lists as one: by date, the newest first unless the client asked otherwise. */
export function sortedByDate(
  resources: readonly ListedResource[],
  { filters }: PageQuery,
): readonly ListedResource[] {
  const sign = filters.get('order') === 'asc' ? 1 : -1;
  return resources.toSorted((a, b) => sign * (createdMs(a) - createdMs(b)));
}

/** OpenAI's are seconds, Anthropic's a date. Milliseconds; 0 where none is told. */
function createdMs({ resource }: ListedResource): number {
  const at = resource['created_at'];
  if (typeof at === 'number') return at * 1000;
  const ms = typeof at === 'string' ? Date.parse(at) : Number.NaN;
  return Number.isNaN(ms) ? 0 : ms;
}
