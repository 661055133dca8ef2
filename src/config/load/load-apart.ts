import { fork } from 'node:child_process';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fromPortable } from '../portable.ts';
import type { LoadResult } from './load.ts';
import type { Origin, PortableResult } from './load-process.ts';

/*
 * Loading in a process that ends with it. A configuration is read once and then for months not again: parser, schema and what
 * they leave behind would take a third of an idle gateway's memory, and a file of megabytes would hold up its requests when it
 * is reloaded. A thread would end as well, but what it took stays with its process.
 */

/** As `loadConfig`, in a process of its own. */
export async function loadConfigApart(path: string, env: NodeJS.ProcessEnv): Promise<LoadResult> {
  const result = await loadInProcess({ kind: 'file', path }, env);
  if (result === undefined) throw new TypeError('a file is a configuration or mistakes');
  return result;
}

/** As `configFromEnvironment`, in a process of its own. */
export function configFromEnvironmentApart(env: NodeJS.ProcessEnv): Promise<LoadResult | undefined> {
  return loadInProcess({ kind: 'environment' }, env);
}

/** The built file has another extension. */
const ENTRY = fileURLToPath(new URL(`load-process${extname(import.meta.url)}`, import.meta.url));

async function loadInProcess(origin: Origin, env: NodeJS.ProcessEnv): Promise<LoadResult | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<PortableResult | undefined>();
  const child = fork(ENTRY, [], { env: ownVariables(), serialization: 'advanced' });
  child
    .once('message', ({ result }: { readonly result: PortableResult | undefined }) => resolve(result))
    .once('error', reject)
    .once('close', (code, signal) => {
      reject(new Error(`the process that loads the configuration ended (${signal ?? `exit code ${code}`})`));
    })
    .send({ origin, env });
  const result = await promise;
  if (result?.ok !== true) return result;
  const { config, ...rest } = result;
  return { ...rest, config: fromPortable(config) };
}

/** The system takes no variable of more than 128 KiB for a process that it starts, and files of variables may have longer ones. */
function ownVariables(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(([, value = '']) => value.length < MAX_VARIABLE_LENGTH),
  );
}

/** Characters, which may be of 3 bytes each. */
const MAX_VARIABLE_LENGTH = 32 * 1024;
