import type { OutageNotice } from '../failover/outage/notice.ts';
import type { Log } from './log.ts';

/** Tells the operator what a provider is in trouble with as a whole. The process that found it tells it, once. */
export function logOutage(notice: OutageNotice, log: Log): void {
  switch (notice.kind) {
    case 'ejection-frozen': {
      const { provider, rule, keys } = notice;
      log.warn('a provider fails as a whole: no key of it is blamed', { provider, rule, keys });
      return;
    }
    case 'circuit-opened': {
      const { provider, model, rule, until } = notice;
      const nextTryAt = new Date(until).toISOString();
      log.warn('a provider is down: requests go elsewhere first', { provider, model, rule, nextTryAt });
      return;
    }
    case 'circuit-closed': {
      const { provider, model, openMs } = notice;
      log.info('a provider answers again', { provider, model, downMs: openMs });
      return;
    }
    case 'circuit-withdrawn': {
      const { provider, model, openMs } = notice;
      log.info('a request fails everywhere: no provider is down for it', { provider, model, downMs: openMs });
    }
  }
}
