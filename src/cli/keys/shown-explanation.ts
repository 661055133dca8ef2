import { z } from 'zod';
import { outageView } from './outage-text.ts';

/** A key as this command line shows it. */
export const keyView = z.object({
  provider: z.string(),
  id: z.string(),
  name: z.string().nullable(),
  hint: z.string().nullable(),
  state: z.enum(['in-service', 'out-of-service', 'disabled']),
  reason: z.string().nullable(),
  nextTryAt: z.string().nullable(),
});

const ruleView = z.object({
  id: z.string(),
  class: z.string().nullable(),
  meaning: z.string().nullable(),
  source: z.string().nullable(),
});

const decisionView = z.object({
  at: z.string(),
  effect: z.string(),
  rule: ruleView.nullable(),
  status: z.number().nullable(),
  requestId: z.string().nullable(),
  node: z.string().nullable(),
  check: z.boolean(),
  model: z.string().nullable(),
});

const heldView = z.object({
  model: z.string(),
  cause: z.enum(['throttled', 'denied']),
  rule: ruleView,
  until: z.string(),
  strikes: z.number(),
  evidence: decisionView.nullable(),
});

const doubtView = z.object({
  cause: z.enum(['failures', 'key_dead', 'billing', 'throttled', 'denied']),
  model: z.string(),
  rule: ruleView,
  evidence: decisionView.nullable(),
});

const nextView = z.object({
  how: z.enum(['free-check', 'paid-check', 'cooldown', 'hold', 'domain', 'trial', 'operator']),
  at: z.string().nullable(),
  model: z.string().nullable(),
  here: z.boolean().nullable(),
  notBefore: z.string().nullable(),
});

const domainView = z.object({
  name: z.string(),
  learned: z.boolean(),
  keys: z.number(),
  troubles: z.array(
    z.object({
      model: z.string(),
      cause: z.enum(['throttled', 'billing']),
      until: z.string(),
      key: z.object({ id: z.string(), name: z.string().nullable() }),
      rule: ruleView,
    }),
  ),
});

/** What stands beside an answer, of who gave it. */
export const seenFrom = z.object({
  node: z.string(),
  storeAwaySince: z.string().nullable(),
  note: z.string().nullable(),
});

/** The answer of `GET /api/keys/ID/explain`. */
export const explanation = z.object({
  at: z.string(),
  key: z.object({
    ...keyView.shape,
    since: z.string().nullable(),
    failures: z.number(),
    passes: z.number(),
  }),
  cause: z.enum(['failures', 'key_dead', 'billing']).nullable(),
  rule: ruleView.nullable(),
  evidence: decisionView.nullable(),
  holds: z.array(heldView),
  doubt: doubtView.nullable(),
  unproven: z.boolean(),
  next: z.array(nextView),
  domain: domainView.nullable(),
  scarce: z.array(z.object({ model: z.string(), until: z.string() })),
  down: z.array(outageView),
  inFlight: z.number().nullable(),
  ramp: z.object({ share: z.number(), fullAt: z.string() }).nullable(),
  decisions: z.array(decisionView),
  policy: z.object({
    failover: z.boolean(),
    failureThreshold: z.number(),
    successThreshold: z.number(),
    byStatus: z.boolean(),
  }),
  seenFrom,
});

/** Why a key is as it is. */
export type ShownExplanation = z.output<typeof explanation>;
/** One decision on a key. */
export type ShownDecision = z.output<typeof decisionView>;
/** One way in which it comes back. */
export type ShownNext = z.output<typeof nextView>;
