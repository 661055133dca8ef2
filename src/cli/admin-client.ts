import { z } from 'zod';
import { CommandFailure } from './failure.ts';

const keyView = z.object({
  provider: z.string(),
  id: z.string(),
  name: z.string().nullable(),
  hint: z.string().nullable(),
  state: z.enum(['in-service', 'out-of-service', 'disabled']),
  reason: z.string().nullable(),
  nextTryAt: z.string().nullable(),
});

const keyList = z.object({ keys: z.array(z.looseObject(keyView.shape)) });

const stateView = z.object({ store: z.looseObject({ awaySince: z.string().nullable() }) });

const checkReport = z.object({
  passed: z.boolean(),
  verdict: z.string(),
  rule: z.string(),
  status: z.number().optional(),
  detail: z.string().optional(),
  ms: z.number(),
});

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

/** The slowest answer is that of a health check. Milliseconds. */
const ANSWER_MS = 5 * 60_000;

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

  /** Since when the store does not answer the gateway: RFC 3339; null while it does. */
  async storeAwaySince(): Promise<string | null> {
    const { body } = await this.#ask('GET', '/api/state');
    return this.#read(stateView, body).store.awaySince;
  }

  /** @returns the key as it is now, and whether that is stored already */
  async change(id: string, action: 'disable' | 'enable'): Promise<{ key: ShownKey; stored: boolean }> {
    const { status, body } = await this.#ask('POST', `/api/keys/${encodeURIComponent(id)}/${action}`);
    return { key: this.#read(keyView, body), stored: status !== 202 };
  }

  async probe(id: string): Promise<ShownCheck> {
    const { body } = await this.#ask('POST', `/api/keys/${encodeURIComponent(id)}/probe`);
    return this.#read(checkReport, body);
  }

  async #ask(method: 'GET' | 'POST', path: string): Promise<{ status: number; body: unknown }> {
    const { url, token } = this.#access;
    const response = await fetch(new URL(path, url), {
      method,
      headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
      redirect: 'error',
      signal: AbortSignal.timeout(ANSWER_MS),
    }).catch((error: unknown) => {
      throw new CommandFailure(`No gateway answers at ${url} (${causeOf(error)}). Is it running?`);
    });
    const body = parseJson(await response.text());
    if (response.ok) return { status: response.status, body };
    const { data } = refusal.safeParse(body);
    if (data === undefined) throw this.#notAdmin();
    throw new CommandFailure(`${data.error.message} (${data.error.code})`);
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
