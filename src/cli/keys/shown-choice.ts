import { z } from 'zod';
import { outageView } from './outage-text.ts';
import { seenFrom } from './shown-explanation.ts';

const keyChoice = z.object({
  id: z.string(),
  name: z.string().nullable(),
  hint: z.string().nullable(),
  obstacle: z.string().nullable(),
  reason: z.string().nullable(),
  chance: z.number().nullable(),
  weight: z.number(),
  share: z.number(),
  inFlight: z.number().nullable(),
  scarce: z.boolean(),
  dueAt: z.string().nullable(),
  lastResort: z.boolean(),
});

const providerChoice = z.object({
  provider: z.string(),
  model: z.string().nullable(),
  share: z.number(),
  down: outageView.extend({ whole: z.boolean() }).nullable(),
  strategy: z.enum(['balanced', 'random']),
  affinity: z.enum(['none', 'session']),
  outcome: z.enum(['key', 'last-resort', 'none', 'keyless']),
  returnsAt: z.string().nullable(),
  counts: z.record(z.string(), z.number()),
  keys: z.array(keyChoice),
});

/** The answer of `GET /api/choice`. */
export const choice = z.object({
  at: z.string(),
  model: z.string().nullable(),
  providers: z.array(providerChoice),
  seenFrom,
});

/** Which key a request would get now, and why not the others. */
export type ShownChoice = z.output<typeof choice>;
/** The same at one provider. */
export type ShownProviderChoice = z.output<typeof providerChoice>;
/** How one key stands in it. */
export type ShownKeyChoice = z.output<typeof keyChoice>;
