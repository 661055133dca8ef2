import { shapeWhole } from './reasoning.ts';
import type { ReasoningShaping } from './thinking.ts';

/** A large chat response whose thinking is to be shaped. */
export interface ThinkingJob {
  readonly kind: 'thinking';
  readonly body: Uint8Array;
  readonly shaping: ReasoningShaping;
}

/** What comes of it. */
export type ThinkingResult =
  { readonly kind: 'shaped-thinking'; readonly body: Uint8Array } | { readonly kind: 'unchanged' };

/** Shapes the thinking in a whole response. */
export function runThinking({ body, shaping }: Omit<ThinkingJob, 'kind'>): ThinkingResult {
  const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString();
  const shaped = shapeWhole(text, shaping);
  return shaped === undefined
    ? { kind: 'unchanged' }
    : { kind: 'shaped-thinking', body: Buffer.from(shaped) };
}
