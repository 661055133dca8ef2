import type { Call } from '../dialects/call.ts';
import { ANY_MODEL } from '../keys/record.ts';
import type { Provider } from '../providers/provider.ts';
import type { Attempt, AttemptNote, AttemptTools } from './attempt.ts';
import type { Outage } from './blame/circuits.ts';
import type { RouteTarget } from './route.ts';
import { isTooSmall, openVisit, takeTurn } from './serve-provider.ts';
import type { ProviderEnd, Refused, ServeLimits, Serving, Turn, Visit } from './serve-provider.ts';
import { weighEnd } from './blame/proof.ts';
import { mostTelling, ownTries } from './telling.ts';
import type { Telling } from './telling.ts';
import { KeyWait } from './queue/key-wait.ts';
import type { WaitPlace } from './queue/key-wait.ts';

/** How a request came out, before a byte of an answer has reached the client. */
export interface Served {
  readonly result:
    | Extract<ProviderEnd, { readonly kind: 'answer' | 'cancelled' }>
    | Telling
    /** No provider on the way can do what is asked for. */
    | Refused
    /** No key could be chosen. `returnsAt` is when the first one is due back, where one is. */
    | { readonly kind: 'no-key'; readonly returnsAt: number | undefined }
    | { readonly kind: 'deadline' }
    /** The client went away while it waited for a key. */
    | { readonly kind: 'left' };
  /** The tries that failed, in order. */
  readonly failed: readonly AttemptNote[];
}

/**
 * Finds an answer: goes through the route's targets in order and tries keys at each, until an answer passes the
 * commit gate, the fault is the caller's, or targets, time or keys run out. It never uses a key twice at a target,
 * and never repeats what may already have made something.
 *
 * A provider that is done with does not end the request: the next one is asked, and its answer is the proof of who
 * was at fault. The order is that of hope: first what is not known to be down, then what is, then what either of them
 * left untried for the sake of the others, and keys out of service when all targets have had their turn. So no circuit,
 * no haste and no mark on a key refuses a request by itself.
 *
 * Where it may wait and a key is due back in time, it does that instead of ending without one, and begins anew.
 */
export async function serve(
  call: Call,
  targets: readonly RouteTarget[],
  tools: AttemptTools,
  limits: ServeLimits,
): Promise<Served> {
  const wait = KeyWait.for(call, limits.waiting, tools.now);
  const owner = targets.find((target) => target.owner !== undefined)?.owner;
  const serving: Serving = { call, tools, limits, owner, failed: [], exceeds: 0, wait };
  for (;;) {
    const met: Met = {
      refused: undefined,
      suspects: undefined,
      down: [],
      putOff: [],
      withoutKey: [],
      returnsAt: undefined,
    };
    const result =
      (await takeNormalTurns(serving, met, targets)) ??
      (await takeTurns(serving, met, soonestFirst(met.down), 'normal')) ??
      (await takeTurns(serving, met, met.putOff.splice(0).map(asLast), 'normal')) ??
      // As a list of its own: a turn that finds no key again adds to it.
      (await takeTurns(serving, met, met.withoutKey.splice(0), 'last-resort'));
    if (result !== undefined) return served(serving, met, result);
    const end = endOf(serving, met);
    const waited =
      wait !== undefined && isForWantOfKey(end) ? await wait.forKey(placesOf(serving, targets)) : 'no';
    if (waited !== 'again') return served(serving, met, waited === 'left' ? { kind: 'left' } : end);
  }
}

async function takeNormalTurns(
  serving: Serving,
  met: Met,
  targets: readonly RouteTarget[],
): Promise<Served['result'] | undefined> {
  const { tools } = serving;
  const before = serving.failed.length === 0 ? NONE : [...serving.failed];
  for (const [n, target] of targets.entries()) {
    if (isTooSmall(serving, target)) continue;
    const outage = outageOf(target, tools);
    const visit = openVisit(target, outage, before);
    // Of a target that is down one try is enough: the next target is closer than the next key.
    if (outage !== undefined && targets.length > 1) visit.attemptsLeft = Math.min(visit.attemptsLeft, 1);
    if (targets.length > 1 && isLeftForLater(outage, tools)) {
      met.down.push(visit);
      continue;
    }
    if (serving.wait?.isBehind(target) === true) {
      met.withoutKey.push(visit);
      met.returnsAt = tools.now();
      continue;
    }
    visit.targetsLeft = countFollowing(targets, n, tools);
    const result = after(serving, met, visit, await takeTurn(serving, visit, 'normal'));
    if (result !== undefined) return result;
  }
  return undefined;
}

