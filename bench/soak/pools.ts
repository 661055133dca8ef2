import type { Script } from '../../simulator/behaviour.ts';

/** What becomes of a key during the run. */
export type Role =
  /** Answers, always: whatever else fails, a request can be answered. */
  | 'steady'
  /** Fails in one way after the other, and is well in the end. */
  | 'faulty'
  /** Revoked, always. */
  | 'dead'
  /** Answers, and is now in the configuration and now not. */
  | 'guest';

/** A key of a pool. */
export interface PoolKey {
  readonly provider: string;
  readonly secret: string;
  readonly role: Role;
}

/** Where the providers stand. */
export interface Upstreams {
  /** `http://127.0.0.1:PORT` of the simulator. */
  readonly simulator: string;
  /** Of the one that answers with bytes. */
  readonly raw: string;
  readonly realtime: string;
}

/** A provider, and the roles of its keys. */
interface Pool {
  readonly id: string;
  readonly type: string;
  readonly at: keyof Upstreams;
  readonly base: string;
  readonly checkedBy: string;
  readonly keys: readonly Role[];
}

const POOLS: readonly Pool[] = [
  {
    id: 'openai-a',
    type: 'openai',
    at: 'simulator',
    base: '/v1',
    checkedBy: 'gpt-5-nano',
    keys: ['faulty', 'faulty', 'faulty', 'faulty', 'dead', 'guest'],
  },
  {
    id: 'openai-b',
    type: 'openai',
    at: 'simulator',
    base: '/v1',
    checkedBy: 'gpt-5-nano',
    keys: ['faulty', 'faulty', 'faulty'],
  },
  {
    id: 'claude',
    type: 'claude',
    at: 'simulator',
    base: '/v1',
    checkedBy: 'claude-haiku-4-5',
    keys: ['faulty', 'faulty', 'faulty', 'dead'],
  },
  {
    id: 'gemini',
    type: 'gemini',
    at: 'simulator',
    base: '/v1beta',
    checkedBy: 'gemini-3-flash',
    keys: ['faulty', 'faulty', 'faulty'],
  },
  {
    id: 'bedrock',
    type: 'bedrock',
    at: 'simulator',
    base: '',
    checkedBy: 'eu.anthropic.claude-haiku-4-5',
    keys: ['faulty', 'faulty'],
  },
  { id: 'raw', type: 'openai', at: 'raw', base: '/v1', checkedBy: 'gpt-5-nano', keys: ['faulty', 'faulty'] },
  {
    id: 'realtime',
    type: 'openai',
    at: 'realtime',
    base: '/v1',
    checkedBy: 'gpt-5-nano',
    keys: ['steady', 'steady'],
  },
  {
    id: 'steady',
    type: 'openai',
    at: 'simulator',
    base: '/v1',
    checkedBy: 'gpt-5-nano',
    keys: ['steady', 'steady'],
  },
];

/** All keys, in the order of their pools. */
export const KEYS: readonly PoolKey[] = POOLS.flatMap(({ id, keys }) =>
  keys.map((role, index) => ({ provider: id, secret: `sk-${id}-${role}-${index}-0123456789abcdef`, role })),
);

/** One that answers whatever happens. */
export const STEADY = KEYS.find(({ provider }) => provider === 'steady')?.secret ?? '';

/** The keys that fail on command at the simulator. */
export const FAULTY: readonly PoolKey[] = KEYS.filter(
  ({ role, provider }) => role === 'faulty' && provider !== 'raw',
);

/** The shortest wait between two health checks of a key, and the longest. Milliseconds. */
const CHECK_INTERVALS_MS = [1_000, 5_000] as const;
/** Who is silent for longer is given up. Much longer than any answer here takes on a busy machine. Milliseconds. */
const FIRST_OUTPUT_MS = 10_000;
/** How long it is remembered who made what, so that the store's size can be seen to stay. */
const RESOURCES = '1m';
const DRAIN = '2s';

/** What the simulator begins with: keys that nobody configured are refused. */
export const SCRIPT: Script = {
  knownKeysOnly: true,
  keys: Object.fromEntries(
    KEYS.map(({ secret, role }) => [
      secret,
      { behaviours: role === 'dead' ? [{ kind: 'invalid-key' }] : [] },
    ]),
  ),
};

/**
 * The configuration of a node. Each route ends at a target that answers, whatever becomes of those before it.
 * @param hasGuests - whether the keys are there that come and go
 */
export function configuration(upstreams: Upstreams, state: string, hasGuests: boolean): object {
  const [healthCheckInterval, healthCheckMaxInterval] = CHECK_INTERVALS_MS;
  const inTheEnd = { provider: 'steady', model: 'gpt-5' };
  return {
    state,
    workers: 2,
    resourceAffinity: RESOURCES,
    limits: { drain: DRAIN },
    providers: POOLS.map(({ id, type, at, base, checkedBy }) => ({
      id,
      type,
      baseUrl: upstreams[at] + base,
      apiTokens: KEYS.filter(({ provider, role }) => provider === id && (role !== 'guest' || hasGuests)).map(
        ({ secret }) => secret,
      ),
      firstOutputTimeout: FIRST_OUTPUT_MS,
      failover: {
        enabled: true,
        healthCheckModel: checkedBy,
        healthCheckInterval,
        healthCheckMaxInterval,
        healthCheckBudget: 1_000_000,
        returnRamp: '2s',
      },
    })),
    routes: [
      { model: 'gpt-realtime', to: ['realtime'] },
      { model: 'held-*', to: ['openai-a', 'openai-b', inTheEnd], holdWhole: true },
      { model: 'claude-*', to: ['claude', inTheEnd] },
      { model: 'gemini-*', to: ['gemini', inTheEnd] },
      { model: 'eu.anthropic.*', to: ['bedrock', inTheEnd] },
      { model: 'raw-*', to: ['raw', inTheEnd] },
      { model: 'gpt-*', to: ['openai-a', 'openai-b', 'steady'] },
    ],
    activeProviderId: 'steady',
  };
}
