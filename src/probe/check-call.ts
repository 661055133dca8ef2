import type { Call } from '../dialects/call.ts';
import { noFacts } from '../dialects/body-facts.ts';
import { scanBody } from '../dialects/json-scan.ts';
import { modelListOf } from '../dialects/model-lists.ts';
import { familyOf } from '../dialects/operation.ts';
import { operationNamed } from '../dialects/operation-table.ts';
import type { Target } from '../dialects/operations.ts';
import type { Provider } from '../providers/provider.ts';

const JSON_BODY = ['content-type', 'application/json'];

/** What a health check may cost: enough for a reasoning model to accept the request. Tokens. */
const MAX_TOKENS = 16;

/** A health check that costs nothing: the list of models, which only a credential that counts gets to see. */
export function listCall({ id, native }: Provider, now: number, signal: AbortSignal): Call {
  const target = modelListOf(familyOf(native));
  if (target === undefined) throw new TypeError(`${id} has no list of models`);
  return call(target, Buffer.alloc(0), now, signal);
}

/**
 * A health check as a client would send it: a short chat completion. The model's name is put in as JSON, and
 * is mapped like anybody's.
 */
export function completionCall(provider: Provider, model: string, now: number, signal: AbortSignal): Call {
  // OpenAI's newer models refuse the older word, and compatible servers know only that.
  const limit =
    provider.type === 'openai' ? { max_completion_tokens: MAX_TOKENS } : { max_tokens: MAX_TOKENS };
  const bytes = Buffer.from(
    JSON.stringify({ model, messages: [{ role: 'user', content: 'ping' }], ...limit }),
  );
  const target = { operation: operationNamed('chat.completions'), path: '/chat/completions', query: '' };
  return call(target, bytes, now, signal);
}

function call(target: Target, bytes: Buffer, now: number, signal: AbortSignal): Call {
  const facts = bytes.length === 0 ? noFacts() : scanBody(bytes);
  if (facts.kind === 'fault') throw new TypeError('a health check is no valid call');
  return {
    id: 'health-check',
    target,
    headers: ['user-agent', 'sparekey-health-check', ...(bytes.length === 0 ? [] : JSON_BODY)],
    body: { kind: 'kept', bytes },
    model: facts.model,
    modelSpan: facts.modelSpan,
    hints: facts,
    stream: false,
    creates: false,
    credential: undefined,
    acceptedAt: now,
    signal,
  };
}
