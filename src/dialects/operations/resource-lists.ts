import { asObject } from '../../base/json.ts';
import type { Json } from '../../base/json.ts';
import type { Operation } from './operation.ts';

/*
 * Lists of an account's resources: how a client asks for a page, and how the answer is written. There are two forms:
 * OpenAI's (platform.openai.com/docs/api-reference) and Anthropic's (docs.claude.com/en/api/overview).
 */

/** The list of one kind of resource. */
export interface ResourceList {
  readonly kind: ListedKind;
  /** How a page is asked for: `after` at OpenAI, `after_id` and `before_id` at Anthropic. */
  readonly form: 'openai' | 'anthropic';
  /** Resources on a page, where the client does not say. */
  readonly defaultLimit: number;
  /** The most that a client may ask for. */
  readonly maxLimit: number;
}

/** What a list holds. */
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

/** The list that an operation reads; undefined for any other operation. */
export function resourceListOf({ name }: Operation): ResourceList | undefined {
  return Object.hasOwn(LISTS, name) ? LISTS[name] : undefined;
}

const NONE: readonly ListedKind[] = [];
const FILES: readonly ListedKind[] = ['files'];

/** By operation: the lists that will have what it creates. Batches and jobs create files when they are done. */
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

/** The lists that will have what an operation creates. */
export function listedKindsOf({ name }: Operation): readonly ListedKind[] {
  return Object.hasOwn(CREATED_IN, name) ? (CREATED_IN[name] ?? NONE) : NONE;
}

/** A page as a client asks for it. */
export interface PageQuery {
  /** The most resources. */
  readonly limit: number;
  /** The id after which the page begins, or before which it ends. */
  readonly after: string | undefined;
  readonly before: string | undefined;
  /** The rest of the query. */
  readonly filters: URLSearchParams;
}

/** Parses a query. An invalid limit counts as the default, and one that is too large as the maximum. */
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

/** The most resources on a page that the gateway itself reads: some hundred kilobytes. */
const MAX_READ_LIMIT = 1_000;

/** The query for a page that the gateway itself reads, as large as it may be. */
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

/** A resource in a list. */
export interface ListedResource {
  readonly id: string;
  readonly resource: Json;
}

/** A page of a list as its provider gives it. */
export interface ListPage {
  readonly resources: readonly ListedResource[];
  readonly hasMore: boolean;
}

/** Reads a page; undefined where the body is none. */
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

/** Fields with the ids of files that a batch or job has created. */
const RELATED_FIELDS = ['output_file_id', 'error_file_id', 'result_files'];

/** The ids of further resources that a listed one has created. */
export function relatedIds({ resource }: ListedResource): readonly string[] {
  return RELATED_FIELDS.flatMap((field) => resource[field]).filter((id) => typeof id === 'string');
}

/** Resources of several lists by date, the newest first unless the client asks otherwise. */
export function sortedByDate(
  resources: readonly ListedResource[],
  { filters }: PageQuery,
): readonly ListedResource[] {
  const sign = filters.get('order') === 'asc' ? 1 : -1;
  return resources.toSorted((a, b) => sign * (createdMs(a) - createdMs(b)));
}

/** OpenAI has seconds, Anthropic a date. Milliseconds; 0 without one. */
function createdMs({ resource }: ListedResource): number {
  const at = resource['created_at'];
  if (typeof at === 'number') return at * 1000;
  const ms = typeof at === 'string' ? Date.parse(at) : Number.NaN;
  return Number.isNaN(ms) ? 0 : ms;
}
