import { hash } from 'node:crypto';
import { placeOf } from '../affinity/place.ts';
import type { Maker } from '../affinity/made.ts';
import type { ResourceBook } from '../affinity/resource-book.ts';
import { noFacts } from '../dialects/body-facts.ts';
import type { Call } from '../dialects/call.ts';
import type { Operation } from '../dialects/operation.ts';
import {
  byDate,
  listedKindsOf,
  namedBy,
  pageAsked,
  pageQuery,
  readPage,
  writePage,
} from '../dialects/resource-lists.ts';
import type { Listed, ListedKind, ListPage, PageAsked, ResourceList } from '../dialects/resource-lists.ts';
import type { AttemptTools } from '../failover/attempt.ts';
import { soleTarget } from '../failover/route.ts';
import { serve } from '../failover/serve.ts';
import type { Served } from '../failover/serve.ts';
import type { ServeLimits } from '../failover/serve-provider.ts';
import type { PooledKey } from '../keys/pool.ts';
import type { Provider } from '../providers/provider.ts';
import { claimAll, keptMs } from './ownership.ts';
import { refusal } from './read-call.ts';
import type { Refusal } from './read-call.ts';
import type { Runtime } from './runtime.ts';
import { wholeBody } from './whole-body.ts';

/** Pages of providers that are read for one page of a client's. */
const MAX_PAGES = 32;
/** A page larger than this is nobody's. Bytes. */
const MAX_PAGE_BYTES = 16 * 1024 * 1024;

/** What a client's list is made with. */
export interface ListTools {
  readonly owner: string;
  readonly runtime: Runtime;
  readonly book: ResourceBook;
  readonly attempts: AttemptTools;
  readonly limits: ServeLimits;
}

/** A page of a client's own things; a failure of a provider that it needed; or a refusal. */
export type OwnPage =
  | { readonly kind: 'page'; readonly page: object }
  | { readonly kind: 'failed'; readonly served: Served }
  | Refusal;

/** What keys of one quota domain see alike at a provider. */
interface Account {
  readonly provider: Provider;
  readonly domain: string;
  readonly pooled: PooledKey | undefined;
}

/**
 * A client's own things of a kind, over all accounts in which it made any: account by account, as each provider tells
 * them, by date where all of them fit on one page. What a page is read of is pages of the accounts, which hold the things
 * of all clients, until there is one more than was asked for, at most `MAX_PAGES`. The client that lists pays, and the
 * keys of the accounts it made things in, by as many requests.
 *
 * Not promised: one order over several accounts beyond the first page; with `before_id`, what stands in another account;
 * what was made with a key that is gone.
 */
export async function ownPage(call: Call, list: ResourceList, tools: ListTools): Promise<OwnPage> {
  const asked = pageAsked(list, call.target.query);
  const cursor = asked.after ?? asked.before;
  const touched = { own: cursor === undefined ? [] : [cursor], mentioned: [] };
  const claimed = await claimAll(touched, tools.owner, tools.book);
  if ('kind' in claimed) return claimed;
  const accounts = await accountsOf(call, list, tools);
  if (accounts === undefined) return refusal('resource_owner_unknown', { id: list.kind });
  const first = cursor === undefined ? 0 : indexOf(claimed[0]?.maker, accounts, tools);
  const walk = new Walk(call, list, asked, tools);
  return walk.over(
    first < 0 ? [] : accounts.slice(first, asked.before === undefined ? undefined : first + 1),
  );
}

class Walk {
  readonly #call: Call;
  readonly #list: ResourceList;
  readonly #asked: PageAsked;
  readonly #tools: ListTools;
  #things: Listed[] = [];
  #pagesLeft = MAX_PAGES;

  constructor(call: Call, list: ResourceList, asked: PageAsked, tools: ListTools) {
    this.#call = call;
    this.#list = list;
    this.#asked = asked;
    this.#tools = tools;
  }

