import { providerTypes } from '../../../catalog/provider-types.ts';
import { jsonOf, mapOf, textOf } from '../../loose.ts';
import type { LooseMap } from '../../loose.ts';
import type { Notes } from '../../notes.ts';
import type { PlannedKey } from '../../plan.ts';
import type { ChannelType } from './channel-types.ts';
import type { Channel } from './channel.ts';

/** What a channel comes to in a vendor's words here. */
export interface VendorWords {
  readonly options: LooseMap;
  readonly secrets?: Readonly<Record<string, string>>;
  readonly keys: readonly PlannedKey[];
  /** Names of models there that the channel did not have to say. */
  readonly mapping?: Readonly<Record<string, string>>;
  /** Why it cannot run as it is. */
  readonly unusable?: string;
}

/** Options, keys and names of models of a channel, by its type. */
export function vendorWords(channel: Channel, type: ChannelType, notes: Notes): VendorWords {
  const { keys } = channel;
  const { special } = type;
  if (special === undefined) return { options: baseUrlOf(channel, type), keys };
  switch (special) {
    case 'azure':
      return azure(channel);
    case 'bedrock':
      return bedrock(channel);
    case 'cloudflare':
      return cloudflare(channel);
    case 'coze':
      return coze(channel, type);
    case 'kling':
      return { options: baseUrlOf(channel, type), keys: rewritten(keys, (parts) => parts.join(':')) };
    case 'spark':
      // APPID|APISecret|APIKey
      return {
        options: {},
        keys: rewritten(keys, ([first = '', secret, key]) =>
          secret === undefined || key === undefined ? first : `${key}:${secret}`,
        ),
      };
    case 'tencent':
      return tencent(channel, notes);
    case 'vertex':
      return vertex(channel, notes);
    case 'whole-url':
      return {
        options: { baseUrl: (channel.baseUrl ?? '').replace(/\/chat\/completions$/, '') },
        keys,
        ...(channel.baseUrl?.includes('{') === true && {
          unusable: 'its URL holds the name of the model, which a baseUrl cannot',
        }),
      };
  }
}

/** A base URL that is the vendor's own need not be written. */
function baseUrlOf({ baseUrl: own }: Channel, { type = '', base, path = '' }: ChannelType): LooseMap {
  const host = own ?? base;
  const baseUrl = host === undefined ? undefined : `${host}${path}`;
  return baseUrl === undefined || baseUrl === providerTypes.get(type)?.baseUrl ? {} : { baseUrl };
}

/** Keys whose parts stand between bars. */
function rewritten(
  keys: readonly PlannedKey[],
  rewrite: (parts: readonly string[]) => string,
): readonly PlannedKey[] {
  return keys.map((planned) => ({ ...planned, key: rewrite(partsOf(planned)) }));
}

function partsOf({ key }: PlannedKey): readonly string[] {
  return typeof key === 'string' ? key.split('|') : [];
}

/** Channels of new-api that are younger keep the dots of models in the names of deployments. Seconds since 1970. */
const DOTS_KEPT_SINCE = Date.UTC(2025, 4, 10) / 1000;

function azure({ baseUrl, keys, words, other, models, mapping, createdTime, row }: Channel): VendorWords {
  const version = words['api_version'] ?? other;
  const keepsDots = 'channel_info' in row && createdTime >= DOTS_KEPT_SINCE;
  const deployments = keepsDots ? [] : models.filter((model) => (mapping[model] ?? model).includes('.'));
  return {
    options:
      version === undefined
        ? { baseUrl: `${baseUrl ?? ''}/openai/v1` }
        : { azureServiceUrl: `${baseUrl ?? ''}/?api-version=${encodeURIComponent(version)}` },
    keys,
    mapping: Object.fromEntries(
      deployments.map((model) => [model, (mapping[model] ?? model).replaceAll('.', '')]),
    ),
    ...(baseUrl === undefined && { unusable: 'it names no resource: write its URL' }),
  };
}

