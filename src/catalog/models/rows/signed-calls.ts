import type { ModelRow } from '../model-row.ts';

/** Models that sign their function calls, and check that they come back so. */
export const signedCalls: readonly ModelRow[] = [
  {
    models: ['gemini-3*'],
    takes: { wantsSignedCalls: true },
    source: 'ai.google.dev/gemini-api/docs/thought-signatures',
    date: '2026-11-30',
  },
];
