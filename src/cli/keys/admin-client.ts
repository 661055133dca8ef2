import type { z } from 'zod';
import {
  checkReport,
  choiceView,
  errorAnswer,
  explanation,
  keyList,
  keyView,
  liftedHolds,
  stateView,
} from '../../admin/contract.ts';
import type { CheckReportView, ChoiceView, Explanation, KeyView, StateView } from '../../admin/contract.ts';
import { CommandFailure } from '../failure.ts';

/** Where a running gateway's admin listener is, and what opens it. */
export interface AdminAccess {
  /** Such as `http://127.0.0.1:5398`. */
  readonly url: string;
  readonly token: string | undefined;
  /** Whom to trust where it speaks TLS; undefined: whom Node trusts. */
  readonly trusted: TrustedCertificates | undefined;
}

/** Certificates in PEM: the gateway's own, whatever name it is called by, or those of authorities that signed it. */
export interface TrustedCertificates {
  readonly pem: string;
  readonly isServer: boolean;
}

/** An answer: what this version knows of it, and all of it as it came. */
export interface Answer<T> {
  readonly known: T;
  readonly body: unknown;
}

/** What a request would ask for, and the provider that is looked at in place of those of its route. */
export type ChoiceQuery = Readonly<
  Partial<Record<'model' | 'host' | 'path' | 'provider', string | undefined>>
>;

/** The slowest answer is that of a health check. Milliseconds. */
const ANSWER_TIMEOUT_MS = 5 * 60_000;

/** The gateway refused. */
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

  async list(provider: string | undefined): Promise<Answer<readonly KeyView[]>> {
    const query = provider === undefined ? '' : `?provider=${encodeURIComponent(provider)}`;
    const { body } = await this.#ask('GET', `/api/keys${query}`);
    return { known: this.#read(keyList, body).keys, body };
  }

  async explain(id: string): Promise<Answer<Explanation>> {
    const { body } = await this.#ask('GET', `/api/keys/${encodeURIComponent(id)}/explain`);
    return { known: this.#read(explanation, body), body };
  }

  /** Without a provider those of the request's route are looked at; what else is absent, the request does not say. */
  async choice(query: ChoiceQuery): Promise<Answer<ChoiceView>> {
    const asked = Object.entries(query).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value]],
    );
    const { body } = await this.#ask('GET', `/api/choice?${new URLSearchParams(asked).toString()}`);
    return { known: this.#read(choiceView, body), body };
  }

  async state(): Promise<StateView> {
    const { body } = await this.#ask('GET', '/api/state');
    return this.#read(stateView, body);
  }

  /** @returns the key as it is now, and whether that is stored already */
  async change(id: string, action: 'disable' | 'enable'): Promise<{ key: KeyView; stored: boolean }> {
    const { status, body } = await this.#ask('POST', `/api/keys/${encodeURIComponent(id)}/${action}`);
    return { key: this.#read(keyView, body), stored: status !== 202 };
  }

  /** @param model - undefined: the gateway decides by the key's trouble */
  async probe(id: string, model: string | undefined): Promise<CheckReportView> {
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
    const { url, token, trusted } = this.#access;
    const ask = trusted === undefined ? fetch : await fetchTrusting(trusted);
    const response = await ask(new URL(path, url), {
      method,
      headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
      redirect: 'error',
      signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
    }).catch((error: unknown) => {
      const cause = causeOf(error);
      throw new CommandFailure(
        /CERT|SIGNATURE/.test(cause)
          ? `The certificate at ${url} is not trusted (${cause}). --ca names a file of certificates to trust.`
          : `No gateway answers at ${url} (${cause}). Is it running?`,
      );
    });
    const body = parseJson(await response.text());
    if (response.ok) return { status: response.status, body };
    const { data } = errorAnswer.safeParse(body);
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

/** Node's own `fetch` takes no certificates. */
async function fetchTrusting({ pem, isServer }: TrustedCertificates): Promise<typeof fetch> {
  const { Agent, fetch: fetchBy } = await import('undici');
  const anyName = isServer ? { allowPartialTrustChain: true, checkServerIdentity: () => undefined } : {};
  const dispatcher = new Agent({ connect: { ca: pem, ...anyName } });
  return (url, options) => fetchBy(url, { ...options, dispatcher });
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
