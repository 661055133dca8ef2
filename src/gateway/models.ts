import type { Call } from '../dialects/call.ts';
import type { AttemptTools } from '../failover/attempt.ts';
import { serve } from '../failover/serve.ts';
import type { ServeLimits } from '../failover/serve.ts';
import type { Provider } from '../providers/provider.ts';
import type { Runtime } from './runtime.ts';
import { wholeBody } from './whole-body.ts';

/** A list larger than this is nobody's list of models. Bytes. */
const MAX_LIST_BYTES = 16 * 1024 * 1024;

interface Model {
  readonly id: string;
}

/** OpenAI's shape of a list of models. */
export interface MergedModels {
  readonly object: 'list';
  readonly data: readonly Model[];
}

/**
 * The models of all providers in one list, each under the name that leads to it here: its own where that is
 * routed to its provider, `provider-id/model` otherwise. A provider that does not answer is left out.
 *
 * @returns undefined where no provider answered
 */
export async function mergedModels(
  call: Call,
  { providers, route }: Runtime,
  tools: AttemptTools,
  limits: ServeLimits,
): Promise<MergedModels | undefined> {
  const lists = await Promise.all(
    Array.from(providers.values(), async (provider) => {
      const models = await modelsOf(provider, call, tools, limits);
      return models?.map((model) => ({ ...model, id: nameHere(model.id, provider, route) }));
    }),
  );
  const answered = lists.filter((list) => list !== undefined);
  return answered.length === 0 ? undefined : { object: 'list', data: answered.flat() };
}

function nameHere(id: string, provider: Provider, route: Runtime['route']): string {
  const found = route(id);
  return found.kind === 'targets' && found.targets[0]?.provider === provider ? id : `${provider.id}/${id}`;
}

async function modelsOf(
  provider: Provider,
  call: Call,
  tools: AttemptTools,
  limits: ServeLimits,
): Promise<Model[] | undefined> {
  const { result } = await serve(call, [{ provider, model: undefined }], tools, limits);
  if (result.kind !== 'answer') return undefined;
  const body = await wholeBody(result.attempt, MAX_LIST_BYTES);
  if (body === undefined) return undefined;
  try {
    const parsed: unknown = JSON.parse(body.toString());
    return hasData(parsed) ? parsed.data.filter(isModel) : undefined;
  } catch {
    // Not JSON: a provider that has no such list.
    return undefined;
  }
}

function hasData(value: unknown): value is { data: unknown[] } {
  return typeof value === 'object' && value !== null && 'data' in value && Array.isArray(value.data);
}

function isModel(value: unknown): value is Model {
  return typeof value === 'object' && value !== null && 'id' in value && typeof value.id === 'string';
}
