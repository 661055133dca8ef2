import type { Operation } from '../../dialects/operations/operation.ts';
import { removeMembers, setInObject } from '../../dialects/scan/json-edit.ts';

/* Anthropic's models on Vertex AI: docs.claude.com/en/api/claude-on-vertex-ai. */

/** The version stands in the body there. */
const VERSION = 'vertex-2023-10-16';
/** Whoever asks for a message has to say how long it may be; the plugin says so for those who do not. Tokens. */
const MAX_TOKENS = 4096;

/** Whether Vertex AI has an operation of Anthropic's. */
export function claudeSupports({ name }: Operation): boolean {
  return name === 'messages.create' || name === 'messages.count_tokens';
}

/** Where an operation is asked for, behind the project. Tokens are counted by a model of its own. */
export function claudePath({ name }: Operation, model: string, stream: boolean): string {
  const target = name === 'messages.create' ? encodeURIComponent(model) : 'count-tokens';
  return `/publishers/anthropic/models/${target}:${stream ? 'streamRawPredict' : 'rawPredict'}`;
}

/** A body of Anthropic's as it is taken there: the model of a message stands in the path alone. */
export function claudeBody({ name }: Operation, body: Buffer): Buffer {
  const version = { path: ['anthropic_version'], json: JSON.stringify(VERSION), overwrites: true };
  if (name !== 'messages.create') return setInObject(body, version);
  const maxTokens = { path: ['max_tokens'], json: String(MAX_TOKENS), overwrites: false };
  return [maxTokens, version].reduce(setInObject, removeMembers(body, ['model', 'context_management']));
}

/** Headers of Anthropic's own API: Vertex AI refuses what it does not know of the betas. */
const OWN_HEADERS: ReadonlySet<string> = new Set([
  'anthropic-api-key',
  'anthropic-beta',
  'anthropic-version',
]);

/** Headers without those that only Anthropic's own API knows. @param headers names and values in turn */
export function withoutAnthropicHeaders(headers: readonly string[]): string[] {
  return headers.filter((_, at) => !OWN_HEADERS.has((headers[at - (at % 2)] ?? '').toLowerCase()));
}
