import type { AttemptTools } from '../failover/attempt/attempt-plan.ts';
import type { Provider } from '../providers/provider.ts';
import type { Store } from '../store/contract.ts';
import type { CheckReport } from './run-check.ts';

/** What the prober is given by whoever wires it. */
export interface ProberOptions {
  readonly store: Store;
  readonly tools: AttemptTools;
  /** Names this process in leases. */
  readonly holder: string;
  readonly onCheck: (provider: Provider, keyId: string, report: CheckReport) => void;
  /** Checks that cost something have to wait until then. Told once a day. Milliseconds since the epoch. */
  readonly onBudgetSpent: (provider: Provider, until: number) => void;
  /** A defect of ours: the check came to nothing. */
  readonly onDefect: (error: unknown) => void;
  /** The store did not answer: told once for each provider, until it has answered again. Every round tries again. */
  readonly onStoreFailure: (error: unknown) => void;
}
