import type { z } from 'zod';
import {
  checkReport,
  choiceView,
  errorAnswer,
  explanation,
  foundKeys,
  keyList,
  keyView,
  liftedHolds,
  stateView,
} from '../../admin/contract.ts';
import type {
  CheckReportView,
  ChoiceView,
  Explanation,
  FoundKeysView,
  KeyListView,
  KeyView,
  LiftedHoldsView,
  StateView,
} from '../../admin/contract.ts';
import { OPERATOR_HEADER } from '../../admin/contract-words.ts';
import { CommandFailure } from '../failure.ts';

/** Where a running gateway's admin listener is, and what opens it. */
export interface AdminAccess {
  /** Such as `http://127.0.0.1:5398`. */
  readonly url: string;
  readonly token: string | undefined;
  /** Who acts, as the gateway is told. */
  readonly operator?: string | undefined;
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

/** An answer to a change. */
export interface ChangeAnswer<T> extends Answer<T> {
  /** False where the store is away: it counts already, and is written when the store is back. */
  readonly stored: boolean;
}

/** Which keys to list; what is absent makes no difference. */
export type ListFilter = Readonly<Partial<Record<'provider' | 'state' | 'reason', string | undefined>>>;

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

  async list(filter: ListFilter): Promise<Answer<KeyListView>> {
    const { body } = await this.#ask('GET', `/api/keys${queryOf(filter)}`);
    return { known: this.#read(keyList, body), body };
  }

  /** The keys that a text means: an id, a name, or the beginning of either. */
  async find(text: string): Promise<FoundKeysView> {
    const { body } = await this.#ask('GET', `/api/find-key${queryOf({ key: text })}`);
    return this.#read(foundKeys, body);
  }

  async explain(id: string): Promise<Answer<Explanation>> {
    const { body } = await this.#ask('GET', `/api/keys/${encodeURIComponent(id)}/explain`);
    return { known: this.#read(explanation, body), body };
  }

  /** Without a provider those of the request's route are looked at; what else is absent, the request does not say. */
  async choice(query: ChoiceQuery): Promise<Answer<ChoiceView>> {
    const { body } = await this.#ask('GET', `/api/choice${queryOf(query)}`);
    return { known: this.#read(choiceView, body), body };
  }

  async state(): Promise<StateView> {
    const { body } = await this.#ask('GET', '/api/state');
    return this.#read(stateView, body);
  }

  /** @returns the key as it is now */
  async change(
    id: string,
    action: 'disable' | 'enable',
    reason: string | undefined,
  ): Promise<ChangeAnswer<KeyView>> {
    const path = `/api/keys/${encodeURIComponent(id)}/${action}${queryOf({ reason })}`;
    const { status, body } = await this.#ask('POST', path);
    return { known: this.#read(keyView, body), body, stored: status !== 202 };
  }

  /** @param model - undefined: the gateway decides by the key's trouble */
  async probe(id: string, model: string | undefined): Promise<Answer<CheckReportView>> {
    const path = `/api/keys/${encodeURIComponent(id)}/probe${queryOf({ model })}`;
    const { body } = await this.#ask('POST', path);
    return { known: this.#read(checkReport, body), body };
  }

  /**
   * @param of - the keys whose holds end: one by its id, or all of a provider
   * @param query - `model`: that one alone
   */
  async lift(
    of: { readonly kind: 'keys' | 'providers'; readonly id: string },
    query: { readonly model: string | undefined; readonly reason: string | undefined },
  ): Promise<ChangeAnswer<LiftedHoldsView>> {
    const path = `/api/${of.kind}/${encodeURIComponent(of.id)}/lift-holds${queryOf(query)}`;
    const { status, body } = await this.#ask('POST', path);
    return { known: this.#read(liftedHolds, body), body, stored: status !== 202 };
  }

  async #ask(method: 'GET' | 'POST', path: string): Promise<{ status: number; body: unknown }> {
    const { url, token, operator, trusted } = this.#access;
    const ask = trusted === undefined ? fetch : await fetchTrusting(trusted);
    const response = await ask(new URL(path, url), {
      method,
      headers: {
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(method === 'POST' &&
          operator !== undefined && { [OPERATOR_HEADER]: encodeURIComponent(operator) }),
      },
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

/** What is undefined is left out. */
function queryOf(parameters: Readonly<Record<string, string | undefined>>): string {
  const given = Object.entries(parameters).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value]],
  );
  return given.length === 0 ? '' : `?${new URLSearchParams(given).toString()}`;
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
