import { MAX_DOMAIN_LENGTH } from '../keys/record/record.ts';
import type { ResponseHeaders } from '../upstream/exchange.ts';

/**
 * The quota domain of a key, as headers of an answer name it: OpenAI's the organisation and the project, Anthropic's the
 * organisation.
 * @returns undefined where they do not, or the name is longer than `MAX_DOMAIN_LENGTH`
 */
export function learnedQuotaDomain(headers: ResponseHeaders): string | undefined {
  const organization = headers['openai-organization'] ?? headers['anthropic-organization-id'];
  if (typeof organization !== 'string' || organization === '') return undefined;
  const project = headers['openai-project'];
  const domain = typeof project === 'string' ? `${organization}/${project}` : organization;
  return domain.length <= MAX_DOMAIN_LENGTH ? domain : undefined;
}
