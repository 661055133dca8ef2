/**
 * The answers of the admin API: what the gateway sends and the command line reads. Every type of an answer is inferred
 * from its schema here. The gateway imports the types alone and parses nothing: answering costs no validation, and a
 * start does not build schemas (some 60 ms of processor time). The command line parses what it is sent, which may come
 * from another version: values that grow from version to version (`class`, `effect`, `obstacle`) are any text, and
 * members that are not known here are ignored.
 *
 * Times are in RFC 3339, by the wall clock of the process that answers. Null means that there is no value.
 */

import { z } from 'zod';

const time = z.string();

/** The rule of a verdict. All but its id are null where this version does not know it. */
const ruleView = z.object({
  id: z.string(),
  class: z.string().nullable(),
  /** Of the class, in words. */
  meaning: z.string().nullable(),
  scope: z.string().nullable(),
  /** The public source of the rule. */
  source: z.string().nullable(),
});
export type RuleView = z.output<typeof ruleView>;

/** One decision on a key, and its evidence. */
const decisionView = z.object({
  at: time,
  effect: z.string(),
  /** Null for an act of the operator, a pardon and the end of a cooldown. */
  rule: ruleView.nullable(),
  /** Of the provider's answer; null where there was none. */
  status: z.number().nullable(),
  /** The client's request that it is due to; null for a health check. */
  requestId: z.string().nullable(),
  /** The process that judged it. */
  node: z.string().nullable(),
  /** It is due to a health check. */
  check: z.boolean(),
  /** The model that it was held from, as the provider names it. */
  model: z.string().nullable(),
  /** Who did it, and why: of the operator's acts, as far as it was said. */
  by: z.string().nullable().default(null),
  reason: z.string().nullable().default(null),
});
export type DecisionView = z.output<typeof decisionView>;

const holdCause = z.enum(['throttled', 'denied']);
const outCause = z.enum(['failures', 'key_dead', 'billing']);

/** One model a key is kept from, as a list of keys shows it. */
const holdView = z.object({
  cause: holdCause,
  /** Of the verdict that it is held for. */
  rule: z.string(),
  since: time,
  until: time,
});
export type HoldView = z.output<typeof holdView>;

/** A key. `GET /api/keys/ID`, and what disabling and enabling it answers. */
export const keyView = z.object({
  provider: z.string(),
  id: z.string(),
  name: z.string().nullable(),
  /** At most the last four characters of the credential. */
  hint: z.string().nullable(),
  state: z.enum(['in-service', 'out-of-service', 'disabled']),
  reason: z.string().nullable(),
  /** In a row: of requests while in service, of health checks while out of it. */
  failures: z.number(),
  /** Health checks passed in a row while out of service. */
  passes: z.number(),
  /** Of this state; null where nothing was ever recorded. */
  since: time.nullable(),
  /** When it is tested, or comes back by itself. */
  nextTryAt: time.nullable(),
  /** The models it is kept from, as the provider names them; `ALL_MODELS` is all. */
  models: z.record(z.string(), holdView),
  /** What shares its limits; null where it shares them with no other key. */
  quotaDomain: z.string().nullable(),
  /** `state`, or what an in-service key is held for: see `STANDINGS`. Absent in older versions. */
  standing: z.string().optional(),
  /** What it is out or held for, such as `key_dead` or `throttled`; null where it is neither, or was disabled. */
  cause: z.string().nullable().optional(),
  /** Until when it is held from a model, by itself or with its quota domain; the soonest end of several. */
  heldUntil: time.nullable().optional(),
});
export type KeyView = z.output<typeof keyView>;

/** `GET /api/keys` */
export const keyList = z.object({
  keys: z.array(keyView),
  /** Of how many, where a state or a reason was asked for: all keys, or all of the provider that was asked for. */
  of: z.number().exactOptional(),
});

export type KeyListView = z.output<typeof keyList>;

/** The keys that are meant by a text: how many, and the first few. `GET /api/find-key` */
export const foundKeys = z.object({ count: z.number(), keys: z.array(keyView).readonly() });
export type FoundKeysView = z.output<typeof foundKeys>;

