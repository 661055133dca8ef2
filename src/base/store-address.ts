import type { Secret } from './secret.ts';

/** Where the state is kept, as the configuration's `state` says. */
export type StoreAddress =
  { readonly kind: 'memory' } | { readonly kind: 'sqlite'; readonly path: string } | RedisAddress;

/** Redis or Valkey, on one server or several. */
export interface RedisAddress {
  readonly kind: 'redis';
  /** The address as a URL for people: without user and password. */
  readonly url: string;
  readonly deployment: RedisDeployment;
  /** The servers; with Sentinel, the sentinels; with Cluster, some of its nodes. At least one. */
  readonly servers: readonly RedisServer[];
  /** Absent: in the clear. */
  readonly tls?: RedisTls;
  readonly username?: string;
  readonly password?: Secret;
  /** 0 with Cluster, which has no other. */
  readonly database: number;
  /** What the names of all our keys begin with, in braces. */
  readonly prefix: string;
  /** How long a command may take. Milliseconds. */
  readonly storeTimeoutMs: number;
}

export type RedisDeployment =
  | { readonly kind: 'single' }
  | {
      readonly kind: 'sentinel';
      /** What the sentinels call the servers they watch. */
      readonly master: string;
      /** Whether the sentinels require the user and password as well. */
      readonly sentinelAuth: boolean;
    }
  | { readonly kind: 'cluster' };

/** `host` is without brackets. */
export interface RedisServer {
  readonly host: string;
  readonly port: number;
}

/** Files in PEM format; absolute paths. */
export interface RedisTls {
  /** Certificate authorities, instead of those that Node.js trusts. */
  readonly ca?: string;
  /** The client certificate: both or neither. */
  readonly cert?: string;
  readonly key?: string;
}
