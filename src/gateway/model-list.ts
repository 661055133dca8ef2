import type { Config } from '../config/schema/schema.ts';
import type { Call } from '../dialects/operations/call.ts';
import { modelListTarget, readModels } from '../dialects/operations/model-lists.ts';
import type { ListedModel } from '../dialects/operations/model-lists.ts';
import { familyOf } from '../dialects/operations/operation.ts';
import type { Operation } from '../dialects/operations/operation.ts';
import { noFacts } from '../dialects/scan/body-facts.ts';
import type { AttemptTools } from '../failover/attempt/attempt-plan.ts';
import { serve } from '../failover/serve.ts';
import type { ServeLimits } from '../failover/serve-context.ts';
import type { Provider } from '../providers/provider.ts';
import { routeQueryOf } from '../routing/route-conditions.ts';
import type { Runtime } from './runtime.ts';
import { readWholeBody } from './whole-body.ts';

/** A longer list is left out. Bytes. */
const MAX_LIST_BYTES = 16 * 1024 * 1024;
/** A provider that takes longer is left out. Milliseconds. */
const LIST_MS = 10_000;

/** Which question about models a call asks; undefined for other calls. */
export function modelQueryOf({ name }: Operation): 'list' | 'one' | undefined {
  if (name === 'models.list' || name === 'anthropic.models.list' || name === 'gemini.models.list')
    return 'list';
  const isOne =
    name === 'models.retrieve' || name === 'anthropic.models.retrieve' || name === 'gemini.models.get';
  return isOne ? 'one' : undefined;
}

/** Whether a call about models is forwarded as it is, since there is one provider only and it has the operation. */
export function isForwarded({ target: { operation } }: Call, { providers }: Runtime): boolean {
  const [only, another] = providers.values();
  if (only === undefined || another !== undefined) return false;
  return only.config.protocol === 'original' || only.supports(operation);
}

/** What the lists of the providers are asked with. */
export interface ModelQuery {
  readonly call: Call;
  readonly runtime: Runtime;
  readonly tools: AttemptTools;
  readonly limits: ServeLimits;
}

/**
 * The models of all providers, each under the name that is routed to it: its own where that leads to its provider, else
 * `provider-id/model`; what no name leads to from the client's host and path is left out. The names in the configuration's
 * routes come first. A provider that does not answer is left out.
 *
 * @returns undefined where no provider answered
 */
export async function listModels(query: ModelQuery): Promise<readonly ListedModel[] | undefined> {
  const leadsTo = routedProvider(query);
  const answered = await answeredLists(query);
  const configured = configuredModels(query.runtime.config).filter((id) => leadsTo(id) !== undefined);
  if (answered.length === 0 && configured.length === 0) return undefined;
  const byId = new Map(configured.map((id) => [id, bareModel(id)]));
  for (const { provider, models } of answered)
    for (const model of models) {
      const id = [model.id, `${provider.id}/${model.id}`].find((name) => leadsTo(name) === provider);
      if (id !== undefined) byId.set(id, { ...model, id });
    }
  return [...byId.values()];
}

/**
 * The model that a name leads to, under that name, as the provider's list has it that would be asked first; by its name alone where
 * that has it not: lists leave out aliases, and some providers have none. Undefined where no route leads from the name.
 */
export async function findModel(query: ModelQuery): Promise<ListedModel | undefined> {
  const id = query.call.model ?? '';
  const route = query.runtime.route({ ...routeQueryOf(query.call), model: id });
  const target = route.kind === 'targets' ? route.targets[0] : undefined;
  if (target === undefined) return undefined;
  const { provider, model } = target;
  const models = await modelsOf(provider, query);
  const listed = models?.find((each) => each.id === model) ?? bareModel(id);
  return { ...listed, id };
}

interface AnsweredList {
  readonly provider: Provider;
  readonly models: readonly ListedModel[];
}

/** The lists of those providers that answered. */
async function answeredLists(query: ModelQuery): Promise<AnsweredList[]> {
  const lists = await Promise.all(
    Array.from(query.runtime.providers.values(), async (provider) => ({
      provider,
      models: await modelsOf(provider, query),
    })),
  );
  return lists.flatMap(({ provider, models }) => (models === undefined ? [] : [{ provider, models }]));
}

/** Which provider would be asked first for a model of this name, by the client's host and path. */
function routedProvider({ call, runtime }: ModelQuery): (model: string) => Provider | undefined {
  const query = routeQueryOf(call);
  return (model) => {
    const found = runtime.route({ ...query, model });
    return found.kind === 'targets' ? found.targets[0]?.provider : undefined;
  };
}

/** The models of exact routes. */
function configuredModels({ routes }: Config): string[] {
  return routes.map(({ model }) => model).filter((model) => !model.startsWith('~') && !model.endsWith('*'));
}

function bareModel(id: string): ListedModel {
  return { id, displayName: undefined, createdAt: undefined, owner: undefined, source: undefined };
}

async function modelsOf(
  provider: Provider,
  { call, tools, limits }: ModelQuery,
): Promise<ListedModel[] | undefined> {
  const family = familyOf(provider.native);
  const target = modelListTarget(family);
  // A provider without a list counts as one that answered.
  if (target === undefined || !provider.supports(target.operation)) return [];
  const listCall: Call = {
    ...call,
    target,
    headers: [],
    model: undefined,
    modelSpan: undefined,
    hints: noFacts(),
    signal: AbortSignal.any([call.signal, AbortSignal.timeout(LIST_MS)]),
  };
  const answer = await serve(listCall, [{ provider, model: undefined }], tools, limits);
  if (answer.kind !== 'answer') return undefined;
  const body = await readWholeBody(answer, MAX_LIST_BYTES);
  if (body === undefined) return undefined;
  try {
    return readModels(family, JSON.parse(body.toString()));
  } catch {
    // Not JSON: a provider that has no such list.
    return undefined;
  }
}
