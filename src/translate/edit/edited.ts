import type { BodyFacts } from '../../dialects/scan/body-facts.ts';
import type { Busy, UnsupportedRequest } from '../unsupported-request.ts';

/** A body after its edits. */
export type Edited =
  | {
      readonly kind: 'edited';
      readonly bytes: Buffer;
      /** Read anew: what stands behind an edit has moved. */
      readonly facts: BodyFacts;
    }
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'nothing-left' }
  | UnsupportedRequest
  | Busy;
