import { enableCompileCache } from 'node:module';
import { toPortable } from '../portable.ts';
import type { PortableConfig } from '../portable.ts';
import type { Loaded, LoadResult } from './load.ts';

/* The program of a process that loads one configuration, and ends. */

/** Where a configuration comes from. */
export type Origin = { readonly kind: 'file'; readonly path: string } | { readonly kind: 'environment' };

/** What is sent to it. */
export interface Order {
  readonly origin: Origin;
  readonly env: NodeJS.ProcessEnv;
}

/** A `LoadResult` as it is sent. */
export type PortableResult =
  (Omit<Loaded, 'config'> & { readonly config: PortableConfig }) | Exclude<LoadResult, Loaded>;

// A start waits for it: compiled code is kept on disk.
enableCompileCache();
const { loadConfig } = await import('./load.ts');
const { configFromEnvironment } = await import('./environment.ts');

process.once('message', ({ origin, env }: Order) => {
  void load(origin, env).then((result) => {
    const portable = result?.ok === true ? { ...result, config: toPortable(result.config) } : result;
    process.send?.({ result: portable }, undefined, {}, () => process.disconnect?.());
  });
});

async function load(origin: Origin, env: NodeJS.ProcessEnv): Promise<LoadResult | undefined> {
  return origin.kind === 'file' ? await loadConfig(origin.path, env) : configFromEnvironment(env);
}
