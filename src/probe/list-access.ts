import { createHash } from 'node:crypto';
import type { AttemptTools } from '../failover/attempt/attempt-plan.ts';
import { Secret } from '../base/secret.ts';
import type { Provider } from '../providers/provider.ts';
import type { Store } from '../store/contract.ts';
import { freeCall } from './check-call.ts';
import { attemptCheck } from './check-attempt.ts';

/** Whether an address answers free calls, such as the list of models, without a valid credential. */
export type ListAccess = 'refuses' | 'open';

/** How long a result is cached. Milliseconds. */
const CACHED_MS = 24 * 60 * 60 * 1000;
/** How long to wait after a probe without a result, as when the address does not answer. Milliseconds. */
const RETRY_MS = 5 * 60 * 1000;

interface CachedAccess {
  readonly access: ListAccess | undefined;
  /** Milliseconds since the epoch. */
  readonly until: number;
}

/**
 * Whether a provider's address refuses invalid credentials on free calls, such as the list of models: only there does
 * success of such a call show that a key is good. Probed with a fake credential when it is first needed, and shared with
 * the other nodes through the store.
 *
 * Who pays: one request a day for each address of which a key was refused.
 */
export class ListAccessProbe {
  readonly #store: Store;
  readonly #tools: AttemptTools;
  readonly #cache = new Map<string, CachedAccess>();
  readonly #inFlight = new Map<string, Promise<ListAccess | undefined>>();

  constructor(store: Store, tools: AttemptTools) {
    this.#store = store;
    this.#tools = tools;
  }

  /** The cached result, if any. */
  known(provider: Provider): ListAccess | undefined {
    const cached = this.#cache.get(addressOf(provider));
    return cached !== undefined && this.#tools.now() < cached.until ? cached.access : undefined;
  }

  /** The result, probed where it is not cached; concurrent calls share one probe. Undefined where it has no result. */
  probe(provider: Provider, signal: AbortSignal): Promise<ListAccess | undefined> {
    const address = addressOf(provider);
    const cached = this.#cache.get(address);
    if (cached !== undefined && this.#tools.now() < cached.until) return Promise.resolve(cached.access);
    const inFlight = this.#inFlight.get(address);
    if (inFlight !== undefined) return inFlight;
    const found = this.#resolve(provider, address, signal).finally(() => this.#inFlight.delete(address));
    this.#inFlight.set(address, found);
    return found;
  }

  async #resolve(provider: Provider, address: string, signal: AbortSignal): Promise<ListAccess | undefined> {
    const shared = await this.#readShared(address);
    const access = shared ?? (await this.#request(provider, signal));
    if (signal.aborted) return access;
    const forMs = access === undefined ? RETRY_MS : CACHED_MS;
    this.#cache.set(address, { access, until: this.#tools.now() + forMs });
    // Without the store the other nodes probe for themselves.
    if (access !== undefined && shared === undefined)
      await this.#store.set(address, access, forMs).catch(() => undefined);
    return access;
  }

  async #readShared(address: string): Promise<ListAccess | undefined> {
    const shared = await this.#store.get(address).catch(() => undefined);
    return shared === 'refuses' || shared === 'open' ? shared : undefined;
  }

  async #request(provider: Provider, signal: AbortSignal): Promise<ListAccess | undefined> {
    const [pooled] = provider.pool.all();
    const fake = pooled && fakeCredentialLike(pooled.key.secret, this.#tools.random);
    const call = freeCall(provider, this.#tools.now(), signal, fake);
    if (call === undefined) return undefined;
    const plan = { provider, pooled: undefined, epoch: 0, model: undefined, check: 'key' } as const;
    const attempt = await attemptCheck(call, plan, this.#tools);
    if (attempt.verdictLabel === 'ok') return 'open';
    return attempt.verdictLabel === 'key_dead' || attempt.logEntry.status === 401 ? 'refuses' : undefined;
  }
}

/** Key in the store. The address is hashed, since it may hold credentials. */
function addressOf({ type, config }: Provider): string {
  const address = [type, config.baseUrl, config.providerDomain, config.providerBasePath, config.basePath];
  return `strangers/${createHash('sha256').update(JSON.stringify(address)).digest('base64url')}`;
}

/** The prefix of a credential is kept, since it shows its kind. Characters. */
const PREFIX_LENGTH = 6;
/** Random characters at least, so that it is no valid credential by chance. */
const MIN_RANDOM_LENGTH = 24;

/**
 * A fake credential in the format of a real one: letters for letters, digits for digits.
 * @param random - in [0, 1)
 */
export function fakeCredentialLike(secret: Secret, random: () => number): Secret {
  const text = secret.reveal().padEnd(PREFIX_LENGTH + MIN_RANDOM_LENGTH, 'x0');
  const rest = text.slice(PREFIX_LENGTH);
  return new Secret(
    text.slice(0, PREFIX_LENGTH) + rest.replaceAll(/[a-zA-Z0-9]/g, (like) => randomLike(like, random)),
  );
}

const ALPHABETS: readonly string[] = [
  'abcdefghijklmnopqrstuvwxyz',
  'ABCDEFGHIJKLMNOPQRSTUVWXYZ',
  '0123456789',
];

function randomLike(like: string, random: () => number): string {
  const alphabet = ALPHABETS.find((each) => each.includes(like)) ?? like;
  return alphabet.charAt(Math.floor(random() * alphabet.length));
}
