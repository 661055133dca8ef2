import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import * as z from 'zod';
import { operations } from '../../../src/dialects/operations/table.ts';
import { familyOf, type Operation } from '../../../src/dialects/operations/operation.ts';
import {
  gatewayFor,
  type ConfigParts,
  type TestGateway,
  type TestGatewayOptions,
} from '../../support/gateway.ts';
import { ask, type HttpAnswer } from '../../support/http.ts';
import { startAccountServer, type AccountServer } from './account-server.ts';

export const KEYS = ['sk-acct-one-0123456789', 'sk-acct-two-0123456789'];
export const CLIENTS = [
  { name: 'ada', key: 'client-ada-0123456789' },
  { name: 'bob', key: 'client-bob-0123456789' },
];

/** A gateway with two clients before a provider with an account for each key. */
export interface TenantSetup {
  readonly accounts: AccountServer;
  readonly gateway: TestGateway;
  /** Asks as a client, for an operation's path with this id in it. */
  readonly as: (client: string, operation: Operation, more?: Partial<RequestParts>) => Promise<HttpAnswer>;
  /** Asks as a client, as the client of this family would. */
  readonly send: (
    client: string,
    method: string,
    path: string,
    more?: Partial<RequestParts>,
  ) => Promise<HttpAnswer>;
}

/** What may be different about a request. */
export interface RequestParts {
  readonly id: string;
  readonly query: string;
  readonly body: unknown;
  readonly anthropic: boolean;
  readonly form: boolean;
}

/** The provider, as a configuration has it. */
export function accountProvider(
  { url }: Pick<AccountServer, 'url'>,
  keys: readonly (string | ConfigParts)[],
): ConfigParts {
  return {
    id: 'accounts',
    type: 'generic',
    genericHost: url,
    capabilities: { 'anthropic/v1/messages': '/v1/messages' },
    apiTokens: keys,
    failover: { enabled: false },
  };
}

/** Starts both. `config` goes over the configuration; `server` is that of an earlier setup. */
export async function tenantSetup(
  t: TestContext,
  config: ConfigParts = {},
  { server: known, ...options }: TestGatewayOptions & { readonly server?: AccountServer } = {},
): Promise<TenantSetup> {
  const accounts = known ?? (await startAccountServer(t));
  const gateway = await gatewayFor(t, {
    ...options,
    config: { clients: CLIENTS, providers: [accountProvider(accounts, KEYS)], ...config },
  });
  const send: TenantSetup['send'] = (
    client,
    method,
    path,
    { query = '', body = {}, anthropic, form } = {},
  ) => {
    const key = `client-${client}-0123456789`;
    const headers = {
      ...(anthropic === true
        ? { 'x-api-key': key, 'anthropic-version': '2023-06-01' }
        : { authorization: `Bearer ${key}` }),
      ...(form === true && { 'content-type': 'multipart/form-data; boundary=b' }),
    };
    return ask(gateway.url, { method, path: path + query, headers, ...(method === 'POST' && { body }) });
  };
  return {
    accounts,
    gateway,
    send,
    as: (client, { method, pattern, dialect, name }, more = {}) => {
      const [before = '', ...after] = `/v1${pattern}`.replace('{model}', 'm').split('{id}');
      const path = after.length === 0 ? before : before + (more.id ?? '') + after.join('item_1');
      const body = more.body ?? BODIES[name] ?? { model: 'm', input: 'hi', messages: [] };
      const isForm = name.endsWith('files.create') || name === 'uploads.parts.create';
      const anthropic = familyOf(dialect) === 'anthropic';
      return send(client, method, path, { ...more, anthropic, body: isForm ? FORM : body, form: isForm });
    },
  };
}

const FORM =
  '--b\r\ncontent-disposition: form-data; name="purpose"\r\n\r\nbatch\r\n' +
  '--b\r\ncontent-disposition: form-data; name="file"; filename="f"\r\n\r\n{}\r\n--b--\r\n';
const BODIES: Readonly<Record<string, unknown>> = {
  'chat.completions': { model: 'm', store: true, messages: [{ role: 'user', content: 'hi' }] },
};

/** The operation of this name. */
export function named(name: string): Operation {
  const operation = operations.find((each) => each.name === name);
  assert.ok(operation !== undefined, name);
  return operation;
}

/** The id of the resource that an answer says was created. */
export function idOf({ text, status }: HttpAnswer): string {
  assert.equal(status, 200, text);
  const id = /"(?:id|task_id|name)":"(?:[^"]*\/)?([^"]+)"/u.exec(text)?.[1];
  assert.ok(id !== undefined, text);
  return id;
}

const page = z.object({ data: z.array(z.looseObject({ id: z.string() })), has_more: z.boolean() });

/** The ids on a page of a list. */
export function idsIn(response: HttpAnswer): string[] {
  return page.parse(response.json()).data.map(({ id }) => id);
}

/** Whether a page says that there are more. */
export function moreIn(response: HttpAnswer): boolean {
  return page.parse(response.json()).has_more;
}