/** Ids at Bedrock that are not as the others. */
const BEDROCK_IDS: Readonly<Record<string, string>> = {
  'claude-instant-1.2': 'anthropic.claude-instant-v1',
  'claude-2.0': 'anthropic.claude-v2',
  'claude-2.1': 'anthropic.claude-v2:1',
  'claude-3-5-sonnet-20241022': 'anthropic.claude-3-5-sonnet-20241022-v2:0',
  'claude-3-5-sonnet-latest': 'anthropic.claude-3-5-sonnet-20241022-v2:0',
};

/** Keys are `ACCESS|SECRET|REGION`, or `API_KEY|REGION`. */
function bedrock({ keys, words, models, mapping }: Channel): VendorWords {
  const regions = new Set(keys.map((key) => partsOf(key).at(-1)));
  const [region = words['region']] = regions;
  const known = models.filter((model) => model.startsWith('claude-') && mapping[model] === undefined);
  return {
    options: { awsRegion: region ?? 'us-east-1' },
    keys: rewritten(keys, (parts) => parts.slice(0, -1).join(':')),
    mapping: Object.fromEntries(
      known.map((model) => [model, BEDROCK_IDS[model] ?? `anthropic.${model}-v1:0`]),
    ),
    ...(regions.size > 1 && { unusable: 'its keys are of several regions: make a provider of each' }),
  };
}

function cloudflare({ baseUrl, keys, words, other }: Channel): VendorWords {
  const account = words['user_id'] ?? other;
  const isOwn = baseUrl !== undefined && baseUrl !== 'https://api.cloudflare.com';
  const ofAccount = account === undefined ? {} : { cloudflareAccountId: account };
  return {
    options: isOwn ? { baseUrl: `${baseUrl}/client/v4/accounts/${account ?? ''}/ai/v1` } : ofAccount,
    keys,
    ...(account === undefined && { unusable: 'it names no account: add cloudflareAccountId' }),
  };
}

/** The model is the id of a bot: one-api puts `bot-` before it, new-api has one for all models. */
function coze(channel: Channel, type: ChannelType): VendorWords {
  const { models, other, keys } = channel;
  const bots = models
    .filter((model) => model.startsWith('bot-'))
    .map((model) => [model, model.slice(4)] as const);
  return {
    options: baseUrlOf(channel, type),
    keys,
    mapping: bots.length === 0 && other !== undefined ? { '*': other } : Object.fromEntries(bots),
  };
}

/** Keys are `APPID|SECRET_ID|SECRET_KEY`, and here one of a provider. */
function tencent({ place, keys }: Channel, notes: Notes): VendorWords {
  const first = keys.find(({ disabled }) => disabled === undefined);
  const [, id, key] = first === undefined ? [] : partsOf(first);
  if (keys.length > 1)
    notes.add(place, 'further keys', 'type: hunyuan signs with one pair: make a provider of each');
  if (id === undefined || key === undefined) return { options: {}, keys };
  return { options: {}, secrets: { hunyuanAuthId: id, hunyuanAuthKey: key }, keys: [] };
}

function vertex({ place, keys, words, other }: Channel, notes: Notes): VendorWords {
  const regions = mapOf(jsonOf(other));
  const region =
    words['region'] ?? textOf(regions['default']) ?? (Object.keys(regions).length === 0 ? other : undefined);
  if (Object.keys(regions).length > 1)
    notes.add(place, 'regions by model', 'a provider has one: make one of each, and routes to them');
  const project = words['vertex_ai_project_id'];
  const account = words['vertex_ai_adc'];
  const [first] = keys;
  const accounts = account === undefined || first === undefined ? keys : [{ ...first, key: account }];
  return {
    options: { vertexRegion: region ?? 'global', ...(project !== undefined && { vertexProjectId: project }) },
    keys: accounts,
  };
}
