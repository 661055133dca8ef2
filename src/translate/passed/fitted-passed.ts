import type { BodyFacts } from '../../dialects/scan/body-facts.ts';
import type { Busy, UnsupportedRequest } from '../unsupported-request.ts';

/** A chat that passes through, once it is fitted. */
export type FittedPassed =
  | {
      readonly kind: 'fitted';
      readonly bytes: Buffer;
      /** Read anew: what stands behind an edit has moved. */
      readonly facts: BodyFacts;
      /** What was left out, by its names. */
      readonly dropped: readonly string[];
    }
  | { readonly kind: 'unchanged' }
  | UnsupportedRequest
  | Busy;
