import type { Call } from '../../dialects/operations/call.ts';
import type { Operation } from '../../dialects/operations/operation.ts';
import type { Key } from '../../keys/key.ts';
import type { UpstreamRequest } from '../../upstream/transport.ts';
import { ANTHROPIC_VERSION } from './claude.ts';
import { plainAdapter } from './plain.ts';

/*
 * Anthropic's own API on Bedrock, which streams server-sent events and has the model in the body:
 * docs.aws.amazon.com/bedrock/latest/userguide/inference-messages-api.html. Thinking, citations and marks for the cache come
 * through as Anthropic has them, where Converse has other words, or none.
 */

/** The name by which AWS signs for it. */
export const MANTLE_SERVICE = 'bedrock-mantle';

/**
 * Its models are named without a region, a date or a version; an inference profile, as Converse wants it, is a 404 there.
 * github.com/BerriAI/litellm-docs pull request 1580
 */
const MODEL = /^anthropic\.claude-[a-z0-9-]+$/;
const VERSIONED = /-\d{8}(?:-|$)|-v\d+$/;

/** Whether an operation of Anthropic's goes to Anthropic's own API. @param model - Bedrock's name for it */
export function mantleSupports({ name }: Operation, model: string): boolean {
  const isMessages = name === 'messages.create' || name === 'messages.count_tokens';
  return isMessages && MODEL.test(model) && !VERSIONED.test(model);
}

/** Where it answers for a region: beside AWS's own host for Converse; anywhere else, such as behind a proxy, at the same. */
export function mantleOrigin(origin: string): string {
  return origin.replace(
    /^https:\/\/bedrock-runtime(?:-fips)?\.([a-z0-9-]+)\.amazonaws\.com$/,
    'https://bedrock-mantle.$1.api.aws',
  );
}

/**
 * How requests to it are built, but for signatures: a key is sent as Anthropic's clients send theirs, and without one nothing
 * is but what the client sends.
 */
export function mantleRequests(
  origin: string,
  basePath: string,
): (call: Call, key: Key | undefined, model: string | undefined) => UpstreamRequest {
  const adapter = plainAdapter(origin, 'anthropic-messages', [
    {
      family: 'anthropic',
      basePath: `${basePath}/anthropic/v1`,
      credential: { kind: 'header', name: 'x-api-key' },
      defaultHeaders: { 'anthropic-version': ANTHROPIC_VERSION },
    },
  ]);
  return (call, key, model) => ({ ...adapter.build(call, key, model), origin });
}