async function takeTurns(
  serving: Serving,
  met: Met,
  visits: readonly Visit[],
  turn: Turn,
): Promise<Served['result'] | undefined> {
  for (const visit of visits) {
    if (isTooSmall(serving, visit.target)) continue;
    const result = after(serving, met, visit, await takeTurn(serving, visit, turn));
    if (result !== undefined) return result;
  }
  return undefined;
}

const NONE: readonly Attempt[] = [];

/** What there is to tell where every target had its turn. */
function endOf({ failed }: Serving, met: Met): Served['result'] {
  if (failed.length > 0) return mostTelling(failed);
  return met.refused ?? { kind: 'no-key', returnsAt: met.returnsAt };
}

/** Whether a request has failed because every key that could answer it is out, or has met its limit. */
function isForWantOfKey(end: Served['result']): boolean {
  return end.kind === 'no-key' || (end.kind === 'failed' && end.attempt.verdict.class === 'rate_limit');
}

/** Where a request could go on, once a key is back. */
function placesOf(serving: Serving, targets: readonly RouteTarget[]): readonly WaitPlace[] {
  return targets
    .filter((target) => target.only === undefined && !isTooSmall(serving, target))
    .map((target) => openVisit(target, undefined, serving.failed))
    .filter(({ attemptsLeft }) => attemptsLeft > 0);
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

/** How many targets have their normal turn after this one, as far as one can tell. */
function countFollowing(targets: readonly RouteTarget[], n: number, tools: AttemptTools): number {
  let count = 0;
  for (let later = n + 1; later < targets.length; later++) {
    const target = targets[later];
    if (target !== undefined && !isLeftForLater(outageOf(target, tools), tools)) count++;
  }
  return count;
}

/** Targets that are down, in the order in which they are asked. */
function soonestFirst(down: readonly Visit[]): readonly Visit[] {
  const sorted = down.toSorted((a, b) => (a.outage?.dueAt ?? 0) - (b.outage?.dueAt ?? 0));
  for (const [n, visit] of sorted.entries()) visit.targetsLeft = sorted.length - 1 - n;
  return sorted;
}

/** All others have failed. Of what was slow one more key is waited for; what was down has the rest of its tries. */
function asLast(visit: Visit): Visit {
  visit.targetsLeft = 0;
  visit.attemptsLeft = visit.outage === undefined ? 1 : visit.target.provider.policy.attempts - 1;
  return visit;
}

/** What the request has met at its targets so far. */
interface Met {
  refused: Refused | undefined;
  /** Providers at which the request came under suspicion. */
  suspects: Set<Provider> | undefined;
  /** Targets whose provider is down, which are left for later. */
  readonly down: Visit[];
  /** Targets that were left although another key of them might have answered. */
  readonly putOff: Visit[];
  /** Where no key was in service, or none was left. */
  readonly withoutKey: Visit[];
  returnsAt: number | undefined;
}

/** Takes the end of a turn into account. @returns how it ends the request; undefined where the next target is asked */
function after(serving: Serving, met: Met, visit: Visit, end: ProviderEnd): Served['result'] | undefined {
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
      (met.suspects ??= new Set()).add(visit.target.provider);
      return undefined;
    case 'put-off':
      met.putOff.push(visit);
      return undefined;
    case 'spent':
      // Where it was down and silent nobody waits for it again.
      if (visit.outage !== undefined && serving.failed.at(-1)?.timedOut !== true) met.putOff.push(visit);
      return undefined;
    case 'exhausted':
      return undefined;
  }
}

function served({ call, failed, tools }: Serving, { suspects }: Met, result: Served['result']): Served {
  // It failed alike with several providers, and none answered: it is the trouble itself, and shows nothing of any.
  if (result.kind !== 'answer' && suspects !== undefined && suspects.size > 1) {
    for (const provider of suspects)
      tools.recorder.circuitsOf(provider).withdraw(provider, call.id, tools.now());
  }
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
