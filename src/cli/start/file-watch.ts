import { stat } from 'node:fs/promises';

/** What to watch, and what for. */
export interface FileWatchOptions {
  /** Called each time: a change may bring other files with it. */
  readonly files: () => readonly string[];
  readonly onChange: () => void;
  /** Between two looks. Milliseconds. */
  readonly intervalMs: number;
}

/** A fingerprint of each file, by its path. */
type Marks = ReadonlyMap<string, string>;

/**
 * Calls back when one of several files has changed and then not changed for one interval. It polls the files
 * instead of using the system's notifications: that works on any file system (mounted volumes, symbolic links that are
 * replaced) and however they are saved (in place, or replaced).
 * @returns a function that ends it, after the files were read for the first time
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

/** A file that cannot be read counts as absent. */
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

/** A file that was not watched before is no change. */
function differ(before: Marks, after: Marks): boolean {
  return [...after].some(([file, mark]) => before.has(file) && before.get(file) !== mark);
}
