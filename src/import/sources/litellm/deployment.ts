import { listOf, mapOf, numberOf, textOf, wordsOf } from '../../loose.ts';
import type { LooseMap } from '../../loose.ts';
import { NO_HEADERS } from '../../notes.ts';
import type { Notes } from '../../notes.ts';
import type { Text } from '../../plan.ts';
import type { YamlSource } from '../../yaml-source.ts';
import { REQUEST_FIELDS, connect } from './connection.ts';
import type { Connection } from './connection.ts';
import type { Values } from './values.ts';
import { VENDORS, vendorOf } from './vendors.ts';

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
  extra_headers: NO_HEADERS,
  headers: NO_HEADERS,
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
