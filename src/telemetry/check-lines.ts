import { formatWallTime } from '../clock/wall-time.ts';
import type { Log } from './contract.ts';

interface Named {
  readonly id: string;
}

/** Log lines of health checks: of keys, and of models that are down. */
export function logChecks(log: Log) {
  return {
    onCheck: (provider: Named, key: string, report: object) =>
      log.info('health check', { provider: provider.id, key, ...report }),
    onCircuitCheck: (provider: Named, model: string, verdict: string, rule: string) =>
      log.info('check of a provider that is down', { provider: provider.id, model, verdict, rule }),
    /** @param until - when they go on. Milliseconds since the epoch */
    onBudgetSpent: (provider: Named, until: number) =>
      log.warn('the health checks of a day are used up: those that cost something wait', {
        provider: provider.id,
        until: formatWallTime(until),
      }),
    onDefect: (error: unknown) => log.error('a health check met a defect', { error }),
    onStoreFailure: (error: unknown) => log.warn('the store did not answer the health checks', { error }),
  };
}
