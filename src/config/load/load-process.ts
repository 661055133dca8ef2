import { enableCompileCache } from 'node:module';
import { toPortable } from '../portable.ts';
import type { PortableConfig } from '../portable.ts';
import type { Loaded, LoadResult } from './load.ts';

/* The program of a process that loads one configuration, and ends. */

/** Where a configuration comes from. */
export type Origin = { readonly kind: 'file'; readonly path: string } | { readonly kind: 'environment' };

/** A `LoadResult` as it is sent. */
export type PortableResult =
  (Omit<Loaded, 'config'> & { readonly config: PortableConfig }) | Exclude<LoadResult, Loaded>;

// A start waits for it: compiled code is kept on disk.
enableCompileCache();
const { loadConfig } = await import('./load.ts');
const { configFromEnvironment } = await import('./environment.ts');

process.once('message', (origin: Origin) => {
  void load(origin).then((result) => {
    const portable = result?.ok === true ? { ...result, config: toPortable(result.config) } : result;
    process.send?.({ result: portable }, undefined, {}, () => process.disconnect?.());
  });
});

async function load(origin: Origin): Promise<LoadResult | undefined> {
  return origin.kind === 'file'
    ? await loadConfig(origin.path, process.env)
    : configFromEnvironment(process.env);
}
