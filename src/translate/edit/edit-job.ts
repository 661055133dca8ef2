import { factsOfEdited } from '../../dialects/scan/body-facts.ts';
import type { BodyFacts } from '../../dialects/scan/body-facts.ts';
import { scanBody } from '../../dialects/scan/json-scan.ts';
import { applyEdits } from './apply-edits.ts';
import type { BodyEdits } from './apply-edits.ts';

/** A large body that is to be edited. */
export interface EditJob {
  readonly kind: 'edit';
  readonly body: Uint8Array;
  readonly changes: BodyEdits;
}

/** What comes of it. */
export type EditResult =
  | { readonly kind: 'edited'; readonly body: Uint8Array; readonly facts: BodyFacts }
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'nothing-left' };

/** Edits a large body, in a thread. */
export function runEdit({ body, changes }: Omit<EditJob, 'kind'>): EditResult {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const edited = applyEdits(bytes, changes);
  if (edited === undefined) return { kind: 'nothing-left' };
  if (edited === bytes) return { kind: 'unchanged' };
  return { kind: 'edited', body: edited, facts: factsOfEdited(scanBody(edited)) };
}
