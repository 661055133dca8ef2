import { hash } from 'node:crypto';
import type { Call } from '../../dialects/operations/call.ts';
import type { Operation } from '../../dialects/operations/operation.ts';
import {
  sortedByDate,
  listedKindsOf,
  relatedIds,
  parsePageQuery,
  pageQuery,
  readPage,
  writePage,
} from '../../dialects/operations/resource-lists.ts';
import type {
  ListedResource,
  ListedKind,
  ListPage,
  PageQuery,
  ResourceList,
} from '../../dialects/operations/resource-lists.ts';
import { noFacts } from '../../dialects/scan/body-facts.ts';
import type { Answer } from '../../failover/answer/answer.ts';
import type { AttemptTools } from '../../failover/attempt/attempt-plan.ts';
import { serve } from '../../failover/serve.ts';
import type { ServeLimits } from '../../failover/serve-context.ts';
import type { PooledKey } from '../../keys/pool/pool.ts';
import type { Provider } from '../../providers/provider.ts';
import { findOwnerKey } from '../../routing/owner-key.ts';
import type { ResourceBook } from '../../routing/resource-book.ts';
import type { ResourceOwner } from '../../routing/resource-owner.ts';
import { pinnedTarget } from '../../routing/route.ts';
import { refusal } from '../request/read-call.ts';
import type { Refusal } from '../request/read-call.ts';
import type { Runtime } from '../runtime.ts';
import { readWholeBody } from '../whole-body.ts';
import { claimResources, ownershipTtlMs } from './ownership.ts';

/** Pages of providers that are read for one page of a tenant's list. */
const MAX_PAGES = 32;
/** Of a provider's page. Bytes. */
const MAX_PAGE_BYTES = 16 * 1024 * 1024;

/** What a tenant's list is made with. */
export interface TenantListTools {
  readonly tenant: string;
  readonly runtime: Runtime;
  readonly book: ResourceBook;
  readonly attempts: AttemptTools;
  readonly limits: ServeLimits;
}

/** A page of a tenant's resources; the failure of a provider whose list was needed; or a refusal. */
export type TenantPage =
  | { readonly kind: 'page'; readonly page: object }
  | { readonly kind: 'failed'; readonly answer: Answer }
  | Refusal;

/** The keys of one quota domain at a provider, which see the same resources. */
interface Account {
  readonly provider: Provider;
  readonly domain: string;
  readonly pooled: PooledKey | undefined;
}

/**
 * A tenant's resources of a kind, over all accounts in which it created any: account by account, in each provider's order,
 * or by date where all fit on one page. The accounts' pages, which have the resources of all tenants, are read until there
 * is one more than requested, `MAX_PAGES` at most. Who pays: the client that lists, and the keys of these accounts, with
 * as many requests.
 *
 * Not promised: one order over several accounts beyond the first page; with `before_id`, resources in other accounts; what
 * was created with a key that is gone.
 */
export async function tenantPage(
  call: Call,
  list: ResourceList,
  tools: TenantListTools,
): Promise<TenantPage> {
  const query = parsePageQuery(list, call.target.query);
  const cursor = query.after ?? query.before;
  const resources = { own: cursor === undefined ? [] : [cursor], mentioned: [] };
  const claimed = await claimResources(resources, tools.tenant, tools.book);
  if ('kind' in claimed) return claimed;
  const accounts = await accountsOf(call, list, tools);
  if (accounts === undefined) return refusal('resource_owner_unknown', { id: list.kind });
  const first = cursor === undefined ? 0 : indexOf(claimed[0]?.owner, accounts, tools);
  const reader = new PageReader(call, list, query, tools);
  return reader.read(
    first < 0 ? [] : accounts.slice(first, query.before === undefined ? undefined : first + 1),
  );
}

class PageReader {
  readonly #call: Call;
  readonly #list: ResourceList;
  readonly #query: PageQuery;
  readonly #tools: TenantListTools;
  #found: ListedResource[] = [];
  #pagesLeft = MAX_PAGES;

  constructor(call: Call, list: ResourceList, query: PageQuery, tools: TenantListTools) {
    this.#call = call;
    this.#list = list;
    this.#query = query;
    this.#tools = tools;
  }