  async over(accounts: readonly Account[]): Promise<OwnPage> {
    const { limit, after, before } = this.#asked;
    for (const [n, account] of accounts.entries()) {
      const end = await this.#in(account, n === 0 ? { after, before } : {});
      if (end !== undefined) return end;
      if (this.#things.length > limit) break;
    }
    const hasMore = this.#things.length > limit;
    const isAll = !hasMore && after === undefined && before === undefined;
    const shown = isAll && accounts.length > 1 ? byDate(this.#things, this.#asked) : this.#shown();
    return this.#page(shown, hasMore);
  }

  /** Of what ends before a thing, what is nearest to that. */
  #shown(): readonly Listed[] {
    const { limit, before } = this.#asked;
    return before === undefined ? this.#things.slice(0, limit) : this.#things.slice(-limit);
  }

  #page(things: readonly Listed[], hasMore: boolean): OwnPage {
    return { kind: 'page', page: writePage(this.#list, things, hasMore) };
  }

  /** Reads an account's list on from the cursor. @returns how that ends the list; undefined where it goes on */
  async #in(
    account: Account,
    from: { readonly after?: string | undefined; readonly before?: string | undefined },
  ): Promise<OwnPage | undefined> {
    let cursor = from;
    for (;;) {
      if (this.#pagesLeft-- === 0)
        return this.#things.length === 0 ? refusal('list_not_read') : this.#page(this.#shown(), true);
      const read = await this.#read(account, pageQuery(this.#list, this.#asked, cursor));
      if (read.kind === 'failed') return read;
      const own = await this.#own(account, read.page);
      if (own === undefined) return refusal('resource_owner_unknown', { id: this.#list.kind });
      this.#things = cursor.before === undefined ? [...this.#things, ...own] : [...own, ...this.#things];
      const { things, hasMore } = read.page;
      const last = (cursor.before === undefined ? things.at(-1) : things[0])?.id;
      // One that gives the same page again knows of no pages.
      const isStuck = last === undefined || last === cursor.after || last === cursor.before;
      if (!hasMore || isStuck || this.#things.length > this.#asked.limit) return undefined;
      cursor = cursor.before === undefined ? { after: last } : { before: last };
    }
  }

  async #read(
    { provider, pooled }: Account,
    query: string,
  ): Promise<{ readonly kind: 'read'; readonly page: ListPage } | Extract<OwnPage, { kind: 'failed' }>> {
    const { runtime, attempts, limits } = this.#tools;
    const target = { ...this.#call.target, query };
    const asked: Call = { ...this.#call, target, hints: noFacts() };
    const served = await serve(
      asked,
      [soleTarget(provider, pooled, undefined, runtime.providers)],
      attempts,
      limits,
    );
    if (served.result.kind !== 'answer') return { kind: 'failed', served };
    const { attempt } = served.result;
    const body = await wholeBody(attempt, MAX_PAGE_BYTES, () => attempt.abandon());
    return { kind: 'read', page: pageIn(body) ?? NOTHING };
  }

  /** Of a page what is this client's and was made in this account; undefined where the store does not answer. */
  async #own(account: Account, { things }: ListPage): Promise<readonly Listed[] | undefined> {
    const { owner, book, runtime, attempts } = this.#tools;
    const makers = await book.makersFor(
      things.map(({ id }) => id),
      owner,
    );
    if (makers === undefined) return undefined;
    const ttlMs = keptMs(this.#call.target.operation, runtime.config);
    return things.filter((listed, at) => {
      const maker = makers[at];
      if (maker === undefined || maker === 'another' || !leadsTo(maker, account, runtime, attempts.now()))
        return false;
      for (const id of namedBy(listed)) book.learn(id, maker, ttlMs);
      return true;
    });
  }
}

const NOTHING: ListPage = { things: [], hasMore: false };

function pageIn(body: Buffer | undefined): ListPage | undefined {
  if (body === undefined) return undefined;
  try {
    return readPage(JSON.parse(body.toString()));
  } catch {
    // Not JSON: a provider that has no such list.
    return undefined;
  }
}

/** The accounts in which this client made things of this kind, in the order of the configuration. */
async function accountsOf(
  { target: { operation } }: Call,
  { kind }: ResourceList,
  { owner, runtime, book, attempts }: ListTools,
): Promise<readonly Account[] | undefined> {
  const places: { readonly provider: Provider; readonly domain: string }[] = [];
  for (const provider of runtime.providers.values()) {
    if (!provider.takes(operation)) continue;
    const domains = Array.from(provider.pool.all(), ({ key }) => key.quotaDomain);
    for (const domain of new Set(provider.pool.size === 0 ? [''] : domains))
      places.push({ provider, domain });
  }
  const marks = places.map(({ provider, domain }) => markOf(kind, owner, provider.id, domain));
  const makers = await book.makersFor(marks, owner);
  if (makers === undefined) return undefined;
  return places.flatMap(({ provider, domain }, at) => {
    const maker = makers[at];
    if (maker === undefined || maker === 'another') return [];
    const place = placeOf(maker, runtime.providers, attempts.now());
    return place.kind === 'here' ? [{ provider, domain, pooled: place.pooled }] : [];
  });
}

function indexOf(maker: Maker | undefined, accounts: readonly Account[], tools: ListTools): number {
  if (maker === undefined) return -1;
  const now = tools.attempts.now();
  return accounts.findIndex((account) => leadsTo(maker, account, tools.runtime, now));
}

function leadsTo(maker: Maker, { provider, domain }: Account, { providers }: Runtime, now: number): boolean {
  if (maker.providerId !== provider.id) return false;
  if (maker.quotaDomain === domain) return true;
  const place = placeOf(maker, providers, now);
  return place.kind === 'here' && place.pooled?.key.quotaDomain === domain;
}

/** Keeps that there are things of this client's in the account of this key, so that its lists are looked for there. */
export function markListed(operation: Operation, maker: Maker, ttlMs: number, book: ResourceBook): void {
  for (const kind of listedKindsOf(operation)) {
    book.learn(markOf(kind, maker.client, maker.providerId, maker.quotaDomain), maker, ttlMs);
  }
}

/** A name in the book that no provider gives. 132 bits. */
function markOf(kind: ListedKind, owner: string, providerId: string, domain: string): string {
  const digest = hash('sha256', JSON.stringify([kind, owner, providerId, domain]), 'base64url');
  return `listed:${digest.slice(0, 22)}`;
}