/** How a health check went. `POST /api/keys/ID/probe` */
export const checkReport = z.object({
  passed: z.boolean(),
  verdict: z.string(),
  /** The rule that judged it. */
  rule: z.string(),
  status: z.number().optional(),
  /** What happened to the connection, where it broke. */
  detail: z.string().optional(),
  ms: z.number(),
  kind: z.string(),
  /** The model that was asked, as the provider names it; absent where none was. */
  model: z.string().optional(),
});
export type CheckReportView = z.output<typeof checkReport>;

/** The holds that the operator ended. `POST /api/providers/ID/lift-holds`, `POST /api/keys/ID/lift-holds` */
export const liftedHolds = z.object({
  provider: z.string(),
  /** Ids of the keys that were held. */
  keys: z.array(z.string()).readonly(),
});
export type LiftedHoldsView = z.output<typeof liftedHolds>;

/** A model that a provider is down for: requests go elsewhere first. */
const outageView = z.object({
  provider: z.string(),
  /** As the provider names it; null for requests that name none. */
  model: z.string().nullable(),
  /** `half-open`: a request or a check is in flight that will show whether it answers again. */
  state: z.enum(['open', 'half-open']),
  since: time,
  /** When it is tried next; of a half-open one, when another trial may begin. */
  nextTryAt: time,
  triedBy: z.enum(['check', 'request']),
  /** How often in a row it opened, or a trial failed. */
  strikes: z.number(),
  /** Of the failure that opened it. */
  rule: z.string(),
});
export type OutageView = z.output<typeof outageView>;

/** Which process answers, and what it cannot know. */
export const seenFrom = z.object({
  node: z.string(),
  /** It answers applications itself; otherwise its workers do. */
  serves: z.boolean(),
  /** Since when the store does not answer it, so that it knows nothing of other processes; null while it does. */
  storeAwaySince: time.nullable(),
  /** What it cannot know, in words; null where there is no other process. */
  note: z.string().nullable(),
});
export type SeenFrom = z.output<typeof seenFrom>;

/** One model a key is kept from, with its evidence. */
const heldView = z.object({
  model: z.string(),
  cause: holdCause,
  rule: ruleView,
  since: time,
  until: time,
  /** How often in a row. */
  strikes: z.number(),
  /** It holds every key of the quota domain. */
  wide: z.boolean(),
  evidence: decisionView.nullable(),
});
export type HeldView = z.output<typeof heldView>;

/** A verdict that a check has to confirm. */
const doubtView = z.object({
  cause: z.enum([...outCause.options, ...holdCause.options]),
  model: z.string(),
  rule: ruleView,
  since: time,
  evidence: decisionView.nullable(),
});
export type DoubtView = z.output<typeof doubtView>;

/**
 * One way in which a key comes back to what it is kept from:
 * - `free-check`, `paid-check`: a health check, by asking for what costs nothing or for an answer of `model`
 * - `cooldown`: its time out of service is over
 * - `hold`: the hold on `model` is over
 * - `domain`: what holds its quota domain from `model` is over
 * - `trial`: a client's request may try it, where no key of the provider can be used
 * - `operator`: the operator enables it
 */
const nextView = z.object({
  how: z.enum(['free-check', 'paid-check', 'cooldown', 'hold', 'domain', 'trial', 'operator']),
  /** Null where no time is set. */
  at: time.nullable(),
  model: z.string().nullable(),
  /** Of a check: whether this process does it; null for all else. Whoever holds the provider's lease does. */
  here: z.boolean().nullable(),
  /** Of a check that costs something: when it is allowed, where the day's budget is spent. */
  notBefore: time.nullable(),
});
export type NextView = z.output<typeof nextView>;

/** A trouble that the keys of a domain share. */
const troubleView = z.object({
  /** `ALL_MODELS` is all. */
  model: z.string(),
  cause: z.enum(['throttled', 'billing']),
  /** When it ends or, for `billing`, when that key is tested. */
  until: time,
  /** The key that it was found with. */
  key: z.object({ id: z.string(), name: z.string().nullable() }),
  rule: ruleView,
});
export type TroubleView = z.output<typeof troubleView>;

