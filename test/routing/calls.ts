import { createsResource } from '../../src/dialects/operations/operation.ts';
import { findTarget } from '../../src/dialects/operations/find-target.ts';
import { noFacts } from '../../src/dialects/scan/body-facts.ts';
import type { Call } from '../../src/dialects/operations/call.ts';
import { scanBody } from '../../src/dialects/scan/json-scan.ts';

/** A client's call as the gateway reads it. */
export function callOf(method: string, url: string, body?: object, headers: readonly string[] = []): Call {
  const target = findTarget(method, url);
  if (typeof target === 'string') throw new Error(`${method} ${url}: ${target}`);
  const bytes = Buffer.from(body === undefined ? '' : JSON.stringify(body));
  const facts = body === undefined ? noFacts() : scanBody(bytes);
  if (facts.kind === 'fault') throw new Error(facts.message);
  return {
    id: 'r',
    target,
    headers,
    body: { kind: 'buffered', bytes },
    model: facts.model,
    modelSpan: facts.modelSpan,
    hints: facts,
    stream: facts.stream === true,
    creates: createsResource(target.operation, facts),
    credential: undefined,
    acceptedAt: 0,
    signal: new AbortController().signal,
  };
}
