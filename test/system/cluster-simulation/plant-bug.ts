import { registerHooks } from 'node:module';
import type { LoadFnOutput } from 'node:module';
import { plantedBugs } from './planted-bugs.ts';
import type { BugName } from './planted-bugs.ts';

const TOP = new URL('../../../', import.meta.url);

/**
 * Changes a line of the code that is loaded from now on in this thread; the file stays as it is.
 * @throws RangeError on loading, where the line is no longer there
 */
export function plantBug(name: BugName): void {
  const { file, is, becomes } = plantedBugs[name];
  const url = new URL(file, TOP).href;
  registerHooks({
    load(loaded, context, nextLoad) {
      const result = nextLoad(loaded, context);
      if (loaded !== url) return result;
      const parts = textOf(result.source).split(is);
      if (parts.length !== 2) throw new RangeError(`${file} no longer has once: ${is}`);
      return { ...result, source: parts.join(becomes) };
    },
  });
}

function textOf(source: LoadFnOutput['source']): string {
  return source === undefined || typeof source === 'string'
    ? (source ?? '')
    : new TextDecoder().decode(source);
}
