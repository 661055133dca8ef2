import type { OutageView } from '../../admin/contract.ts';
import { fromNow, timeAndAge } from './relative-time.ts';

/**
 * That a provider is down, in a sentence: for what, since when, by which rule, and when it is tried next.
 * @param now - milliseconds since the epoch
 */
export function outageText(outage: OutageView, now: number): string {
  const { provider, model, state, since, nextTryAt, triedBy, rule } = outage;
  const what = model === null ? 'requests that name no model' : model;
  const by = triedBy === 'check' ? 'a health check' : 'a request';
  const next =
    state === 'half-open'
      ? `${by} is trying it`
      : `tried next by ${by}, ${fromNow(Date.parse(nextTryAt) - now)}`;
  return `${provider} is down for ${what} since ${timeAndAge(since, now)} (${rule}): requests go elsewhere first; ${next}.`;
}
