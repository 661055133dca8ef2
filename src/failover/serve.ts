import type { Call } from '../dialects/call.ts';
import { ANY_MODEL } from '../keys/record.ts';
import type { Provider } from '../providers/provider.ts';
import type { AttemptNote, AttemptTools } from './attempt.ts';
import type { Outage } from './outage/circuits.ts';
import type { RouteTarget } from './route.ts';
import { isTooSmall, openVisit, takeTurn } from './serve-provider.ts';
import type { ProviderEnd, Refused, ServeLimits, Serving, Visit } from './serve-provider.ts';
import { weighEnd } from './proof.ts';
import { mostTelling, ownTries } from './telling.ts';
import type { Telling } from './telling.ts';

/** How a request came out, before a byte of an answer has reached the client. */
export interface Served {
  readonly result:
    | Extract<ProviderEnd, { readonly kind: 'answer' | 'cancelled' }>
    | Telling
    /** No provider on the way can do what is asked for. */
    | Refused
    /** No key could be chosen. `returnsAt` is when the first one is due back, where one is. */
    | { readonly kind: 'no-key'; readonly returnsAt: number | undefined }
    | { readonly kind: 'deadline' };
  /** The tries that failed, in order. */
  readonly failed: readonly AttemptNote[];
}

/**
 * Finds an answer: goes through the route's targets in order and tries keys at each, until an answer passes the
 * commit gate, the fault is the caller's, or targets, time or keys run out. It never uses a key twice at a target,
 * and never repeats what may already have made something.
 *
 * A provider that is done with does not end the request: the next one is asked, and its answer is the proof of who
 * was at fault. The order is that of hope: first what is not known to be down, then what is, and keys out of service
 * when all targets have had their turn. So no circuit and no mark on a key refuses a request by itself.
 */
export async function serve(
  call: Call,
  targets: readonly RouteTarget[],
  tools: AttemptTools,
  limits: ServeLimits,
): Promise<Served> {
  const owner = targets.find((target) => target.owner !== undefined)?.owner;
  const serving: Serving = { call, tools, limits, owner, failed: [], exceeds: 0 };
  const met: Met = { refused: undefined, suspect: undefined, down: [], withoutKey: [], returnsAt: undefined };
  for (const [n, target] of targets.entries()) {
    if (isTooSmall(serving, target)) continue;
    const outage = outageOf(target, tools);
    const visit = openVisit(target, outage);
    // Of a target that is down one try is enough: the next target is closer than the next key.
    if (outage !== undefined && targets.length > 1) visit.attemptsLeft = 1;
    if (targets.length > 1 && isLeftForLater(outage, tools)) {
      met.down.push(visit);
      continue;
    }
    visit.isLast = !isFollowed(targets, n, tools);
    const result = after(serving, met, visit, await takeTurn(serving, visit, 'normal'));
    if (result !== undefined) return served(serving, result);
  }
  const down = met.down.toSorted(bySoonest);
  for (const visit of down) {
    if (isTooSmall(serving, visit.target)) continue;
    visit.isLast = visit === down.at(-1);
    const result = after(serving, met, visit, await takeTurn(serving, visit, 'normal'));
    if (result !== undefined) return served(serving, result);
  }
  // As a list of its own: a turn that finds no key again adds to it.
  for (const visit of met.withoutKey.splice(0)) {
    if (isTooSmall(serving, visit.target)) continue;
    const result = after(serving, met, visit, await takeTurn(serving, visit, 'last-resort'));
    if (result !== undefined) return served(serving, result);
  }
  if (serving.failed.length > 0) return served(serving, mostTelling(serving.failed));
  return served(serving, met.refused ?? { kind: 'no-key', returnsAt: met.returnsAt });
}

function outageOf({ provider, model = ANY_MODEL }: RouteTarget, tools: AttemptTools): Outage | undefined {
  return tools.recorder.circuitsOf(provider).outageOf(provider, model, tools.now());
}

/**
 * Whether a target is asked only where all others have failed, because its provider is down. When a trial is due one
 * request makes it, in its normal turn.
 */
function isLeftForLater(outage: Outage | undefined, { now }: AttemptTools): boolean {
  return outage !== undefined && now() < outage.dueAt;
}

/** Whether another target has its normal turn after this one. */
function isFollowed(targets: readonly RouteTarget[], n: number, tools: AttemptTools): boolean {
  for (let later = n + 1; later < targets.length; later++) {
    const target = targets[later];
    if (target !== undefined && !isLeftForLater(outageOf(target, tools), tools)) return true;
  }
  return false;
}

function bySoonest(a: Visit, b: Visit): number {
  return (a.outage?.dueAt ?? 0) - (b.outage?.dueAt ?? 0);
}

/** What the request has met at its targets so far. */
interface Met {
  refused: Refused | undefined;
  /** The first provider at which the request came under suspicion. */
  suspect: Provider | undefined;
  /** Targets whose provider is down, which are left for later. */
  readonly down: Visit[];
  /** Where no key was in service, or none was left. */
  readonly withoutKey: Visit[];
  returnsAt: number | undefined;
}

/** Takes the end of a turn into account. @returns how it ends the request; undefined where the next target is asked */
function after(serving: Serving, met: Met, visit: Visit, end: ProviderEnd): Served['result'] | undefined {
  const { provider } = visit.target;
  switch (end.kind) {
    case 'answer':
    case 'cancelled':
      return end;
    case 'no-key':
      met.withoutKey.push(visit);
      met.returnsAt = earlier(met.returnsAt, end.returnsAt);
      return undefined;
    case 'deadline':
    case 'final':
      if (serving.failed.length === 0) return { kind: 'deadline' };
      return mostTelling(
        serving.owner === undefined ? serving.failed : ownTries(serving.failed, serving.owner),
      );
    case 'refused':
      met.refused ??= end;
      return undefined;
    case 'suspect':
      if (met.suspect !== undefined && met.suspect !== provider) {
        // It fails alike with another provider, too: the request is the trouble, and shows nothing of either.
        for (const blamed of [met.suspect, provider]) withdraw(serving, blamed);
        return mostTelling(serving.failed);
      }
      met.suspect = provider;
      return undefined;
    case 'exhausted':
      return undefined;
  }
}

function withdraw({ call, tools }: Serving, provider: Provider): void {
  tools.recorder.circuitsOf(provider).withdraw(provider, call.id, tools.now());
}

function served({ failed, tools }: Serving, result: Served['result']): Served {
  if (failed.length > 0)
    weighEnd(result.kind === 'answer' ? result.attempt : undefined, failed, tools.recorder);
  const told = result.kind === 'failed' ? result.attempt : undefined;
  // What was left open so that it could be told, and is not: nobody will read it.
  for (const attempt of failed) if (attempt !== told) attempt.abandon();
  return { result, failed: failed.map((attempt) => attempt.note) };
}

function earlier(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.min(a, b);
}
