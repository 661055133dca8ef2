import { configFromEnvironment } from './environment.ts';
import { parseConfig } from './load.ts';
import type { LoadResult } from './load.ts';
import type { ConfigSource } from './source.ts';

/** Makes a configuration again from its source and the environment of this process. Undefined where the environment holds no keys. */
export function parseSource(source: ConfigSource, env: NodeJS.ProcessEnv): LoadResult | undefined {
  const all = { ...env, ...source.variables };
  if (source.kind === 'environment') return configFromEnvironment(all);
  const { text, tokenFiles, files, ...origin } = source;
  return parseConfig(text, { ...origin, env: all, tokenFiles: new Map(tokenFiles), files: new Map(files) });
}
