import type { Call } from '../dialects/operations/call.ts';
import { noFacts } from '../dialects/scan/body-facts.ts';
import { scanBody } from '../dialects/scan/json-scan.ts';
import { modelListTarget } from '../dialects/operations/model-lists.ts';
import { familyOf, operation } from '../dialects/operations/operation.ts';
import { operationNamed } from '../dialects/operations/table.ts';
import type { Target } from '../dialects/operations/find-target.ts';
import type { Secret } from '../base/secret.ts';
import type { Provider } from '../providers/provider.ts';
import { providerTypes } from '../catalog/provider-types.ts';
import { formsFor } from './check-form.ts';
import type { CheckForm } from './check-form.ts';

const JSON_BODY = ['content-type', 'application/json'];

/** The free call of a provider: that of its type, else the list of models. */
export function freeTargetOf({ type, native, supports }: Provider): Target | undefined {
  const own = providerTypes.get(type)?.freeCall;
  if (own !== undefined) {
    const { name, path, query = '' } = own;
    return { operation: operation(name, 'vendor', 'GET', path), path, query };
  }
  const list = modelListTarget(familyOf(native));
  return list !== undefined && supports(list.operation) ? list : undefined;
}

/**
 * A free health check.
 * @param credential - instead of a key's
 */
export function freeCall(
  provider: Provider,
  now: number,
  signal: AbortSignal,
  credential?: Secret,
): Call | undefined {
  const target = freeTargetOf(provider);
  return target === undefined ? undefined : call(target, Buffer.alloc(0), now, signal, credential);
}

/**
 * A health check as a client would send it: a short chat completion, or what else the model is for. The model is mapped
 * as for clients.
 */
export function completionCall(
  provider: Provider,
  model: string,
  now: number,
  signal: AbortSignal,
  form: CheckForm | undefined = formsFor(provider, model)[0],
): Call {
  const { target, body } = requestFor(model, form);
  return call(target, Buffer.from(JSON.stringify(body)), now, signal);
}

function requestFor(
  model: string,
  form: CheckForm | undefined,
): { readonly target: Target; readonly body: object } {
  switch (form?.kind) {
    case 'embeddings':
      return { target: targetOf('embeddings'), body: { model, input: 'ping' } };
    case 'rerank':
      return { target: targetOf('rerank'), body: { model, query: 'ping', documents: ['pong'] } };
    case 'chat':
    case undefined: {
      const limit = form === undefined || form.limit === 'none' ? {} : { [form.limit]: form.tokens };
      const messages = [{ role: 'user', content: 'ping' }];
      return { target: targetOf('chat.completions'), body: { model, messages, ...limit } };
    }
  }
}

function targetOf(name: string): Target {
  const named = operationNamed(name);
  return { operation: named, path: named.pattern, query: '' };
}

function call(target: Target, bytes: Buffer, now: number, signal: AbortSignal, credential?: Secret): Call {
  const facts = bytes.length === 0 ? noFacts() : scanBody(bytes);
  if (facts.kind === 'fault') throw new TypeError('a health check is no valid call');
  return {
    id: 'health-check',
    target,
    headers: ['user-agent', 'sparekey-health-check', ...(bytes.length === 0 ? [] : JSON_BODY)],
    body: { kind: 'buffered', bytes },
    model: facts.model,
    modelSpan: facts.modelSpan,
    hints: facts,
    stream: false,
    creates: false,
    credential,
    acceptedAt: now,
    signal,
  };
}
