import type { Dialect } from '../dialects/operation.ts';
import type { FarSide, NearSide } from './asked.ts';
import { farSideOf, nearSideOf, wholeTranslationOf } from './sides.ts';
import type { WholeTranslation } from './whole.ts';

/** From one dialect to another. */
export type Way =
  | { readonly kind: 'whole'; readonly translation: WholeTranslation }
  | { readonly kind: 'package'; readonly near: NearSide; readonly far: FarSide };

/**
 * How calls for an operation are put into `native`; undefined where they cannot be.
 * @param operation its name
 */
export function wayFrom(operation: string, native: Dialect): Way | undefined {
  const translation = wholeTranslationOf(operation, native);
  if (translation !== undefined) return { kind: 'whole', translation };
  const near = nearSideOf(operation);
  const far = farSideOf(native);
  return near === undefined || far === undefined ? undefined : { kind: 'package', near, far };
}
