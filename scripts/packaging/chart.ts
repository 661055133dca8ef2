import { createHash } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** The chart's folder. */
export const CHART = join(ROOT, 'packaging/helm/sparekey');

/** The values that the chart is tried with. */
export interface Trial {
  readonly name: string;
  readonly values: string;
  /** What Helm makes of them, as it is kept for the tests. */
  readonly rendered: string;
}

export const TRIALS: readonly Trial[] = globSync('ci/*.yaml', { cwd: CHART })
  .toSorted()
  .map((path) => {
    const name = basename(path, '.yaml');
    return {
      name,
      values: join(CHART, path),
      rendered: join(ROOT, 'test/delivery/rendered', `${name}.yaml`),
    };
  });

/** The first line of what was rendered: it tells whether the chart has changed since. */
export function renderedFrom(): string {
  const hash = createHash('sha256');
  for (const path of globSync('**/*.{yaml,json,tpl,txt}', { cwd: CHART }).toSorted()) {
    hash.update(`${path}\n${readFileSync(join(CHART, path), 'utf8')}\n`);
  }
  return `# Made by \`npm run packaging\` of the chart ${hash.digest('hex').slice(0, 16)}.\n`;
}
