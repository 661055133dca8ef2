import { stat } from 'node:fs/promises';

/** What to watch, and what for. */
export interface FileWatchOptions {
  /** Asked anew each time: a change may bring other files with it. */
  readonly files: () => readonly string[];
  readonly onChange: () => void;
  /** Between two looks. Milliseconds. */
  readonly intervalMs: number;
}

/** What tells a file from its earlier self, by its path. */
type Marks = ReadonlyMap<string, string>;

/**
 * Calls back when one of several files has changed and then stood still for one interval. It looks at the
 * files themselves rather than asking the system to be told: that works wherever they lie (mounted volumes,
 * links swapped under them) and however they are saved (in place, or replaced by another).
 * @returns what ends it, once the files have been looked at for the first time
 */
export async function watchFiles({ files, onChange, intervalMs }: FileWatchOptions): Promise<() => void> {
  let known = await marksOf(files());
  let previous = known;
  let ended = false;

  const look = async (): Promise<void> => {
    const current = await marksOf(files());
    if (ended) return;
    if (!differ(previous, current)) {
      if (differ(known, current)) onChange();
      known = current;
    }
    previous = current;
    timer = setTimeout(() => void look(), intervalMs);
  };
  let timer = setTimeout(() => void look(), intervalMs);
  return () => {
    ended = true;
    clearTimeout(timer);
  };
}

/** A file that cannot be looked at counts as absent. */
async function marksOf(files: readonly string[]): Promise<Marks> {
  const marks = files.map(async (file): Promise<[string, string]> => {
    const mark = await stat(file, { bigint: true }).then(
      ({ dev, ino, size, mtimeNs, ctimeNs }) => [dev, ino, size, mtimeNs, ctimeNs].join(' '),
      () => 'absent',
    );
    return [file, mark];
  });
  return new Map(await Promise.all(marks));
}

/** Files that were not looked at before say nothing of a change. */
function differ(before: Marks, after: Marks): boolean {
  return [...after].some(([file, mark]) => before.has(file) && before.get(file) !== mark);
}
