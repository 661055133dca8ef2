import type { IncomingMessage } from 'node:http';
import type { Call, CallBody } from '../../dialects/operations/call.ts';
import type { GatewayErrorCode } from '../../dialects/errors/gateway-errors.ts';
import type { ErrorDetails } from '../../dialects/errors/error-answer.ts';
import { scanForm } from '../../dialects/scan/form-scan.ts';
import { noFacts } from '../../dialects/scan/body-facts.ts';
import { scanBodyInSteps } from '../../dialects/scan/json-scan.ts';
import { chatAsResponse } from '../../dialects/operations/openai.ts';
import type { BodyFacts, BodyFault } from '../../dialects/scan/body-facts.ts';
import { createsResource } from '../../dialects/operations/find-target.ts';
import type { Target } from '../../dialects/operations/find-target.ts';
import type { Secret } from '../../base/secret.ts';
import { readBody } from './read-body.ts';
import type { BodyLimits, BodyErrorCode } from './read-body.ts';
import { RETRY_AFTER_MS } from '../memory-budget.ts';
import type { RequestMemory } from '../memory-budget.ts';

/** An error of ours, not yet in anybody's dialect. */
export interface Refusal {
  readonly kind: 'refusal';
  readonly code: GatewayErrorCode;
  readonly details?: ErrorDetails;
  /** The methods that would do, where it is the method that does not. */
  readonly allow?: string;
}

/** What is known of a call before its body is read. */
export interface CallContext {
  readonly kind: 'context';
  readonly id: string;
  readonly target: Target;
  readonly credential: Secret | undefined;
  /** Whose what it makes is; empty where everybody is one client. */
  readonly tenant: string;
  /** Its answer is held until it is complete, whatever its route says. */
  readonly holdWhole: boolean;
  readonly acceptedAt: number;
  readonly signal: AbortSignal;
  /** Counts what is held for it. */
  readonly memory: RequestMemory;
}

/**
 * Reads a request's body and the few facts in it that routing needs.
 * @param onBodyError - told, once, when the rest of a body that is too large to keep goes wrong
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
  const facts = await readFacts(target, read.head, request, read.body.kind === 'passing');
  if (facts.kind !== 'facts') return facts;
  const { operation } = target;
  const isResponse = operation.name === 'chat.completions' && facts.asksForResponse;
  const effectiveContext = isResponse
    ? { ...context, target: { ...target, operation: chatAsResponse } }
    : context;
  return callOf(request, effectiveContext, facts, read.body);
}

/** A request that has no body to read, because its connection is to speak something else. */
export function bodilessCall(request: IncomingMessage, context: CallContext): Call | Refusal {
  return callOf(request, context, noFacts(), { kind: 'kept', bytes: Buffer.alloc(0) });
}

function callOf(
  { rawHeaders }: IncomingMessage,
  { id, target, credential, acceptedAt, signal, memory }: CallContext,
  facts: BodyFacts,
  body: CallBody,
): Call | Refusal {
  const { operation } = target;
  const model = target.pathModel ?? facts.model ?? queryModel(target);
  if (operation.modelRequired && (model === undefined || model === '')) return refusal('model_required');
  if (model !== undefined && hasParentSegment(model)) return refusal('model_unknown', { model });
  return {
    id,
    target,
    headers: rawHeaders,
    body,
    model,
    modelSpan: facts.modelSpan,
    hints: facts,
    stream: operation.streams === 'as-asked' ? facts.stream : operation.streams === 'always',
    creates: createsResource(operation, facts),
    credential,
    acceptedAt,
    signal,
    memory,
  };
}

/**
 * Whether a name leads out of its place where a provider is told it in a path, as Gemini, Bedrock, Vertex AI and Azure
 * are: with our credential, to whatever stands there. Who pays: a server whose models are called so, such as one that was
 * started with `../model`, until `modelMapping` gives it another name.
 */
function hasParentSegment(model: string): boolean {
  return model.includes('..') && model.split(/[/\\]/u).includes('..');
}

function queryModel({ operation, query }: Target): string | undefined {
  if (operation.modelIn !== 'query') return undefined;
  return new URLSearchParams(query).get('model') ?? undefined;
}

/** Only operations that take a body have one that is looked at. */
async function readFacts(
  { operation }: Target,
  head: Buffer,
  request: IncomingMessage,
  isPartial: boolean,
): Promise<BodyFacts | Refusal> {
  if (operation.method !== 'POST' || (head.length === 0 && operation.modelIn === 'none')) return noFacts();
  const contentType = request.headers['content-type'] ?? '';
  if (request.headers['content-encoding'] !== undefined)
    return refusal('invalid_content_type', { contentType });
  const mediaType = (contentType.split(';', 1)[0] ?? '').trim().toLowerCase();
  // A page in a browser can send any other type anywhere without asking first.
  if (mediaType === 'application/json' || mediaType.endsWith('+json')) {
    const scanned = scanBodyInSteps(head, { partial: isPartial });
    return orRefusal(scanned instanceof Promise ? await scanned : scanned, 'invalid_json');
  }
  if (mediaType === 'multipart/form-data')
    return orRefusal(scanForm(head, contentType, { partial: isPartial }), 'invalid_form');
  return refusal('invalid_content_type', { contentType });
}

function orRefusal(facts: BodyFacts | BodyFault, code: 'invalid_json' | 'invalid_form'): BodyFacts | Refusal {
  if (facts.kind === 'facts') return facts;
  if (facts.code === 'truncated') return refusal('truncated_body');
  const { at, message: reason } = facts;
  return refusal(code, { at, reason });
}

/** There is no room for it at the moment. */
export function overloadedRefusal(): Refusal {
  return { kind: 'refusal', code: 'gateway_overloaded', details: { retryAfterMs: RETRY_AFTER_MS } };
}

/** A refusal whose message says `values`. */
export function refusal(code: GatewayErrorCode, values?: Readonly<Record<string, string | number>>): Refusal {
  return { kind: 'refusal', code, ...(values !== undefined && { details: { values } }) };
}
