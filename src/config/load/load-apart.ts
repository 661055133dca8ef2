import { fork } from 'node:child_process';
import type { StdioOptions } from 'node:child_process';
import { existsSync } from 'node:fs';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fromPortable } from '../portable.ts';
import type { LoadResult } from './load.ts';
import type { LoadRequest, Origin, PortableResult } from './load-process.ts';

/*
 * Loading in a process that ends with it. A configuration is read once and then for months not again: parser, schema and what
 * they leave behind would take a third of an idle gateway's memory, and a file of megabytes would hold up its requests when it
 * is reloaded. A thread would end as well, but what it took stays with its process.
 */

/**
 * As `loadConfig`, in a process of its own.
 * @param signal - ends that process, and rejects: reading may take as long as a file system likes
 */
export async function loadConfigApart(
  path: string,
  env: NodeJS.ProcessEnv,
  signal?: AbortSignal,
): Promise<LoadResult> {
  const result = await loadInProcess({ origin: { kind: 'file', path }, env }, signal);
  if (result === undefined) throw new TypeError('a file is a configuration or mistakes');
  return result;
}

/** As `configFromEnvironment`, in a process of its own. @param signal - ends that process, and rejects */
export function configFromEnvironmentApart(
  env: NodeJS.ProcessEnv,
  signal?: AbortSignal,
): Promise<LoadResult | undefined> {
  return loadInProcess({ origin: { kind: 'environment' }, env }, signal);
}

/** The built file has another extension. */
const ENTRY = fileURLToPath(new URL(`load-process${extname(import.meta.url)}`, import.meta.url));

/** A descriptor of this process as a file: a shell hands one over for `<(command)`. */
const DESCRIPTOR = /^\/(?:dev|proc\/self)\/fd\/(\d{1,3})$/;

async function loadInProcess(request: LoadRequest, signal?: AbortSignal): Promise<LoadResult | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<PortableResult | undefined>();
  // The variables are sent, as a pool of keys in one may be longer than a process can be started with.
  const child = fork(ENTRY, [], {
    stdio: stdioFor(request.origin),
    env: ownVariables(),
    serialization: 'advanced',
    killSignal: 'SIGKILL',
    ...(signal !== undefined && { signal }),
  });
  child
    .once('message', ({ result }: { readonly result: PortableResult | undefined }) => resolve(result))
    .on('error', reject)
    .once('close', (code, endedBy) => {
      reject(new Error(`the process that loads the configuration ended (${endedBy ?? `exit code ${code}`})`));
    })
    .send(request);
  const result = await promise;
  if (result === undefined) return undefined;
  if (result.ok) return { ...result, config: fromPortable(result.config) };
  const { admin, ...rest } = result;
  return { ...rest, ...(admin !== undefined && { admin: fromPortable(admin) }) };
}

/** What it says is seen where this process's is, and what its configuration is read from stays open. */
function stdioFor(origin: Origin): StdioOptions {
  const path = origin.kind === 'file' && existsSync(origin.path) ? origin.path : '';
  const last = Math.max(2, Number(DESCRIPTOR.exec(path)?.[1] ?? 0));
  const descriptors = Array.from({ length: last + 1 }, (_, fd) =>
    fd <= 2 || fd === last ? 'inherit' : 'ignore',
  );
  return [...descriptors, 'ipc'];
}

/** The system takes no variable of more than 128 KiB for a process that it starts, and files of variables may have longer ones. */
function ownVariables(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(([, value = '']) => value.length < MAX_VARIABLE_LENGTH),
  );
}

/** Characters, which may be of 3 bytes each. */
const MAX_VARIABLE_LENGTH = 32 * 1024;
