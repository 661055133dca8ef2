import { asObject } from '../../base/json.ts';
import type { Json } from '../../base/json.ts';
import type { Target } from './find-target.ts';
import type { Family } from './operation.ts';
import { operationNamed } from './table.ts';

/** A model in a list, in the fields that the vendors' lists share. */
export interface ListedModel {
  readonly id: string;
  readonly displayName: string | undefined;
  /** Seconds since the epoch. */
  readonly createdAt: number | undefined;
  readonly owner: string | undefined;
  /** The entry of the provider's list, and the form of it; undefined for a model that only the configuration names. */
  readonly source: { readonly family: Family; readonly model: Json } | undefined;
}

/** The request for a provider's models, for as many as one page may have; undefined where there is no such list. */
export function modelListTarget(family: Family): Target | undefined {
  switch (family) {
    case 'openai':
      return { operation: operationNamed('models.list'), path: '/models', query: '' };
    case 'anthropic':
      return { operation: operationNamed('anthropic.models.list'), path: '/models', query: '?limit=1000' };
    case 'gemini':
      return { operation: operationNamed('gemini.models.list'), path: '/models', query: '?pageSize=1000' };
    case 'bedrock':
    case 'vendor':
      return undefined;
  }
}

/** The models of a list; undefined where the body is none. Some compatible servers send the bare array. */
export function readModels(family: Family, body: unknown): ListedModel[] | undefined {
  const page = asObject(body);
  const list = Array.isArray(body) ? body : (page?.['data'] ?? page?.['models']);
  if (!Array.isArray(list)) return undefined;
  return list.flatMap((each: unknown) => {
    const model = asObject(each);
    const id = model === undefined ? undefined : idOf(model);
    return model === undefined || id === undefined ? [] : [listed(family, id, model)];
  });
}

function idOf(model: Json): string | undefined {
  const named = textOf(model['id']) ?? textOf(model['name']);
  return named?.startsWith('models/') === true ? named.slice('models/'.length) : named;
}

function listed(family: Family, id: string, model: Json): ListedModel {
  return {
    id,
    displayName: textOf(model['display_name']) ?? textOf(model['displayName']),
    createdAt: secondsOf(model['created']) ?? secondsOf(model['created_at']),
    owner: textOf(model['owned_by']),
    source: { family, model },
  };
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Later times are no dates (ECMA-262, 21.4.1.1). Seconds. */
const LAST_DATE = 8.64e12;

function secondsOf(value: unknown): number | undefined {
  if (typeof value === 'number') return Math.abs(value) <= LAST_DATE ? Math.floor(value) : undefined;
  const ms = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(ms) ? undefined : Math.floor(ms / 1000);
}

/** A list in a client's form, all on one page. */
export function writeModels(family: Family, models: readonly ListedModel[]): object {
  const written = models.map((model) => writeModel(family, model));
  if (family === 'gemini') return { models: written };
  if (family !== 'anthropic') return { object: 'list', data: written };
  const ends = { first_id: models[0]?.id ?? null, last_id: models.at(-1)?.id ?? null };
  return { data: written, has_more: false, ...ends };
}

/** One model in a client's form: the entry of the provider's list where the forms are the same, with its name here. */
export function writeModel(family: Family, model: ListedModel): object {
  const { id, displayName, createdAt, owner, source } = model;
  const own = source?.family === family ? source.model : {};
  switch (family) {
    case 'anthropic':
      return {
        type: 'model',
        display_name: displayName ?? id,
        created_at: new Date((createdAt ?? 0) * 1000).toISOString(),
        ...own,
        id,
      };
    case 'gemini':
      return {
        displayName: displayName ?? id,
        supportedGenerationMethods: ['generateContent', 'streamGenerateContent'],
        ...own,
        name: `models/${id}`,
      };
    case 'openai':
    case 'bedrock':
    case 'vendor':
      return { object: 'model', created: createdAt ?? 0, owned_by: owner ?? 'system', ...own, id };
  }
}