  async read(accounts: readonly Account[]): Promise<TenantPage> {
    const { limit, after, before } = this.#query;
    for (const [n, account] of accounts.entries()) {
      const end = await this.#readAccount(account, n === 0 ? { after, before } : {});
      if (end !== undefined) return end;
      if (this.#found.length > limit) break;
    }
    const hasMore = this.#found.length > limit;
    const isAll = !hasMore && after === undefined && before === undefined;
    const shown = isAll && accounts.length > 1 ? sortedByDate(this.#found, this.#query) : this.#shown();
    return this.#page(shown, hasMore);
  }

  /** One page of what was found: with `before`, the last ones, which are next to it. */
  #shown(): readonly ListedResource[] {
    const { limit, before } = this.#query;
    return before === undefined ? this.#found.slice(0, limit) : this.#found.slice(-limit);
  }

  #page(resources: readonly ListedResource[], hasMore: boolean): TenantPage {
    return { kind: 'page', page: writePage(this.#list, resources, hasMore) };
  }

  /** Reads an account's list from the cursor on. @returns the result, where that is final already */
  async #readAccount(
    account: Account,
    from: { readonly after?: string | undefined; readonly before?: string | undefined },
  ): Promise<TenantPage | undefined> {
    let cursor = from;
    for (;;) {
      if (this.#pagesLeft-- === 0)
        return this.#found.length === 0 ? refusal('list_not_read') : this.#page(this.#shown(), true);
      const read = await this.#read(account, pageQuery(this.#list, this.#query, cursor));
      if (read.kind === 'failed') return read;
      const own = await this.#ownOn(account, read.page);
      if (own === undefined) return refusal('resource_owner_unknown', { id: this.#list.kind });
      this.#found = cursor.before === undefined ? [...this.#found, ...own] : [...own, ...this.#found];
      const { resources, hasMore } = read.page;
      const last = (cursor.before === undefined ? resources.at(-1) : resources[0])?.id;
      // A provider that returns the same page again does not support pages.
      const isStuck = last === undefined || last === cursor.after || last === cursor.before;
      if (!hasMore || isStuck || this.#found.length > this.#query.limit) return undefined;
      cursor = cursor.before === undefined ? { after: last } : { before: last };
    }
  }

  async #read(
    { provider, pooled }: Account,
    query: string,
  ): Promise<{ readonly kind: 'read'; readonly page: ListPage } | Extract<TenantPage, { kind: 'failed' }>> {
    const { runtime, attempts, limits } = this.#tools;
    const target = { ...this.#call.target, query };
    const listCall: Call = { ...this.#call, target, hints: noFacts() };
    const answer = await serve(
      listCall,
      [pinnedTarget(provider, pooled, undefined, runtime.providers)],
      attempts,
      limits,
    );
    if (answer.kind !== 'answer') return { kind: 'failed', answer };
    const body = await readWholeBody(answer, MAX_PAGE_BYTES);
    return { kind: 'read', page: pageIn(body) ?? NOTHING };
  }

  /** The resources of a page that are the tenant's and of this account; undefined where the store does not answer. */
  async #ownOn(account: Account, { resources }: ListPage): Promise<readonly ListedResource[] | undefined> {
    const { tenant, book, runtime, attempts } = this.#tools;
    const owners = await book.ownersFor(
      resources.map(({ id }) => id),
      tenant,
    );
    if (owners === undefined) return undefined;
    const ttlMs = ownershipTtlMs(this.#call.target.operation, runtime.config);
    return resources.filter((listed, at) => {
      const owner = owners[at];
      if (
        owner === undefined ||
        owner === 'other-tenant' ||
        !isInAccount(owner, account, runtime, attempts.now())
      )
        return false;
      for (const id of relatedIds(listed)) book.learn(id, owner, ttlMs);
      return true;
    });
  }
}

const NOTHING: ListPage = { resources: [], hasMore: false };

function pageIn(body: Buffer | undefined): ListPage | undefined {
  if (body === undefined) return undefined;
  try {
    return readPage(JSON.parse(body.toString()));
  } catch {
    // Not JSON: the provider has no such list.
    return undefined;
  }
}

/** The accounts in which this tenant created resources of this kind, in the order of the configuration. */
async function accountsOf(
  { target: { operation } }: Call,
  { kind }: ResourceList,
  { tenant, runtime, book, attempts }: TenantListTools,
): Promise<readonly Account[] | undefined> {
  const candidates: { readonly provider: Provider; readonly domain: string }[] = [];
  for (const provider of runtime.providers.values()) {
    if (!provider.supports(operation)) continue;
    const domains = Array.from(provider.pool.all(), ({ key }) => key.quotaDomain);
    for (const domain of new Set(provider.pool.size === 0 ? [''] : domains))
      candidates.push({ provider, domain });
  }
  const marks = candidates.map(({ provider, domain }) => listMarkId(kind, tenant, provider.id, domain));
  const owners = await book.ownersFor(marks, tenant);
  if (owners === undefined) return undefined;
  return candidates.flatMap(({ provider, domain }, at) => {
    const owner = owners[at];
    if (owner === undefined || owner === 'other-tenant') return [];
    const ownerKey = findOwnerKey(owner, runtime.providers, attempts.now());
    return ownerKey.kind === 'found' ? [{ provider, domain, pooled: ownerKey.pooled }] : [];
  });
}

function indexOf(
  owner: ResourceOwner | undefined,
  accounts: readonly Account[],
  tools: TenantListTools,
): number {
  if (owner === undefined) return -1;
  const now = tools.attempts.now();
  return accounts.findIndex((account) => isInAccount(owner, account, tools.runtime, now));
}

function isInAccount(
  owner: ResourceOwner,
  { provider, domain }: Account,
  { providers }: Runtime,
  now: number,
): boolean {
  if (owner.providerId !== provider.id) return false;
  if (owner.quotaDomain === domain) return true;
  const ownerKey = findOwnerKey(owner, providers, now);
  return ownerKey.kind === 'found' && ownerKey.pooled?.key.quotaDomain === domain;
}

/** Records that the tenant has resources in this account, so that its lists include the account. */
export function markAccountListed(
  operation: Operation,
  owner: ResourceOwner,
  ttlMs: number,
  book: ResourceBook,
): void {
  for (const kind of listedKindsOf(operation)) {
    book.learn(listMarkId(kind, owner.tenant, owner.providerId, owner.quotaDomain), owner, ttlMs);
  }
}

/** An id in the book that no provider uses. 132 bits. */
function listMarkId(kind: ListedKind, tenant: string, providerId: string, domain: string): string {
  const digest = hash('sha256', JSON.stringify([kind, tenant, providerId, domain]), 'base64url');
  return `listed:${digest.slice(0, 22)}`;
}