/** What a key shares its limits with. */
const domainView = z.object({
  name: z.string(),
  /** Learned from the provider's answers, by any process; otherwise configured. */
  learned: z.boolean(),
  /** How many share it, this one included. */
  keys: z.number(),
  /** What holds all of them, up to twenty. */
  troubles: z.array(troubleView).readonly(),
});
export type DomainView = z.output<typeof domainView>;

/** Why a key is in its state, by which rule, and what comes next. `GET /api/keys/ID/explain` */
export const explanation = z.object({
  at: time,
  key: keyView,
  /** Why it is out of service; null where it is in it, or was disabled. */
  cause: outCause.nullable(),
  /** The rule of its state, or of its newest failure; null where there is none. */
  rule: ruleView.nullable(),
  /** The decision behind its state; null where none is recorded, or no longer. */
  evidence: decisionView.nullable(),
  holds: z.array(heldView).readonly(),
  /** A verdict against it that a check has to confirm; null where there is none. */
  doubt: doubtView.nullable(),
  /** It is out because of one request alone so far: where another key fails alike, that is taken back. */
  unproven: z.boolean(),
  /** How it comes back, soonest first. */
  next: z.array(nextView).readonly(),
  /** What shares its limits; null where it shares them with nothing that is known here. */
  domain: domainView.nullable(),
  /** The models of whose limits little is left, as far as this process knows: other keys are preferred. */
  scarce: z.array(z.object({ model: z.string(), until: time })).readonly(),
  /** What its provider is down for, whichever key is used. */
  down: z.array(outageView).readonly(),
  /** Requests in flight with it; null where this process cannot know. */
  inFlight: z.number().nullable(),
  /** The part of its traffic that it gets after its return (slow start); null where it gets all of it, or none. */
  ramp: z.object({ share: z.number(), fullAt: time }).nullable(),
  /** The last few, newest first. */
  decisions: z.array(decisionView).readonly(),
  /** How its provider's keys leave service and come back, by the configuration. */
  policy: z.object({
    /** False: nothing counts but acts of the operator. */
    failover: z.boolean(),
    failureThreshold: z.number(),
    successThreshold: z.number(),
    /** `failoverOnStatus` decides what counts, and not the rules. */
    byStatus: z.boolean(),
  }),
  seenFrom,
});
export type Explanation = z.output<typeof explanation>;

/** One key in a choice. */
const keyChoiceView = z.object({
  id: z.string(),
  name: z.string().nullable(),
  hint: z.string().nullable(),
  /** Why it cannot be chosen; null where it can. */
  obstacle: z.string().nullable(),
  /** The same in words, with the rule that judged it. */
  reason: z.string().nullable(),
  /** Its part of the choices; null where there are too many keys to estimate that. */
  chance: z.number().nullable(),
  weight: z.number(),
  /** The part of its traffic that it gets after its return; 1 is all. */
  share: z.number(),
  /** Requests in flight with it; null where this process cannot know. */
  inFlight: z.number().nullable(),
  /** Little is left of its limits for the model, as far as this process knows. */
  scarce: z.boolean(),
  /** When it may be chosen again, or is tested; null where no time is set. */
  dueAt: time.nullable(),
  /** It may be tried all the same where no key of the provider can be chosen. */
  lastResort: z.boolean(),
});
export type KeyChoiceView = z.output<typeof keyChoiceView>;

/** The choice among the keys of one provider, for a request that tries it first. */
const providerChoiceView = z.object({
  provider: z.string(),
  /** As this provider names it; null for a request without one. */
  model: z.string().nullable(),
  /** Its part of the requests among targets of equal preference on the route; 1 where it has no equals. */
  share: z.number(),
  /** Why it is tried only after the others; null where it is not down. */
  down: outageView.extend({ whole: z.boolean() }).nullable(),
  strategy: z.enum(['balanced', 'random']),
  /** With `session`, a conversation's own key comes first. */
  affinity: z.enum(['none', 'session']),
  /** `keyless`: the provider has no keys, and is called with the client's own credential. */
  outcome: z.enum(['key', 'last-resort', 'none', 'keyless']),
  /** Where no key can be chosen: when the first one is due back. */
  returnsAt: time.nullable(),
  /** Choices sampled for the chances. */
  draws: z.number(),
  /** All its keys: `usable`, or by obstacle. */
  counts: z.record(z.string(), z.number()),
  /** Up to a hundred of them, those chosen most often first. */
  keys: z.array(keyChoiceView).readonly(),
});
export type ProviderChoiceView = z.output<typeof providerChoiceView>;

