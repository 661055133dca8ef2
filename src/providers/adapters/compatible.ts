import type { ProviderConfig } from '../../config/schema/schema.ts';
import type { Edit } from '../../dialects/scan/json-edit.ts';
import { capabilityPaths } from './capabilities.ts';
import { ANTHROPIC_VERSION } from './claude.ts';
import { endpointOf, siblingPathPrefix } from '../endpoint.ts';
import { withBodyEdits } from '../request/body-edits.ts';
import { plainAdapter } from './plain.ts';
import type { Surface } from './plain.ts';
import { isOffered } from '../../catalog/row.ts';
import type { AdditionalApi, ProviderType } from '../../catalog/row.ts';
import { providerTypeOf } from '../../catalog/provider-types.ts';
import { NO_QUIRKS } from '../../translate/codec.ts';
import type { ProviderQuirks } from '../../translate/codec.ts';
import type { ProviderAdapter } from '../adapter.ts';

/** Providers with OpenAI's API, as their row and their configuration describe them. */
export function openCompatible(config: ProviderConfig): ProviderAdapter {
  const { origin, basePath } = endpointOf(config);
  const row = providerTypeOf(config.type);
  const prefix = siblingPathPrefix(config, row.baseUrl);
  const configured = capabilityPaths(config);
  const typePaths = pathsOf(row, config);
  const edits = editsOf(row, config);
  const openai: Surface = {
    family: 'openai',
    basePath,
    credential: row.credential,
    // What the configuration gives a path is supported.
    lacks: (operation) => configured(operation) === undefined && !isOffered(row.offers, operation.name),
    paths: (operation) => {
      const own = typePaths[operation.name];
      const elsewhere = own === undefined || prefix === undefined ? undefined : prefix + own;
      return configured(operation) ?? elsewhere;
    },
  };
  const additional = prefix === undefined ? [] : additionalSurfaces(row, prefix, configured);
  const adapter = plainAdapter(origin, 'openai-chat', [openai, ...additional]);
  const editing =
    edits.size === 0
      ? adapter
      : withBodyEdits(adapter, ({ target }) => {
          const own = edits.get(target.operation.name);
          return own && { edits: own };
        });
  return {
    ...editing,
    openaiBase: { path: basePath, ...queryOf(config) },
    originalPath: ({ name }) => row.originalPaths?.[name],
    errorsInside: row.errorsInside === true,
    quirks: chatQuirks(row),
  };
}

/** MiniMax's older API wants the group of the account in every query: platform.minimaxi.com/document/ChatCompletion. */
function queryOf({ minimaxGroupId: group }: ProviderConfig): { readonly query?: string } {
  return group === undefined ? {} : { query: `GroupId=${encodeURIComponent(group)}` };
}

/** How a type differs from others in chats that are translated to OpenAI's dialect. */
export function chatQuirks({
  resendsReasoning = false,
  refusesStreamUsage = false,
}: ProviderType): ProviderQuirks {
  return {
    ...NO_QUIRKS,
    resendsReasoning,
    refusesStreamUsage,
  };
}

/** The APIs that a provider has beside OpenAI's. */
function additionalSurfaces(
  { anthropic, own, credential }: ProviderType,
  prefix: string,
  paths: NonNullable<Surface['paths']>,
): Surface[] {
  const surface = (family: Surface['family'], { basePath, offers }: AdditionalApi): Surface => ({
    family,
    basePath: prefix + basePath,
    credential,
    lacks: ({ name }) => !isOffered(offers, name),
    paths,
  });
  const defaultHeaders = { 'anthropic-version': ANTHROPIC_VERSION };
  return [
    ...(anthropic === undefined ? [] : [{ ...surface('anthropic', anthropic), defaultHeaders }]),
    ...(own === undefined ? [] : [surface('vendor', own)]),
  ];
}

/** The whole paths of some operations, by their names, with those that switches of the type's own change. */
function pathsOf(
  { paths = {}, pathsWith = {} }: ProviderType,
  config: ProviderConfig,
): Readonly<Record<string, string>> {
  const switched = Object.entries(pathsWith)
    .filter(([option]) => isOn(config, option))
    .flatMap(([, changed]) => Object.entries(changed));
  return Object.fromEntries([...Object.entries(paths), ...switched]);
}

/** What the type and the configuration set in bodies, by the names of operations. */
function editsOf(
  { bodyFields = [] }: ProviderType,
  config: ProviderConfig,
): ReadonlyMap<string, readonly Edit[]> {
  const { responseJsonSchema } = config;
  const edits = bodyFields
    .filter(({ option }) => option === undefined || isOn(config, option))
    .map(({ operation, name, value }) => ({
      operation,
      edit: { path: [name], json: JSON.stringify(value), overwrites: false },
    }));
  if (responseJsonSchema !== undefined)
    edits.push({
      operation: 'chat.completions',
      edit: { path: ['response_format'], json: JSON.stringify(responseJsonSchema), overwrites: true },
    });
  const byOperation = Map.groupBy(edits, ({ operation }) => operation);
  return new Map(Array.from(byOperation, ([operation, all]) => [operation, all.map(({ edit }) => edit)]));
}

function isOn(config: Readonly<Record<string, unknown>>, option: string): boolean {
  return config[option] === true;
}
