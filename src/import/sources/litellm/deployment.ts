import { isMap, jsonOf, listOf, mapOf, numberOf, textOf, wordsOf } from '../../loose.ts';
import type { LooseMap } from '../../loose.ts';
import type { Notes } from '../../notes.ts';
import { joined, variable, written } from '../../plan.ts';
import type { CustomSetting, Text } from '../../plan.ts';
import type { YamlSource } from '../../yaml-source.ts';
import { VENDORS, vendorOf } from './vendors.ts';
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

/** An item of `model_list`. */
export interface Deployment {
  /** `line 12` */
  readonly place: string;
  /** What clients ask for: a name, or a pattern with stars. */
  readonly asked: string;
  /** What the provider is asked for. */
  readonly model: string;
  readonly id: string | undefined;
  readonly connection: Connection;
  readonly key: Text | undefined;
  /** The lower, the sooner. */
  readonly order: number;
  readonly weight: number | undefined;
}

/** Reads what LiteLLM says in its own way: variables, and credentials that are written elsewhere in the file. */
export interface Values {
  /** Text, with `os.environ/NAME` as a reference. */
  readonly text: (value: unknown) => Text | undefined;
  /** The values of one of `credential_list`. */
  readonly credential: (name: string) => LooseMap | undefined;
}

/** Values of a file. What `environment_variables` sets is put in its place. */
export function valuesOf(file: LooseMap): Values {
  const set = mapOf(file['environment_variables']);
  const text: Values['text'] = (value) => {
    const plain = textOf(value);
    const name = plain === undefined ? undefined : /^os\.environ\/(\S+)$/.exec(plain)?.[1];
    if (name === undefined) return plain;
    const known = textOf(set[name]);
    return known === undefined || known.startsWith('os.environ/') ? variable(name) : known;
  };
  return {
    text,
    credential: (name) => {
      const found = listOf(file['credential_list'])
        .map(mapOf)
        .find((each) => textOf(each['credential_name']) === name);
      return found === undefined ? undefined : mapOf(found['credential_values']);
    },
  };
}

/**
 * A deployment, or undefined where Sparekey has no such provider, which is noted.
 * @param placeOf - of what stands at a path within the item
 */
export function readDeployment(
  item: LooseMap,
  placeOf: YamlSource['place'],
  values: Values,
  notes: Notes,
): Deployment | undefined {
  const place = placeOf();
  const own = mapOf(item['litellm_params']);
  const info = mapOf(item['model_info']);
  const credential = textOf(own['litellm_credential_name']);
  const shared = credential === undefined ? {} : values.credential(credential);
  if (shared === undefined)
    notes.add(
      place,
      `the credential ${credential}`,
      'it is in the database of LiteLLM: write its key by hand',
    );
  const params: LooseMap = { ...shared, ...own };
  const whole = textOf(params['model']);
  const asked = textOf(item['model_name']) ?? whole;
  if (whole === undefined || asked === undefined) {
    notes.add(place, 'an entry without a model', 'it serves nothing');
    return undefined;
  }
  const { name, model } = vendorOf(whole, textOf(params['custom_llm_provider']));
  const vendor = VENDORS[name];
  if (vendor === undefined) {
    const why =
      name === '*' || name === ''
        ? 'it does not say whose model it is: name a provider'
        : 'Sparekey has no such provider; what has the API of OpenAI is openai-compatible';
    notes.add(place, `the model ${whole}`, why);
    return undefined;
  }
  noteParams(params, info, placeOf, notes);
  const { key, connection, served } = connect(name, vendor, model, params, values);
  return {
    place,
    asked,
    model: served,
    id: textOf(info['id']),
    connection,
    key,
    order: numberOf(params['order']) ?? 1,
    weight: numberOf(params['weight']) ?? numberOf(params['rpm']) ?? numberOf(params['tpm']),
  };
}

interface Connected {
  readonly key: Text | undefined;
  readonly connection: Connection;
  readonly served: string;
}

function connect(name: string, vendor: Vendor, model: string, params: LooseMap, values: Values): Connected {
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
const REQUEST_FIELDS = wordsOf(`
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

/** What is carried, or says nothing of how a request is served. */
const SILENT: ReadonlySet<string> = new Set([
  ...REQUEST_FIELDS,
  ...wordsOf(`
    model api_key api_base base_url api_version custom_llm_provider litellm_credential_name
    aws_access_key_id aws_secret_access_key aws_session_token aws_region_name aws_role_name
    aws_profile_name aws_web_identity_token aws_session_name azure_ad_token tenant_id client_id
    client_secret vertex_project vertex_location vertex_credentials vertex_ai_project vertex_ai_location
    order weight extra_body timeout request_timeout num_retries max_retries drop_params
    input_cost_per_token output_cost_per_token
  `),
]);

const KNOWN: Readonly<Record<string, string>> = {
  rpm: 'limits are learned from what providers answer; where no weight is given it is the share of the requests',
  tpm: 'limits are learned from what providers answer; where neither weight nor rpm is given it is the share of the requests',
  max_parallel_requests: 'requests at a time are not bounded by provider',
  organization: 'a key belongs to its organisation: make one for that which is meant',
  extra_headers: 'requests have no headers of the configuration; passHeaders lets those of clients pass',
  headers: 'requests have no headers of the configuration; passHeaders lets those of clients pass',
  stream_timeout: 'firstOutputTimeout is for streams and whole answers alike',
  tags: 'routes know no tags: give clients models of other names',
};

function noteParams(params: LooseMap, info: LooseMap, placeOf: YamlSource['place'], notes: Notes): void {
  for (const [name, value] of Object.entries(params))
    if (!SILENT.has(name) && value !== null && value !== undefined)
      notes.add(placeOf('litellm_params', name), name, KNOWN[name] ?? 'it has no counterpart here');
  if (listOf(info['access_groups']).length > 0)
    notes.add(
      placeOf('model_info', 'access_groups'),
      'access_groups',
      'every client may ask for every model',
    );
}
