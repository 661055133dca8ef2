import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Call, CallBody } from '../../dialects/operations/call.ts';
import type { GatewayErrorCode } from '../../dialects/errors/gateway-errors.ts';
import type { ErrorDetails } from '../../dialects/errors/client-error.ts';
import { scanForm } from '../../dialects/scan/form-scan.ts';
import { modelIn, noFacts } from '../../dialects/scan/body-facts.ts';
import { idStrings } from '../../dialects/scan/id-strings.ts';
import { scanBodyInSteps } from '../../dialects/scan/json-scan.ts';
import { isModelName } from '../../base/model-name.ts';
import { chatAsResponse } from '../../dialects/operations/openai.ts';
import type { BodyFacts, BodyFault } from '../../dialects/scan/body-facts.ts';
import { createsResource, isStreamed } from '../../dialects/operations/operation.ts';
import type { Secret } from '../../base/secret.ts';
import type { Target } from '../../dialects/operations/find-target.ts';
import { RETRY_AFTER_MS } from '../memory-budget.ts';
import type { RequestMemory } from '../memory-budget.ts';
import { readBody } from './read-body.ts';
import type { BodyErrorCode, BodyLimits } from './read-body.ts';

/** An error of the gateway's own, not yet in the client's dialect. */
export interface Refusal {
  readonly kind: 'refusal';
  readonly code: GatewayErrorCode;
  readonly details?: ErrorDetails;
  /** The allowed methods, where the method was not. */
  readonly allow?: string;
}

/** What is known of a call before its body is read. */
export interface CallContext {
  readonly kind: 'context';
  readonly id: string;
  readonly target: Target;
  readonly credential: Secret | undefined;
  /** Who owns what it creates; empty where no clients are configured. */
  readonly tenant: string;
  /** Its answer is held until it is complete, whatever its route says. */
  readonly holdWhole: boolean;
  readonly acceptedAt: number;
  readonly signal: AbortSignal;
  /** Counts the bytes that are held for it. */
  readonly memory: RequestMemory;
}

/**
 * Reads a request's body and the few facts in it that routing needs.
 * @param onBodyError - called once if the rest of a body that is too large to keep cannot be read
 */
export async function readCall(
  request: IncomingMessage,
  context: CallContext,
  limits: BodyLimits,
  onBodyError: (refusal: Refusal) => void,
): Promise<Call | Refusal> {
  const { target } = context;
  const refuse = (code: BodyErrorCode): Refusal => {
    if (code === 'gateway_overloaded') return overloadedRefusal();
    return refusal(code, code === 'body_too_large' ? { limit: limits.maxBytes } : {});
  };
  const read = await readBody(request, limits, context.memory, (code) => onBodyError(refuse(code)));
  if (read.kind === 'refused') return refuse(read.code);
  const facts = await readFacts(target, read.head, request, read.body.kind === 'streamed');
  if (facts.kind !== 'facts') return facts;
  const { operation } = target;
  const isResponse = operation.name === 'chat.completions' && facts.asksForResponse;
  const effectiveContext = isResponse
    ? { ...context, target: { ...target, operation: chatAsResponse } }
    : context;
  return callOf(request, effectiveContext, facts, read.body);
}

/** An upgrade request, which has no body. */
export function bodilessCall(request: IncomingMessage, context: CallContext): Call | Refusal {
  return callOf(request, context, noFacts(), { kind: 'buffered', bytes: Buffer.alloc(0) });
}

function callOf(
  { rawHeaders }: IncomingMessage,
  { id, target, credential, acceptedAt, signal, memory }: CallContext,
  facts: BodyFacts,
  body: CallBody,
): Call | Refusal {
  const { operation } = target;
  const named = modelIn(facts, operation.modelField);
  // An empty name is none.
  const model = (target.pathModel ?? named.model ?? queryModel(target)) || target.deployment;
  if (model !== undefined && !isModelName(model)) return refusal('model_unknown', { model });
  return {
    id,
    target,
    headers: rawHeaders,
    body,
    model,
    modelSpan: named.modelSpan,
    hints: facts,
    stream: isStreamed(operation, facts.stream),
    creates: createsResource(operation, facts),
    credential,
    acceptedAt,
    signal,
    memory,
  };
}

function queryModel({ operation, query }: Target): string | undefined {
  if (operation.modelIn !== 'query') return undefined;
  return new URLSearchParams(query).get('model') ?? undefined;
}

/** Bodies of operations that take none are not looked at. */
async function readFacts(
  { operation }: Target,
  head: Buffer,
  request: IncomingMessage,
  isPartial: boolean,
): Promise<BodyFacts | Refusal> {
  if (operation.isPassthrough ? head.length === 0 : operation.method !== 'POST') return noFacts();
  if (head.length === 0 && operation.modelIn === 'none') return noFacts();
  const contentType = request.headers['content-type'] ?? '';
  if (request.headers['content-encoding'] !== undefined)
    return refusal('invalid_content_type', { contentType });
  const mediaType = (contentType.split(';', 1)[0] ?? '').trim().toLowerCase();
  // Browsers send other types cross-site without a preflight (CORS).
  if (mediaType === 'application/json' || mediaType.endsWith('+json')) {
    const scanned = scanBodyInSteps(head, { partial: isPartial });
    const facts = orRefusal(scanned instanceof Promise ? await scanned : scanned, 'invalid_json');
    return operation.isPassthrough && facts.kind === 'facts'
      ? { ...facts, refs: [...facts.refs, ...idStrings(head)] }
      : facts;
  }
  if (mediaType === 'multipart/form-data')
    return orRefusal(
      scanForm(head, contentType, { partial: isPartial, allIds: operation.isPassthrough }),
      'invalid_form',
    );
  // What a page in a browser could not send without being asked first.
  if (operation.isPassthrough && !SIMPLE_TYPES.has(mediaType)) return noFacts();
  return refusal('invalid_content_type', { contentType });
}

/** Types that browsers send cross-site without a preflight, beside forms (Fetch, "CORS-safelisted request-header"). */
const SIMPLE_TYPES: ReadonlySet<string> = new Set(['', 'application/x-www-form-urlencoded', 'text/plain']);

function orRefusal(facts: BodyFacts | BodyFault, code: 'invalid_json' | 'invalid_form'): BodyFacts | Refusal {
  if (facts.kind === 'facts') return facts;
  if (facts.code === 'truncated') return refusal('truncated_body');
  const { at, message: reason } = facts;
  return refusal(code, { at, reason });
}

/** The memory budget is exhausted for now. */
export function overloadedRefusal(): Refusal {
  return { kind: 'refusal', code: 'gateway_overloaded', details: { retryAfterMs: RETRY_AFTER_MS } };
}

/** @param values - inserted into the message */
export function refusal(code: GatewayErrorCode, values?: Readonly<Record<string, string | number>>): Refusal {
  return { kind: 'refusal', code, ...(values !== undefined && { details: { values } }) };
}

/** Makes short ids of requests, unique over processes. */
export function requestIdGenerator(): () => string {
  const prefix = randomBytes(6).toString('base64url');
  let count = 0;
  return () => `req_${prefix}${(count++).toString(36).padStart(4, '0')}`;
}
