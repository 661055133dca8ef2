import { z } from 'zod';
import { CommandFailure } from '../failure.ts';
import { outageView } from './outage-text.ts';
import type { ShownOutage } from './outage-text.ts';
import { choice } from './shown-choice.ts';
import type { ShownChoice } from './shown-choice.ts';
import { explanation, keyView } from './shown-explanation.ts';
import type { ShownExplanation } from './shown-explanation.ts';

const keyList = z.object({ keys: z.array(z.looseObject(keyView.shape)) });

const stateView = z.object({
  store: z.looseObject({ awaySince: z.string().nullable() }),
  down: z.array(outageView),
  /** Gateways of older versions do not say. */
  checksSpentUntil: z.record(z.string(), z.string().nullable()).default({}),
});

const checkReport = z.object({
  passed: z.boolean(),
  verdict: z.string(),
  rule: z.string(),
  status: z.number().optional(),
  detail: z.string().optional(),
  ms: z.number(),
  kind: z.string(),
  model: z.string().optional(),
});

const liftedHolds = z.object({ provider: z.string(), keys: z.array(z.string()) });

const refusal = z.object({ error: z.object({ code: z.string(), message: z.string() }) });

/** A key as this command line shows it. */
export type ShownKey = z.output<typeof keyView>;
/** How a health check went. */
export type ShownCheck = z.output<typeof checkReport>;

/** Where a running gateway's admin listener is, and what opens it. */
export interface AdminAccess {
  /** Such as `http://127.0.0.1:5398`. */
  readonly url: string;
  readonly token: string | undefined;
}

/** An answer: what this command line shows of it, and all of it. */
export interface Answer<T> {
  readonly shown: T;
  readonly body: unknown;
}

/** The slowest answer is that of a health check. Milliseconds. */
const ANSWER_TIMEOUT_MS = 5 * 60_000;

/** The gateway said no. */
export class AdminRefusal extends CommandFailure {
  /** Of its table of errors. */
  readonly code: string;

  constructor({ code, message }: { readonly code: string; readonly message: string }) {
    super(`${message} (${code})`);
    this.code = code;
  }
}

/** Speaks to the admin listener of a running gateway. Every call throws a CommandFailure where it fails. */
export class AdminClient {
  readonly #access: AdminAccess;

  constructor(access: AdminAccess) {
    this.#access = access;
  }

  async list(provider: string | undefined): Promise<readonly ShownKey[]> {
    const query = provider === undefined ? '' : `?provider=${encodeURIComponent(provider)}`;
    const { body } = await this.#ask('GET', `/api/keys${query}`);
    return this.#read(keyList, body).keys;
  }

  async explain(id: string): Promise<Answer<ShownExplanation>> {
    const { body } = await this.#ask('GET', `/api/keys/${encodeURIComponent(id)}/explain`);
    return { shown: this.#read(explanation, body), body };
  }

  /** Undefined: the provider is the one that the model's route leads to; the request names no model. */
  async choice(provider: string | undefined, model: string | undefined): Promise<Answer<ShownChoice>> {
    const query = { ...(provider !== undefined && { provider }), ...(model !== undefined && { model }) };
    const { body } = await this.#ask('GET', `/api/choice?${new URLSearchParams(query).toString()}`);
    return { shown: this.#read(choice, body), body };
  }

  /**
   * Since when the store does not answer the gateway (RFC 3339; null while it does), what providers are down for, and by
   * provider until when the health checks of a day are used up.
   */
  async state(): Promise<{
    readonly awaySince: string | null;
    readonly down: readonly ShownOutage[];
    readonly checksSpentUntil: Readonly<Record<string, string | null>>;
  }> {
    const { body } = await this.#ask('GET', '/api/state');
    const { store, down, checksSpentUntil } = this.#read(stateView, body);
    return { awaySince: store.awaySince, down, checksSpentUntil };
  }

  /** @returns the key as it is now, and whether that is stored already */
  async change(id: string, action: 'disable' | 'enable'): Promise<{ key: ShownKey; stored: boolean }> {
    const { status, body } = await this.#ask('POST', `/api/keys/${encodeURIComponent(id)}/${action}`);
    return { key: this.#read(keyView, body), stored: status !== 202 };
  }

  /** @param model - undefined: the gateway decides by the key's trouble */
  async probe(id: string, model: string | undefined): Promise<ShownCheck> {
    const { body } = await this.#ask('POST', `/api/keys/${encodeURIComponent(id)}/probe${queryOf(model)}`);
    return this.#read(checkReport, body);
  }

  /**
   * @param model - undefined: all models
   * @returns ids of the keys that were held, and whether that is stored already
   */
  async lift(
    provider: string,
    model: string | undefined,
  ): Promise<{ keys: readonly string[]; stored: boolean }> {
    const path = `/api/providers/${encodeURIComponent(provider)}/lift-holds${queryOf(model)}`;
    const { status, body } = await this.#ask('POST', path);
    return { keys: this.#read(liftedHolds, body).keys, stored: status !== 202 };
  }

  async #ask(method: 'GET' | 'POST', path: string): Promise<{ status: number; body: unknown }> {
    const { url, token } = this.#access;
    const response = await fetch(new URL(path, url), {
      method,
      headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
      redirect: 'error',
      signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
    }).catch((error: unknown) => {
      throw new CommandFailure(`No gateway answers at ${url} (${causeOf(error)}). Is it running?`);
    });
    const body = parseJson(await response.text());
    if (response.ok) return { status: response.status, body };
    const { data } = refusal.safeParse(body);
    if (data === undefined) throw this.#notAdmin();
    throw new AdminRefusal(data.error);
  }

  #read<T>(schema: z.ZodType<T>, body: unknown): T {
    const { data } = schema.safeParse(body);
    if (data === undefined) throw this.#notAdmin();
    return data;
  }

  #notAdmin(): CommandFailure {
    return new CommandFailure(`What answers at ${this.#access.url} is no admin listener of this version.`);
  }
}

function queryOf(model: string | undefined): string {
  return model === undefined ? '' : `?${new URLSearchParams({ model }).toString()}`;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  return cause instanceof Error && 'code' in cause ? String(cause.code) : error.message;
}
