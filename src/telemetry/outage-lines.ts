import { formatWallTime } from '../clock/wall-time.ts';
import type { ProviderNotice } from '../failover/provider-notice.ts';
import type { Log } from './log.ts';

/** Logs that a provider fails as a whole. The process that found it logs it, once. */
export function logOutage(notice: ProviderNotice, log: Log): void {
  switch (notice.kind) {
    case 'ejection-frozen': {
      const { provider, rule, keys } = notice;
      log.warn('a provider fails as a whole: no key of it is blamed', { provider, rule, keys });
      return;
    }
    case 'verdicts-doubted': {
      const { provider, rule, keys, requestId } = notice;
      log.warn(
        'requests of clients are refused as if keys that answer others were bad: no key is blamed before it is checked',
        { provider, rule, keys, requestId },
      );
      return;
    }
    case 'circuit-opened': {
      const { provider, model, rule, until } = notice;
      const nextTryAt = formatWallTime(until);
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
