import { MAX_DOMAIN_LENGTH } from '../keys/record/record.ts';
import type { ResponseHeaders } from '../upstream/exchange.ts';

/**
 * Whose limits a key shares, as its provider says with every answer: OpenAI names the organisation and the
 * project, Anthropic the organisation.
 * @returns undefined where the answer does not say, or says what is no name
 */
export function learnedQuotaDomain(headers: ResponseHeaders): string | undefined {
  const organization = headers['openai-organization'] ?? headers['anthropic-organization-id'];
  if (typeof organization !== 'string' || organization === '') return undefined;
  const project = headers['openai-project'];
  const domain = typeof project === 'string' ? `${organization}/${project}` : organization;
  return domain.length <= MAX_DOMAIN_LENGTH ? domain : undefined;
}
