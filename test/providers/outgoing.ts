import assert from 'node:assert/strict';
import { text } from 'node:stream/consumers';
import { parseConfig } from '../../src/config/load/load.ts';
import { noFacts } from '../../src/dialects/scan/body-facts.ts';
import type { Call } from '../../src/dialects/operations/call.ts';
import { scanBody } from '../../src/dialects/scan/json-scan.ts';
import { findTarget } from '../../src/dialects/operations/find-target.ts';
import { isStreamed } from '../../src/dialects/operations/operation.ts';
import { FRESH } from '../../src/keys/record/record.ts';
import { openProvider } from '../../src/providers/provider.ts';
import { openAdapter } from '../../src/providers/open-adapter.ts';
import type { ResponseTranslator } from '../../src/translate/response-translator.ts';
import type { ConfigParts } from '../support/gateway.ts';

/** A request as it would leave for a provider. Nothing is sent. */
export interface OutgoingRequest {
  readonly method: string;
  readonly url: string;
  /** By their names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** What the answer would go through on its way back. */
  readonly translator: ResponseTranslator | undefined;
}

/** What a client asks for. */
export interface ClientRequest {
  readonly method?: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  /** As JSON, unless it is text. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export const FIRST_KEY = 'first-key-0123456789';

/**
 * The request that is sent to a provider, with its first key.
 * @returns a code where the provider refuses the call
 */
export async function tryOutgoing(
  parts: ConfigParts,
  clientRequest: ClientRequest,
): Promise<OutgoingRequest | string> {
  return tryOutgoingUnder(
    JSON.stringify({ provider: { id: 'p', apiTokens: [FIRST_KEY], ...parts } }),
    clientRequest,
  );
}

/** The same under a whole configuration, to its first provider. */
export async function tryOutgoingUnder(
  written: string,
  clientRequest: ClientRequest,
): Promise<OutgoingRequest | string> {
  const parsed = parseConfig(written, { env: {} });
  assert.ok(parsed.ok, JSON.stringify(parsed));
  const [config] = parsed.config.providers;
  assert.ok(config);
  const provider = openProvider(config, () => FRESH);
  const call = callFor(clientRequest);
  const model = call.model === undefined ? undefined : provider.mapModel(call.model);
  const prepared = await provider.prepare(call, model);
  if (prepared.kind === 'refused') return prepared.code;
  const [pooled] = provider.pool.all();
  const request = await provider.build(prepared.call, pooled?.key, model);
  assert.ok(!('kind' in request));
  return {
    method: request.method,
    url: (request.origin ?? openAdapter(config).origin) + request.path,
    headers: headersOf(request.headers),
    body:
      request.body === null
        ? ''
        : Buffer.isBuffer(request.body)
          ? request.body.toString()
          : await text(request.body),
    translator: prepared.translator,
  };
}

/** A call as it is received, with no key chosen. */
export function callFor({ method = 'POST', path, body, headers = {} }: ClientRequest): Call {
  const target = findTarget(method, path, headers);
  assert.ok(typeof target === 'object', `${method} ${path}: ${JSON.stringify(target)}`);
  const written = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body);
  const facts = written === '' ? noFacts() : scanBody(Buffer.from(written));
  assert.equal(facts.kind, 'facts');
  assert.ok(facts.kind === 'facts');
  const queryModel =
    target.operation.modelIn === 'query'
      ? (new URLSearchParams(target.query).get('model') ?? undefined)
      : undefined;
  return {
    id: 'req_test',
    target,
    headers: Object.entries({
      ...(written !== '' && { 'content-type': 'application/json' }),
      ...headers,
    }).flat(),
    body: { kind: 'buffered', bytes: Buffer.from(written) },
    model: target.pathModel ?? facts.model ?? queryModel,
    modelSpan: facts.modelSpan,
    hints: facts,
    stream: isStreamed(target.operation, facts),
    creates: false,
    credential: undefined,
    acceptedAt: Date.UTC(2026, 10, 24),
    signal: new AbortController().signal,
  };
}

function headersOf(pairs: readonly string[]): Record<string, string> {
  const headers: Record<string, string> = {};
  for (let at = 0; at + 1 < pairs.length; at += 2)
    headers[(pairs[at] ?? '').toLowerCase()] = pairs[at + 1] ?? '';
  return headers;
}

/** The same, where nothing is refused. */
export async function outgoing(parts: ConfigParts, clientRequest: ClientRequest): Promise<OutgoingRequest> {
  const result = await tryOutgoing(parts, clientRequest);
  assert.ok(typeof result === 'object', `${clientRequest.path}: ${JSON.stringify(result)}`);
  return result;
}
