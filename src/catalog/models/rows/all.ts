import type { ModelRow } from '../model-row.ts';
import { signedCalls } from './signed-calls.ts';

/** The table of models: general rows first, since later ones count. */
export const modelRows: readonly ModelRow[] = [...signedCalls];
