import type { ClientError } from '../../dialects/errors/client-error.ts';
import type { Attempt } from '../attempt/attempt.ts';

/** A provider's error in its own words, for a client that speaks another dialect. */
export function clientErrorOf({ providerError, verdict }: Attempt, status: number): ClientError {
  const message = providerError?.message ?? '';
  return {
    status,
    // Clients of OpenAI look for this one word to know that a conversation has to be shortened.
    code: verdict.rule.includes('context-length') ? 'context_length_exceeded' : providerError?.code,
    message: message === '' ? `The provider answered ${status}.` : message,
  };
}