/** Which key a request would get now, and why not the others. `GET /api/choice` */
export const choiceView = z.object({
  at: time,
  /** As the client names it; null for a request without one. */
  model: z.string().nullable(),
  /**
   * In the order in which they are tried. Targets of equal preference are next to each other, the one with the largest
   * share first.
   */
  providers: z.array(providerChoiceView).readonly(),
  seenFrom,
});
export type ChoiceView = z.output<typeof choiceView>;

/** Clients' connections of one process, or of several together. */
const connectionCounts = z.object({
  open: z.number(),
  /** How many there may be. */
  most: z.number(),
  /** Idle ones that were ended for others, since the start. */
  gaveWay: z.number(),
  /** Those that were not let in because all others had a request in flight, since the start. */
  refused: z.number(),
});

/** What requests hold together, in bytes. */
const memoryView = z.object({
  limit: z.number(),
  held: z.number(),
  /** Requests that wait for room. */
  waiting: z.number(),
  /** Requests that found none, since the process started. */
  refused: z.number(),
});
export type MemoryView = z.output<typeof memoryView>;

/** A worker. */
const workerView = z.object({
  number: z.number(),
  pid: z.number().nullable(),
  state: z.enum(['starting', 'ready', 'unresponsive', 'waiting', 'stopping', 'stopped']),
  since: time,
  restarts: z.number(),
  connections: connectionCounts.nullable(),
});
export type WorkerView = z.output<typeof workerView>;

/** `GET /api/workers` */
export const workerList = z.object({ workers: z.array(workerView) });

/** The store, and the processes of this gateway. `GET /api/state` */
export const stateView = z.object({
  store: z.object({
    kind: z.string(),
    description: z.string(),
    awaySince: time.nullable(),
    lostWritesAt: time.nullable(),
    unwrittenKeys: z.number(),
  }),
  clock: z.object({
    /** How far the clock of this machine is ahead of the time that state is kept by; shown times are by the former. */
    wallAheadMs: z.number(),
    /** When it was last set, and by how much. */
    setAt: time.nullable(),
    setByMs: z.number().nullable(),
  }),
  probing: z.array(z.string()).readonly(),
  probingRest: z.array(z.string()).readonly(),
  /** Nodes of the store that have another configuration of some provider. */
  configurations: z.object({
    differSince: time.nullable(),
    others: z.array(z.object({ node: z.string(), providers: z.array(z.string()).readonly() })).readonly(),
  }),
  /** The configuration file, where it was changed and is not taken over: what runs is older. */
  refusedFile: z
    .object({
      since: time,
      file: z.string(),
      /** The first mistake, in a line; no secret is in it. */
      problem: z.string(),
      mistakes: z.number(),
    })
    .nullable()
    .default(null),
  /** By provider: when there are health checks again, where this process does them and those of the day are used up. */
  checksSpentUntil: z.record(z.string(), time.nullable()).default({}),
  /** Good answers without any output, by provider, where there were some. */
  emptyAnswers: z.record(z.string(), z.number()),
  /** What requests hold, of all processes of this gateway. */
  memory: memoryView,
  /** What providers are down for, as far as this process knows. */
  down: z.array(outageView).readonly(),
  /** Clients' connections, of all processes of this gateway. */
  connections: connectionCounts,
  workers: z.object({
    ready: z.number(),
    of: z.number().exactOptional(),
    /** The numbers of those whose event loop does not run, so that they get no new connections. */
    unresponsive: z.array(z.number()).readonly(),
  }),
});
export type StateView = z.output<typeof stateView>;

/** The answer to a request that failed; its codes are in errors.ts. */
export const errorAnswer = z.object({ error: z.object({ code: z.string(), message: z.string() }) });
