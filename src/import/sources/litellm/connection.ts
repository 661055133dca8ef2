import { isMap, jsonOf, mapOf, numberOf, wordsOf } from '../../loose.ts';
import type { LooseMap } from '../../loose.ts';
import { joined, variable, written } from '../../plan.ts';
import type { CustomSetting, Text } from '../../plan.ts';
import type { Values } from './values.ts';
import type { Vendor } from './vendors.ts';

/** How a provider is reached, without its key. */
export interface Connection {
  readonly vendor: string;
  readonly type: string;
  readonly options: LooseMap;
  readonly customSettings: readonly CustomSetting[];
  /** Why it cannot run as it is. */
  readonly unusable?: string;
}

interface Connected {
  readonly key: Text | undefined;
  readonly connection: Connection;
  readonly served: string;
}

/**
 * How a deployment is reached, with which key, and what the provider is asked for.
 * @param name - of the provider at LiteLLM
 * @param model - without it
 */
export function connect(
  name: string,
  vendor: Vendor,
  model: string,
  params: LooseMap,
  values: Values,
): Connected {
  const base = values.text(params['api_base'] ?? params['base_url']);
  const given = values.text(params['api_key']);
  const key = given ?? (vendor.env === undefined ? undefined : variable(vendor.env));
  const made = (
    options: LooseMap,
    more: { key?: Text | undefined; served?: string; unusable?: string | undefined } = {},
  ): Connected => ({
    key: 'key' in more ? more.key : key,
    served: more.served ?? model,
    connection: {
      vendor: name,
      type: vendor.type === 'openai' && isElsewhere(base) ? 'openai-compatible' : vendor.type,
      options: { ...options, ...patience(params) },
      customSettings: settingsOf(params),
      ...(more.unusable !== undefined && { unusable: more.unusable }),
    },
  });
  switch (vendor.type) {
    case 'azure':
      return made(azure(base, values.text(params['api_version'])), {
        unusable:
          params['azure_ad_token'] === undefined && params['tenant_id'] === undefined
            ? undefined
            : 'it signs in by Entra ID: give it a key',
      });
    case 'azure-ai-foundry':
      return made({ baseUrl: foundry(base) });
    case 'bedrock':
      return bedrock(made, model, params, values, given);
    case 'vertex':
      return vertex(made, params, values);
    default:
      return made(baseUrlOf(vendor, base), {
        unusable: base === undefined && needsBase(vendor) ? 'it names no api_base' : undefined,
      });
  }
}

type Made = (
  options: LooseMap,
  more?: { key?: Text | undefined; served?: string; unusable?: string | undefined },
) => Connected;

/** `openai/` with an address stands for all that is compatible. */
function isElsewhere(base: Text | undefined): boolean {
  return base !== undefined && !written(base).startsWith('https://api.openai.com/');
}

function needsBase({ type, baseUrl }: Vendor): boolean {
  return baseUrl === undefined && ['openai-compatible', 'vllm'].includes(type);
}

function baseUrlOf({ type, baseUrl, path = '' }: Vendor, base: Text | undefined): LooseMap {
  if (base === undefined) {
    const usual = type === 'ollama' ? 'http://localhost:11434/v1' : baseUrl;
    return usual === undefined ? {} : { baseUrl: usual };
  }
  return { baseUrl: extended(trimmed(base), path) };
}

/** A base URL without the suffix of an operation. */
function trimmed(base: Text): Text {
  return typeof base === 'string'
    ? base.replace(/\/+$/, '').replace(/\/(?:chat\/completions|messages)$/, '')
    : base;
}

function extended(base: Text, path: string): Text {
  return typeof base === 'string' && base.endsWith(path) ? base : joined(base, path);
}

/** Without a version it is the API that has none. */
function azure(base: Text | undefined, version: Text | undefined): LooseMap {
  const resource = base === undefined ? variable('AZURE_API_BASE') : trimmed(base);
  if (typeof resource === 'string' && resource.endsWith('/openai/v1')) return { baseUrl: resource };
  return version === undefined
    ? { baseUrl: joined(resource, '/openai/v1') }
    : { azureServiceUrl: joined(resource, '/?api-version=', version) };
}

