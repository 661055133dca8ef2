import { enableCompileCache } from 'node:module';
import { toPortable } from '../portable.ts';
import type { Portable, PortableConfig } from '../portable.ts';
import type { Config } from '../schema/schema.ts';
import type { Loaded, LoadResult, NotLoaded } from './load.ts';

/* The program of a process that loads one configuration, and ends. */

/** Where a configuration comes from. */
export type Origin = { readonly kind: 'file'; readonly path: string } | { readonly kind: 'environment' };

/** A `LoadResult` as it is sent. */
export type PortableResult =
  | (Omit<Loaded, 'config'> & { readonly config: PortableConfig })
  | (Omit<NotLoaded, 'admin'> & { readonly admin?: Portable<Config['admin']> });

// A start waits for it: compiled code is kept on disk.
enableCompileCache();
const { loadConfig } = await import('./load.ts');
const { configFromEnvironment } = await import('./environment.ts');

process.once('message', (origin: Origin) => {
  void load(origin).then((result) => {
    process.send?.({ result: result && portable(result) }, undefined, {}, () => process.disconnect?.());
  });
});

async function load(origin: Origin): Promise<LoadResult | undefined> {
  return origin.kind === 'file'
    ? await loadConfig(origin.path, process.env)
    : configFromEnvironment(process.env);
}

function portable(result: LoadResult): PortableResult {
  if (result.ok) return { ...result, config: toPortable(result.config) };
  const { admin, ...rest } = result;
  return { ...rest, ...(admin !== undefined && { admin: toPortable(admin) }) };
}
