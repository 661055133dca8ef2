import { z } from 'zod';
import { fromNow, timeAndAge } from './relative-time.ts';

/** A model that a provider is down for, as the admin API shows it. */
export const outageView = z.object({
  provider: z.string(),
  model: z.string().nullable(),
  state: z.enum(['open', 'half-open']),
  since: z.string(),
  nextTryAt: z.string(),
  triedBy: z.enum(['check', 'request']),
  rule: z.string(),
});

/** The same as this command line shows it. */
export type ShownOutage = z.output<typeof outageView>;

/**
 * That a provider is down, in a sentence: for what, since when, by which rule, and when it is tried next.
 * @param now - milliseconds since the epoch
 */
export function outageText(outage: ShownOutage, now: number): string {
  const { provider, model, state, since, nextTryAt, triedBy, rule } = outage;
  const what = model === null ? 'requests that name no model' : model;
  const by = triedBy === 'check' ? 'a health check' : 'a request';
  const next =
    state === 'half-open'
      ? `${by} is trying it`
      : `tried next by ${by}, ${fromNow(Date.parse(nextTryAt) - now)}`;
  return `${provider} is down for ${what} since ${timeAndAge(since, now)} (${rule}): requests go elsewhere first; ${next}.`;
}
