import type { ResponseHeaders } from '../upstream/exchange.ts';

/**
 * Whose limits a key shares, as its provider says with every answer: OpenAI names the organisation and the
 * project, Anthropic the organisation.
 * @returns undefined where the answer does not say
 */
export function domainIn(headers: ResponseHeaders): string | undefined {
  const organization = headers['openai-organization'] ?? headers['anthropic-organization-id'];
  if (typeof organization !== 'string' || organization === '') return undefined;
  const project = headers['openai-project'];
  return typeof project === 'string' ? `${organization}/${project}` : organization;
}
