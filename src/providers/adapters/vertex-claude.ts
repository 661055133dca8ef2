import { withModel } from '../../dialects/operations/model-in-path.ts';
import type { Operation } from '../../dialects/operations/operation.ts';
import type { BodyEdits } from '../../translate/edit/apply-edits.ts';

/* Anthropic's models on Vertex AI: docs.claude.com/en/api/claude-on-vertex-ai. */

/** Sent as `anthropic_version` in the body. */
const VERSION = 'vertex-2023-10-16';
/** The default of `max_tokens`, which is required; that of the Higress plugin. Tokens. */
const MAX_TOKENS = 4096;

/** Whether Vertex AI has an operation of Anthropic's. */
export function claudeSupports({ name }: Operation): boolean {
  return name === 'messages.create' || name === 'messages.count_tokens';
}

/** The path of an operation, behind the project. `count-tokens` is a model of its own. */
export function claudePath({ name }: Operation, model: string, stream: boolean): string {
  const target = name === 'messages.create' ? model : 'count-tokens';
  const path = withModel('/publishers/anthropic/models/{model}', target);
  return `${path}:${stream ? 'streamRawPredict' : 'rawPredict'}`;
}

/** What makes a body of Anthropic's API one that Vertex AI accepts: the model of a message is in the path alone. */
export function claudeEdits({ name }: Operation): BodyEdits {
  const version = { path: ['anthropic_version'], json: JSON.stringify(VERSION), overwrites: true };
  if (name !== 'messages.create') return { edits: [version] };
  const maxTokens = { path: ['max_tokens'], json: String(MAX_TOKENS), overwrites: false };
  return { removed: ['model', 'context_management'], edits: [maxTokens, version] };
}

/** Headers of Anthropic's API that are not sent to Vertex AI, which refuses betas it does not know. Lower case. */
export const ANTHROPIC_HEADERS: ReadonlySet<string> = new Set([
  'anthropic-api-key',
  'anthropic-beta',
  'anthropic-version',
]);
