import type { ClockNotice } from '../clock/clock-keeper.ts';
import { formatWallTime } from '../clock/wall-time.ts';
import type { ConfigurationNotice } from '../cluster/configuration-watch.ts';
import type { ProviderNotice } from '../failover/provider-notice.ts';
import { redactedText } from '../keys/redaction/redacted-text.ts';
import type { Log } from './contract.ts';
import { causeOf } from './store-health.ts';

interface Named {
  readonly id: string;
}

/** A provider whose keys people know by names. */
interface Pooled extends Named {
  readonly pool: { readonly get: (keyId: string) => { readonly key: { readonly name: string } } | undefined };
}

/**
 * Log lines of health checks: of keys, and of models that are down.
 * @param isStoreAway - whether the log has said that the store does not answer: then it is not said again here
 */
export function logChecks(log: Log, { isStoreAway }: { readonly isStoreAway: () => boolean }) {
  return {
    onCheck: ({ id, pool }: Pooled, key: string, report: object) => {
      const name = pool.get(key)?.key.name ?? '';
      log.info('health check', { provider: id, key, ...(name !== '' && { name }), ...report });
    },
    onCircuitCheck: (provider: Named, model: string, verdict: string, rule: string) =>
      log.info('check of a provider that is down', { provider: provider.id, model, verdict, rule }),
    /** @param until - when they go on. Milliseconds since the epoch */
    onBudgetSpent: (provider: Named, until: number) =>
      log.warn('the health checks of a day are used up: those that cost something wait', {
        provider: provider.id,
        until: formatWallTime(until),
      }),
    onDefect: (error: unknown) => log.error('a health check met a defect', { error }),
    onStoreFailure: (error: unknown) => {
      if (!isStoreAway()) log.warn('the store did not answer the health checks', { cause: causeOf(error) });
    },
  };
}

/** Log lines of clocks that were set, or that differ. */
export function logClocks(log: Log): (notice: ClockNotice) => void {
  return (notice) => {
    switch (notice.kind) {
      case 'wall-clock-set': {
        const { byMs } = notice;
        log.warn('the clock of this machine was set; holds and checks go on by another', { byMs });
        return;
      }
      case 'store-clock-set': {
        const { byMs } = notice;
        log.warn('the clock of the store was set; holds and checks go by it from here on', { byMs });
        return;
      }
      case 'clocks-differ': {
        const { aheadMs } = notice;
        log.warn('the clock of this machine shows another time than the one that state is kept by', {
          aheadMs,
        });
        return;
      }
      case 'clocks-agree':
        log.info('the clock of this machine and the one that state is kept by agree again');
    }
  };
}

/** Nodes named in one line. */
const MAX_NAMED = 8;

/** Log lines of nodes of one store whose configurations differ. */
export function logConfigurations(log: Log): (notice: ConfigurationNotice) => void {
  return (notice) => {
    if (notice.kind === 'configurations-agree') {
      log.info('all nodes of the store have the same configuration again');
      return;
    }
    const { others, isLong } = notice;
    const fields = {
      nodes: others.slice(0, MAX_NAMED).map(({ node }) => node),
      providers: [...new Set(others.flatMap(({ providers }) => providers))],
    };
    if (isLong) log.warn('nodes of the store still have different configurations', fields);
    else log.info('nodes of the store have different configurations', fields);
  };
}

/** Holds that the operator ended. */
interface Lift {
  readonly provider: string;
  /** Undefined: all. */
  readonly model: string | undefined;
  readonly keys: readonly string[];
  readonly by?: string;
  readonly reason?: string;
}

/** Log line of holds that the operator ended: one, however many keys there were. */
export function logLift(log: Log): (lift: Lift) => void {
  return ({ provider, model, keys, by, reason }) =>
    log.info('holds were lifted by hand', { provider, model, keys: keys.length, operator: by, reason });
}

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
    case 'vendor-clock-differs': {
      const { provider, aheadMs } = notice;
      log.warn('the clock of this machine is wrong by that of a provider, which requests are signed by now', {
        provider,
        aheadMs: Math.round(aheadMs),
      });
      return;
    }
    case 'url-unversioned': {
      const { provider, operation, baseUrl } = notice;
      log.warn(
        'a provider has nothing at the path of an operation: its baseUrl probably lacks /v1 at its end',
        {
          provider,
          operation,
          baseUrl: redactedText(baseUrl),
        },
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
      log.warn('a provider answers again', { provider, model, downMs: openMs });
      return;
    }
    case 'circuit-withdrawn': {
      const { provider, model, openMs } = notice;
      log.info('a request fails everywhere: no provider is down for it', { provider, model, downMs: openMs });
    }
  }
}
