import type { ModelCapabilities } from '../../catalog/models/model-row.ts';
import { factsOfEdited } from '../../dialects/scan/body-facts.ts';
import type { BodyFacts } from '../../dialects/scan/body-facts.ts';
import { scanBody } from '../../dialects/scan/json-scan.ts';
import { fitPassedChat } from './fit-passed.ts';

/** A large chat that is to be fitted to a model. */
export interface PassedJob {
  readonly kind: 'passed';
  readonly body: Uint8Array;
  readonly takes: ModelCapabilities;
}

/** What comes of it. */
export type PassedResult =
  | {
      readonly kind: 'fitted';
      readonly body: Uint8Array;
      /** Read anew: what stands behind an edit has moved. */
      readonly facts: BodyFacts;
      /** What was left out, by its names. */
      readonly dropped: readonly string[];
    }
  | { readonly kind: 'unchanged' };

/** Fits a chat, in whichever thread. */
export function runPassed({ body, takes }: Omit<PassedJob, 'kind'>): PassedResult {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const { body: fitted, dropped } = fitPassedChat(bytes, takes);
  if (fitted === bytes) return { kind: 'unchanged' };
  return { kind: 'fitted', body: fitted, facts: factsOfEdited(scanBody(fitted)), dropped };
}
