import type { Dispatcher } from 'undici';
import type { Transport, UpstreamRequest } from '../../../src/upstream/transport.ts';
import type { Dice } from './dice.ts';
import { KEYS } from './providers.ts';
import type { Owner, VirtualTime } from './time.ts';

/** How a key fares at its provider. */
export type Health =
  | 'well'
  /** Revoked: a definite verdict. */
  | 'dead'
  /** Out of credit: a definite verdict. */
  | 'broke'
  | 'throttled'
  /** Half of its requests fail for no clear reason. */
  | 'flaky'
  /** Requests are heard and never answered. */
  | 'silent';

/** A request as the provider sees it. */
export interface SeenRequest {
  readonly owner: Owner;
  readonly provider: string;
  readonly secret: string;
  readonly check: boolean;
}

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

const json = (status: number, body: object, headers: Readonly<Record<string, string>> = {}): Answer => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body: Buffer.from(JSON.stringify(body)),
});

const GOOD = json(200, {
  object: 'chat.completion',
  choices: [{ index: 0, message: { role: 'assistant', content: 'pong' }, finish_reason: 'stop' }],
});
const DEAD = json(401, {
  error: { message: 'Incorrect API key', type: 'invalid_request_error', code: 'invalid_api_key' },
});
const BROKE = json(429, {
  error: {
    message: 'You exceeded your current quota',
    type: 'insufficient_quota',
    code: 'insufficient_quota',
  },
});
const THROTTLED = json(
  429,
  { error: { message: 'Rate limit reached', type: 'requests', code: 'rate_limit_exceeded' } },
  { 'retry-after': '2' },
);
const OVERLOADED = json(503, { error: { message: 'overloaded', type: 'server_error' } });

/** Little is left of a provider's limits for so long out of every `LIMIT_WINDOW_MS`. Milliseconds. */
const SCARCE_MS = 3_000;
const LIMIT_WINDOW_MS = 7_000;

/** What every answer says beside itself: whose limits the key shares, and how much is left of them. */
function hintHeaders(provider: string, secret: string, now: number): Readonly<Record<string, string>> {
  const isScarce = now % LIMIT_WINDOW_MS < SCARCE_MS;
  return {
    'openai-organization': secret.endsWith('-3') ? `org-${provider}-alone` : `org-${provider}`,
    'x-ratelimit-limit-requests': '1000',
    'x-ratelimit-remaining-requests': isScarce ? '9' : '900',
    'x-ratelimit-reset-requests': '30s',
  };
}

/** Most answers take up to so long. Milliseconds. */
const LATENCY_MS = { from: 20, to: 300 };
/** The longest that one takes: long enough for its key to leave service and come back meanwhile. */
const SLOW_MS = 6_000;

/** Whoever comes with another one is a stranger. */
const SECRETS: ReadonlySet<string> = new Set(KEYS.map(({ secret }) => secret));

/** All providers: what is true of each key, and the answers that follow from it. */
export class ProviderSide {
  /** Share of requests answered late, or broken off. */
  trouble = 0;
  readonly #health = new Map<string, Health>();
  readonly #outages = new Set<string>();
  readonly #time: VirtualTime;
  readonly #dice: Dice;
  readonly #onRequest: (request: SeenRequest) => void;

  /** @param onRequest - called at the moment that a node sends a request */
  constructor(time: VirtualTime, dice: Dice, onRequest: (request: SeenRequest) => void) {
    this.#time = time;
    this.#dice = dice;
    this.#onRequest = onRequest;
  }

  health(secret: string): Health {
    return this.#health.get(secret) ?? 'well';
  }

  set(secret: string, health: Health): void {
    this.#health.set(secret, health);
  }

  setOutage(provider: string, isOut: boolean): void {
    if (isOut) this.#outages.add(provider);
    else this.#outages.delete(provider);
  }

  /** One node's connections to one provider. */
  transport(provider: string, owner: Owner): Transport {
    const dispatch: Transport['dispatch'] = (request, handler) =>
      this.#dispatch(provider, owner, request, handler);
    return {
      dispatch,
      dispatchOnNewConnection: dispatch,
      close: () => Promise.resolve(),
      destroy: () => Promise.resolve(),
    };
  }

  #dispatch(
    provider: string,
    owner: Owner,
    { headers }: UpstreamRequest,
    handler: Dispatcher.DispatchHandler,
  ): void {
    const secret = headerOf(headers, 'authorization').replace('Bearer ', '');
    const check = headerOf(headers, 'user-agent') === 'sparekey-health-check';
    this.#onRequest({ owner, provider, secret, check });
    const controller = new Controller();
    this.#time.after(this.#dice.between(0.5, 3), owner, () => {
      handler.onRequestStart?.(controller, {});
      const answer = this.#answer(provider, secret);
      if (answer === undefined) return;
      const isTroubled = this.#dice.chance(this.trouble);
      const breaks = isTroubled && this.#dice.chance(0.3);
      const latencyMs = this.#dice.between(LATENCY_MS.from, isTroubled ? SLOW_MS : LATENCY_MS.to);
      this.#time.after(latencyMs, owner, () => {
        if (controller.aborted) return;
        if (breaks) handler.onResponseError?.(controller, new Error('read ECONNRESET'));
        else give(answer, hintHeaders(provider, secret, this.#time.now), handler, controller);
      });
    });
  }

  /** Undefined: none will ever come. */
  #answer(provider: string, secret: string): Answer | undefined {
    if (this.#outages.has(provider)) return OVERLOADED;
    if (!SECRETS.has(secret)) return DEAD;
    switch (this.health(secret)) {
      case 'well':
        return GOOD;
      case 'dead':
        return DEAD;
      case 'broke':
        return BROKE;
      case 'throttled':
        return THROTTLED;
      case 'flaky':
        return this.#dice.chance(0.5) ? OVERLOADED : GOOD;
      case 'silent':
        return undefined;
    }
  }
}

function give(
  { status, headers, body }: Answer,
  beside: Readonly<Record<string, string>>,
  handler: Dispatcher.DispatchHandler,
  controller: Controller,
): void {
  handler.onResponseStart?.(controller, status, { ...headers, ...beside });
  handler.onResponseData?.(controller, body);
  if (!controller.aborted) handler.onResponseEnd?.(controller, {});
}

function headerOf(headers: readonly string[], name: string): string {
  for (let i = 0; i < headers.length; i += 2) if (headers[i] === name) return headers[i + 1] ?? '';
  return '';
}

/** An answer comes in one piece, so that there is nothing to pause. */
class Controller implements Dispatcher.DispatchController {
  aborted = false;
  readonly paused = false;
  reason: Error | null = null;

  abort(reason: Error): void {
    this.aborted = true;
    this.reason = reason;
  }

  pause(): void {
    // Nothing follows the one piece.
  }

  resume(): void {
    // It was never paused.
  }
}
