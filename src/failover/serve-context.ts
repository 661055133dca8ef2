import type { Call } from '../dialects/operations/call.ts';
import type { ResourceOwner } from '../routing/resource-owner.ts';
import type { RouteTarget } from '../routing/route.ts';
import type { WholeHold } from '../upstream/exchange.ts';
import type { ServeTrace } from './answer/serve-trace.ts';
import type { Attempt } from './attempt/attempt.ts';
import type { AttemptTools } from './attempt/attempt-plan.ts';
import type { KeyWait, WaitOptions } from './queue/key-wait.ts';

/** Bounds and options that hold for every provider. */
export interface ServeLimits {
  /** Bytes of an answer that may wait before the commit gate. */
  readonly holdBytes: number;
  /** How long a client may read nothing of an answer before it counts as gone. Milliseconds. */
  readonly stallMs: number;
  /** Keeps an answer back until it is complete; absent where its first output may go out. */
  readonly holdWhole?: WholeHold;
  /** Default `fail`: what is too long for one target is for none. */
  readonly onContextLength?: 'fail' | 'next';
  /** Absent where a request that finds no key fails at once. */
  readonly waiting?: WaitOptions;
  /** Id of what the request refers to, where only the key that made it can answer. */
  readonly resource?: string;
}

/** A request while its targets are tried. */
export interface ServeContext {
  readonly call: Call;
  /** In order of preference. */
  readonly targets: readonly RouteTarget[];
  readonly tools: AttemptTools;
  readonly limits: ServeLimits;
  readonly trace: ServeTrace;
  /** Who alone can read what it sends back, where that is so. */
  readonly owner: ResourceOwner | undefined;
  /** The tries that failed so far, in order. */
  readonly failed: Attempt[];
  /** The largest known window that it turned out to be too long for. Tokens; 0 before. */
  exceededWindowTokens: number;
  /** Absent where it may not wait for a key. */
  readonly wait: KeyWait | undefined;
}
