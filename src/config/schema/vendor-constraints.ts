import type { Secret } from '../../base/secret.ts';
import { isPrivateKey } from './patterns.ts';
import { accountIn } from '../../keys/service-account.ts';

/** Those options of a provider that constraints of its type are about. */
export interface VendorFields {
  readonly type: string;
  readonly baseUrl?: string;
  readonly minimaxApiType?: 'v2' | 'pro';
  readonly minimaxGroupId?: string;
  readonly targetLang?: string;
  readonly apiTokens: readonly { readonly key: Secret }[];
  readonly apiTokensFile?: string;
  readonly vertexAuthKey?: Secret;
  readonly vertexOpenAICompatible?: boolean;
  readonly vertexProjectId?: string;
  readonly vertexRegion?: string;
}

/** A violated constraint: the option, and what was expected there. */
export type VendorProblem = readonly [option: string, expected: string];

/** The constraints of one type alone. What the plugin refuses too has its message in the text. */
export function vendorProblems(provider: VendorFields): readonly VendorProblem[] {
  switch (provider.type) {
    case 'azure':
      return azureProblems(provider);
    case 'deepl':
      return provider.targetLang === undefined
        ? [['targetLang', 'a language to translate into, such as DE']]
        : [];
    case 'minimax':
      return [...minimaxProblems(provider), ...tokenProblems(provider)];
    case 'vertex':
      return vertexProblems(provider);
    default:
      return tokenProblems(provider);
  }
}

function tokenProblems({ apiTokens }: VendorFields): readonly VendorProblem[] {
  return apiTokens.some(({ key }) => accountIn(key) !== undefined)
    ? [['apiTokens', 'tokens: service accounts are for type: vertex only']]
    : [];
}

/** Its older API is that of a group. */
function minimaxProblems({ minimaxApiType, minimaxGroupId = '' }: VendorFields): readonly VendorProblem[] {
  return minimaxApiType === 'pro' && minimaxGroupId === ''
    ? [['minimaxGroupId', 'the id of a group, for minimaxApiType: pro (missing minimaxGroupId)']]
    : [];
}

/** `baseUrl` cannot hold the `api-version`, which all bases but the newest need. */
function azureProblems({ baseUrl }: VendorFields): readonly VendorProblem[] {
  return baseUrl === undefined || /\/openai\/v1\/?$/.test(baseUrl)
    ? []
    : [['azureServiceUrl', 'a URL, unless baseUrl ends in /openai/v1 (missing azureServiceUrl)']];
}

/** Service accounts need project and region in the path; API keys, of express mode, have no OpenAI-compatible endpoint. */
function vertexProblems(provider: VendorFields): readonly VendorProblem[] {
  const { vertexAuthKey, apiTokens, apiTokensFile } = provider;
  const keys = [...apiTokens.map(({ key }) => key), ...(vertexAuthKey === undefined ? [] : [vertexAuthKey])];
  if (keys.length === 0)
    return apiTokensFile === undefined
      ? [['vertexAuthKey', 'a service account, or apiTokens (missing vertexAuthKey)']]
      : [];
  const accounts = keys.map(accountIn).filter((account) => account !== undefined);
  const problems: VendorProblem[] = [];
  if (provider.vertexOpenAICompatible === true && accounts.length < keys.length)
    problems.push([
      'vertexOpenAICompatible',
      'keys that are service accounts (not compatible with Express Mode (apiTokens))',
    ]);
  if (accounts.some(({ private_key }) => !isPrivateKey(private_key)))
    problems.push(['apiTokens', 'service accounts whose private keys can be read']);
  if (accounts.length > 0 && provider.vertexRegion === undefined)
    problems.push(['vertexRegion', 'a region for service accounts, such as global (missing vertexRegion)']);
  if (provider.vertexProjectId === undefined && accounts.some(({ project_id }) => project_id === undefined))
    problems.push([
      'vertexProjectId',
      'a project, since a service account names none (missing vertexProjectId)',
    ]);
  return problems;
}
