import type { Call } from '../dialects/call.ts';
import { scanBody } from '../dialects/json-scan.ts';
import { findTarget } from '../dialects/operations.ts';
import type { Provider } from '../providers/provider.ts';

/** What a health check may cost: enough for a reasoning model to accept the request. Tokens. */
const MAX_TOKENS = 16;

/**
 * A health check as a client would send it: a short chat completion. The model's name is put in as JSON, and
 * is mapped like anybody's.
 */
export function checkCall(provider: Provider, model: string, now: number, signal: AbortSignal): Call {
  // OpenAI's newer models refuse the older word, and compatible servers know only that.
  const limit =
    provider.type === 'openai' ? { max_completion_tokens: MAX_TOKENS } : { max_tokens: MAX_TOKENS };
  const bytes = Buffer.from(
    JSON.stringify({ model, messages: [{ role: 'user', content: 'ping' }], ...limit }),
  );
  const target = findTarget('POST', '/chat/completions');
  const facts = scanBody(bytes);
  if (typeof target === 'string' || facts.kind === 'fault')
    throw new TypeError('a health check is no valid call');
  return {
    id: 'health-check',
    target,
    headers: ['content-type', 'application/json', 'user-agent', 'sparekey-health-check'],
    body: { kind: 'kept', bytes },
    model,
    modelSpan: facts.modelSpan,
    hints: facts,
    stream: false,
    creates: false,
    credential: undefined,
    acceptedAt: now,
    signal,
  };
}
