import { enableCompileCache } from 'node:module';
import { toPortable } from '../portable.ts';
import type { Portable, PortableConfig } from '../portable.ts';
import type { Config } from '../schema/schema.ts';
import type { Loaded, LoadResult, NotLoaded } from './load.ts';

/* The program of a process that loads one configuration, and ends. */

/** Where a configuration comes from. */
export type Origin = { readonly kind: 'file'; readonly path: string } | { readonly kind: 'environment' };

/** What the process is sent: once, and first. */
export interface LoadRequest {
  readonly origin: Origin;
  readonly env: NodeJS.ProcessEnv;
}

/** A `LoadResult` as it is sent. */
export type PortableResult =
  | (Omit<Loaded, 'config'> & { readonly config: PortableConfig })
  | (Omit<NotLoaded, 'admin'> & { readonly admin?: Portable<Config['admin']> });

// A start waits for it: compiled code is kept on disk.
enableCompileCache();
const { loadConfig } = await import('./load.ts');
const { configFromEnvironment } = await import('./environment.ts');

process.once('message', (request: LoadRequest) => {
  void load(request).then((result) => {
    process.send?.({ result: result && portable(result) }, undefined, {}, () => {
      process.off('disconnect', end);
      process.disconnect?.();
    });
  });
});
process.once('disconnect', end);

async function load({ origin, env }: LoadRequest): Promise<LoadResult | undefined> {
  return origin.kind === 'file' ? await loadConfig(origin.path, env) : configFromEnvironment(env);
}

/** Whoever asked has gone. A file system that hangs would hold up every other way to exit. */
function end(): void {
  process.kill(process.pid, 'SIGKILL');
}

function portable(result: LoadResult): PortableResult {
  if (result.ok) return { ...result, config: toPortable(result.config) };
  const { admin, ...rest } = result;
  return { ...rest, ...(admin !== undefined && { admin: toPortable(admin) }) };
}
