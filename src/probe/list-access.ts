import { createHash } from 'node:crypto';
import { Attempt } from '../failover/attempt/attempt.ts';
import type { AttemptTools } from '../failover/attempt/attempt-plan.ts';
import { Secret } from '../base/secret.ts';
import type { Provider } from '../providers/provider.ts';
import type { Store } from '../store/contract.ts';
import { freeCall } from './check-call.ts';
import { checkLimits, drain } from './check-limits.ts';

/** What is known of an address: whether it shows what costs nothing to those it knows alone. */
export type ListAccess = 'refuses' | 'open';

/** What was found out is believed for so long. Milliseconds. */
const CACHED_MS = 24 * 60 * 60 * 1000;
/** Where nothing was found out, as of an address that does not answer, it is asked again after this. Milliseconds. */
const ASK_AGAIN_MS = 5 * 60 * 1000;

interface CachedAccess {
  readonly access: ListAccess | undefined;
  /** Milliseconds since the epoch. */
  readonly until: number;
}

/**
 * Whether a provider's address refuses strangers: only there does a free call, such as the list of models, say that a
 * credential is good. It is found out by asking with a credential that is made up, in the background and when it is
 * first needed, and told to the other nodes.
 *
 * Who pays: a request a day for each address of which a key was refused.
 */
export class ListAccessProbe {
  readonly #store: Store;
  readonly #tools: AttemptTools;
  readonly #beliefs = new Map<string, CachedAccess>();
  readonly #asking = new Map<string, Promise<ListAccess | undefined>>();

  constructor(store: Store, tools: AttemptTools) {
    this.#store = store;
    this.#tools = tools;
  }

  /** What is known here; undefined where nothing is. */
  known(provider: Provider): ListAccess | undefined {
    const cached = this.#beliefs.get(addressOf(provider));
    return cached !== undefined && this.#tools.now() < cached.until ? cached.access : undefined;
  }

  /** Finds out where nothing is known, one question at a time; undefined where that did not come to anything. */
  probe(provider: Provider, signal: AbortSignal): Promise<ListAccess | undefined> {
    const address = addressOf(provider);
    const cached = this.#beliefs.get(address);
    if (cached !== undefined && this.#tools.now() < cached.until) return Promise.resolve(cached.access);
    const asking = this.#asking.get(address);
    if (asking !== undefined) return asking;
    const found = this.#findOut(provider, address, signal).finally(() => this.#asking.delete(address));
    this.#asking.set(address, found);
    return found;
  }

  async #findOut(provider: Provider, address: string, signal: AbortSignal): Promise<ListAccess | undefined> {
    const told = await this.#told(address);
    const access = told ?? (await this.#ask(provider, signal));
    if (signal.aborted) return access;
    const forMs = access === undefined ? ASK_AGAIN_MS : CACHED_MS;
    this.#beliefs.set(address, { access, until: this.#tools.now() + forMs });
    // A store that is away costs the others a question of their own, and nothing else.
    if (access !== undefined && told === undefined)
      await this.#store.set(address, access, forMs).catch(() => undefined);
    return access;
  }

  async #told(address: string): Promise<ListAccess | undefined> {
    const told = await this.#store.get(address).catch(() => undefined);
    return told === 'refuses' || told === 'open' ? told : undefined;
  }

  async #ask(provider: Provider, signal: AbortSignal): Promise<ListAccess | undefined> {
    const [pooled] = provider.pool.all();
    const madeUp = pooled && fakeCredentialLike(pooled.key.secret, this.#tools.random);
    const asked = freeCall(provider, this.#tools.now(), signal, madeUp);
    if (asked === undefined) return undefined;
    const limits = checkLimits(provider);
    const plan = { provider, pooled: undefined, epoch: 0, model: undefined, check: 'key', limits } as const;
    const attempt = await Attempt.start(asked, plan, this.#tools);
    await drain(attempt);
    if (attempt.verdictLabel === 'ok') return 'open';
    return attempt.verdictLabel === 'key_dead' || attempt.logEntry.status === 401 ? 'refuses' : undefined;
  }
}

/** No address is written down: it may hold what is nobody's business. */
function addressOf({ type, config }: Provider): string {
  const place = [type, config.baseUrl, config.providerDomain, config.providerBasePath, config.basePath];
  return `strangers/${createHash('sha256').update(JSON.stringify(place)).digest('base64url')}`;
}

/** The beginning of a credential tells of which kind it is. Characters. */
const KEPT = 6;
/** Whatever is made up cannot be somebody's. Characters. */
const MIN_MADE_UP = 24;

/**
 * A credential that nobody has, of the same shape as one: letters for letters, digits for digits.
 * @param random - in [0, 1)
 */
export function fakeCredentialLike(secret: Secret, random: () => number): Secret {
  const text = secret.reveal().padEnd(KEPT + MIN_MADE_UP, 'x0');
  const rest = text.slice(KEPT);
  return new Secret(
    text.slice(0, KEPT) + rest.replaceAll(/[a-zA-Z0-9]/g, (like) => randomLike(like, random)),
  );
}

const ALIKE: readonly string[] = ['abcdefghijklmnopqrstuvwxyz', 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', '0123456789'];

function randomLike(like: string, random: () => number): string {
  const alphabet = ALIKE.find((each) => each.includes(like)) ?? like;
  return alphabet.charAt(Math.floor(random() * alphabet.length));
}