function foundry(base: Text | undefined): Text {
  if (base === undefined) return variable('AZURE_AI_API_BASE');
  if (typeof base !== 'string') return base;
  const host = URL.parse(base)?.origin;
  return host?.endsWith('.services.ai.azure.com') === true ? `${host}/openai/v1` : base;
}

/** The SDK of AWS reads its variables where the file says nothing. */
function bedrock(
  made: Made,
  model: string,
  params: LooseMap,
  values: Values,
  apiKey: Text | undefined,
): Connected {
  const access = values.text(params['aws_access_key_id']);
  const secret = values.text(params['aws_secret_access_key']);
  const session = values.text(params['aws_session_token']);
  const region = values.text(params['aws_region_name']);
  const byRole = ['aws_role_name', 'aws_profile_name', 'aws_web_identity_token'].find(
    (name) => params[name] !== undefined,
  );
  const signed = joined(
    access ?? variable('AWS_ACCESS_KEY_ID'),
    ':',
    secret ?? variable('AWS_SECRET_ACCESS_KEY'),
    ...(session === undefined ? [] : [':', session]),
  );
  // A secret beside a variable would stand in the configuration.
  const isHalf = typeof signed !== 'string' && typeof secret === 'string';
  const [, inRegion, rest] = /^([a-z]{2}-[a-z]+-\d)\/(.+)$/.exec(model) ?? [];
  return made(
    { awsRegion: inRegion ?? region ?? variable('AWS_REGION') },
    {
      key: apiKey ?? (isHalf ? undefined : signed),
      served: (rest ?? model).replace(/^(?:converse|converse_like|invoke)\//, ''),
      unusable: bedrockTrouble(byRole, isHalf),
    },
  );
}

function bedrockTrouble(byRole: string | undefined, isHalf: boolean): string | undefined {
  if (byRole !== undefined) return `it signs in by ${byRole}: give it a key, or ACCESS:SECRET`;
  return isHalf ? 'half of its key is a variable: write ACCESS:SECRET into its file' : undefined;
}

function vertex(made: Made, params: LooseMap, values: Values): Connected {
  const credentials = params['vertex_credentials'];
  const account = isMap(credentials) ? JSON.stringify(credentials) : values.text(credentials);
  const isAccount = typeof account !== 'string' || isMap(jsonOf(account));
  const project = values.text(params['vertex_project'] ?? params['vertex_ai_project']);
  const region = values.text(params['vertex_location'] ?? params['vertex_ai_location']);
  const unusable =
    account === undefined
      ? 'it signs in as the machine does: write a service account into its file, in one line'
      : isAccount
        ? undefined
        : 'its service account is a file of its own: write its JSON into the file of keys, in one line';
  return made(
    { vertexRegion: region ?? 'us-central1', ...(project !== undefined && { vertexProjectId: project }) },
    { key: isAccount ? account : undefined, unusable },
  );
}

/** Fields that stand in requests unless clients say otherwise. */
export const REQUEST_FIELDS = wordsOf(`
    temperature top_p top_k max_tokens max_completion_tokens stop seed n presence_penalty
    frequency_penalty reasoning_effort response_format service_tier
  `);

function settingsOf(params: LooseMap): readonly CustomSetting[] {
  const fields = REQUEST_FIELDS.filter((name) => params[name] !== undefined && params[name] !== null);
  const extra = mapOf(params['extra_body']);
  return [
    ...fields.map((name) => ({ name, value: params[name], overwrite: false })),
    ...Object.entries(extra).map(([name, value]) => ({ name, value, overwrite: false })),
  ];
}

function patience(params: LooseMap): LooseMap {
  const timeout = numberOf(params['timeout'] ?? params['request_timeout']);
  const retries = numberOf(params['num_retries'] ?? params['max_retries']);
  return {
    ...(timeout !== undefined && timeout > 0 && { firstOutputTimeout: `${timeout}s` }),
    ...(retries !== undefined && { attempts: Math.min(32, retries + 1) }),
  };
}
