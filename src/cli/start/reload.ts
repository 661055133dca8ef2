import { basename, resolve } from 'node:path';
import type { Loaded, LoadResult } from '../../config/load/load.ts';
import { formatProblem } from '../../config/load/problem.ts';
import { describeChanges } from '../../config/pages/describe-changes.ts';
import type { ConfigProblem } from '../../config/load/problem.ts';
import { isSame } from '../../config/same.ts';
import { formatDuration } from '../../config/schema/notations.ts';
import type { Config } from '../../config/schema/schema.ts';
import type { Running } from '../../main.ts';
import type { Log } from '../../telemetry/contract.ts';
import { watchFiles } from './file-watch.ts';

/** What to keep up with, and how. */
export interface ReloadOptions {
  /** Of the configuration; undefined where it is made from the environment. */
  readonly path: string | undefined;
  /** The configuration that runs now. */
  readonly loaded: Loaded;
  /** Loads it again. @param signal - gives it up, and rejects */
  readonly load: (signal: AbortSignal) => Promise<LoadResult>;
  readonly log: Log;
  readonly takeOver: (loaded: Loaded) => Promise<void>;
  /** Shows that the file is not what runs, and with undefined that it is again. */
  readonly noteRefusal: Running['noteRefusal'];
}

/** Between two polls of the files. Milliseconds. */
const POLL_MS = 250;
/** Longer than reading takes, unless a file system hangs. Milliseconds. */
const LOAD_LIMIT_MS = 60_000;

const TOO_LONG: LoadResult = {
  ok: false,
  problems: [{ path: '', expected: `files that can be read within ${formatDuration(LOAD_LIMIT_MS)}` }],
};

/**
 * Reloads the configuration when one of its files changes and at SIGHUP, and logs in one line what that changed. One that is
 * not valid is logged and shown, and changes nothing.
 * @returns what ends it, once it watches; what is loaded then is not taken over any more
 */
export async function keepReloading(options: ReloadOptions): Promise<() => void> {
  const { path, loaded, load, log, takeOver, noteRefusal } = options;
  const file = path === undefined ? 'environment' : resolve(path);
  const started = loaded.config;
  let running = started;
  let { files } = loaded;
  const ending = new AbortController();
  let isRefused = false;

  const loadInTime = async (): Promise<LoadResult> => {
    const limit = AbortSignal.timeout(LOAD_LIMIT_MS);
    try {
      return await load(AbortSignal.any([ending.signal, limit]));
    } catch (error) {
      if (limit.aborted) return TOO_LONG;
      throw error;
    }
  };
  const reload = async (): Promise<void> => {
    const result = await loadInTime();
    ending.signal.throwIfAborted();
    // Those of a refused one too: what it lacks may come.
    files = result.files ?? files;
    if (!result.ok) {
      log.error('the changed configuration is not valid; the old one stays', {
        mistakes: result.problems.length,
      });
      for (const problem of result.problems) log.error(formatProblem(inRunningProcess(problem), path));
      for (const warning of result.warnings ?? []) log.warn(formatProblem(warning, path));
      isRefused = true;
      const [first] = result.problems;
      const problem = first === undefined ? '' : formatProblem(first, basename(file));
      noteRefusal({ file, problem, mistakes: result.problems.length });
      return;
    }
    for (const warning of result.warnings) log.warn(formatProblem(warning, path));
    await takeOver(result);
    noteRefusal(undefined);
    const changes = describeChanges(running, result.config);
    running = result.config;
    const needRestart = changedForRestart(started, result.config);
    if (needRestart.length > 0)
      log.warn('some changes count only after a restart', { options: needRestart.join(', ') });
    // Told where the refusal was told.
    log[isRefused ? 'warn' : 'info']('the configuration was taken over', { changes });
    isRefused = false;
  };

  let last = Promise.resolve();
  let isWaiting = false;
  // One after the other, and of those that wait one: it reads what is newest when its turn comes.
  const enqueueReload = (): void => {
    if (isWaiting) return;
    isWaiting = true;
    last = last
      .then(() => {
        isWaiting = false;
        return reload();
      })
      .catch((error: unknown) => {
        if (ending.signal.aborted) return;
        log.error('the configuration was not taken over', { error });
        isRefused = true;
        noteRefusal({ file, problem: 'it was not taken over: the log says why', mistakes: 0 });
      });
  };
  const stopWatching = await watchFiles({ files: () => files, onChange: enqueueReload, intervalMs: POLL_MS });
  const stopHearing = onReloadSignal(enqueueReload);
  return () => {
    ending.abort();
    stopWatching();
    stopHearing();
  };
}

/** A variable that is missing cannot be added to a running process: what can be done instead. */
function inRunningProcess(problem: ConfigProblem): ConfigProblem {
  const { variable, expected } = problem;
  if (variable === undefined) return problem;
  return {
    ...problem,
    expected: `${expected}; a running process gets no new variables: put ${variable} into a file of --env-file, or a key into an apiTokensFile, or restart`,
  };
}

/**
 * SIGHUP is a reload, except on a terminal: there it means that the terminal was closed, and stops the gateway (stop.ts).
 * @returns ends it
 */
export function onReloadSignal(reload: () => void): () => void {
  if (process.stdout.isTTY) return () => undefined;
  process.on('SIGHUP', reload);
  return () => process.off('SIGHUP', reload);
}

/** Changed options that need a restart. */
function changedForRestart(before: Config, after: Config): readonly string[] {
  const fixed = ['listen', 'state', 'workers', 'log'] as const;
  const changed: string[] = fixed.filter((name) => !isSame(before[name], after[name]));
  const isAdminSame =
    isSame(before.admin.listen, after.admin.listen) && isSame(before.admin.token, after.admin.token);
  return isAdminSame ? changed : [...changed, 'admin'];
}
