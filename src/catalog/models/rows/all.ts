import type { ModelRow } from '../model-row.ts';
import { conversationRows } from './conversation.ts';

/** The table of models: general rows first, since later ones count. */
export const modelRows: readonly ModelRow[] = [...conversationRows];
