import { providerTypeOf } from '../../catalog/provider-types.ts';
import type { ProviderConfig } from '../../config/schema/schema.ts';
import type { Operation } from '../../dialects/operations/operation.ts';
import { endpointOf } from '../endpoint.ts';
import { chatQuirks } from './compatible.ts';
import { plainAdapter } from './plain.ts';
import type { OpenaiBase, ProviderAdapter } from '../adapter.ts';

/** Operations that belong to a resource rather than to one of its deployments. */
const OF_THE_RESOURCE = /^(?:models|files|uploads|batches|responses|fine_tuning|conversations|realtime)\b/;

/** The path of a deployment; behind it the operation, where the URL is that of one. */
const DEPLOYMENT = /^\/openai\/deployments\/([^/]+)(\/.+)?$/;

/** The base that has neither deployments nor versions. */
const VERSIONLESS_BASE = '/openai/v1';

/**
 * Azure OpenAI. `azureServiceUrl` is the URL of a resource, where the model is the name of the deployment; of one
 * deployment; of one operation, which every request is sent to; or the base `/openai/v1`, without deployments and
 * versions.
 */
export function openAzure(config: ProviderConfig): ProviderAdapter {
  const row = providerTypeOf(config.type);
  const service = new URL(config.azureServiceUrl ?? config.baseUrl);
  const { origin, basePath } = endpointOf({ ...config, baseUrl: service.origin });
  const path = service.pathname.replaceAll(/\/{2,}/g, '/').replace(/\/$/, '');
  const query = service.search.slice(1);
  const deployment = DEPLOYMENT.exec(path)?.[1];
  const isResource = path === '';
  const adapter = plainAdapter(origin, 'openai-chat', [
    {
      family: 'openai',
      basePath: (operation) => basePath + baseOf(path, operation),
      credential: row.credential,
      ...(query !== '' && { query }),
      ...(isOneOperation(path) && { paths: () => basePath + path }),
    },
  ]);
  return {
    ...adapter,
    quirks: chatQuirks(row),
    ownBasePath: VERSIONLESS_BASE,
    ...(!isOneOperation(path) && { openaiBase: openaiBaseAt(path, basePath, query) }),
    ...(deployment !== undefined && { unnamedModel: deployment }),
    // Without a model there is no path to a deployment.
    supports: (operation, model) =>
      adapter.supports(operation) &&
      (!isResource || model !== undefined || OF_THE_RESOURCE.test(operation.name)),
    build: (call, key, model) => {
      const request = adapter.build(call, key, model);
      if (!call.target.operation.upgrades || path === VERSIONLESS_BASE) return request;
      return { ...request, path: withDeployment(request.path, deployment ?? model) };
    },
  };
}

/** A realtime session names its deployment in the query. A configured deployment goes before the model. */
function withDeployment(path: string, deployment: string | undefined): string {
  const mark = path.indexOf('?');
  const before = mark < 0 ? path : path.slice(0, mark);
  const parameters = new URLSearchParams(mark < 0 ? '' : path.slice(mark));
  parameters.delete('model');
  if (!parameters.has('deployment') && deployment !== undefined) parameters.set('deployment', deployment);
  return `${before}?${parameters.toString()}`;
}

/** Only the base with a version in it has none in its queries. */
function openaiBaseAt(path: string, basePath: string, query: string): OpenaiBase {
  if (path === VERSIONLESS_BASE) return { path: basePath + VERSIONLESS_BASE };
  return { path: `${basePath}/openai`, ...(query !== '' && { query }) };
}

function isOneOperation(path: string): boolean {
  const [, deployment, rest] = DEPLOYMENT.exec(path) ?? [];
  return path !== '' && path !== VERSIONLESS_BASE && (deployment === undefined || rest !== undefined);
}

function baseOf(path: string, { name }: Operation): string {
  if (path === VERSIONLESS_BASE) return VERSIONLESS_BASE;
  if (OF_THE_RESOURCE.test(name)) return '/openai';
  return `/openai/deployments/${DEPLOYMENT.exec(path)?.[1] ?? '{model}'}`;
}
