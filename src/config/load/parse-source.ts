import { configFromEnvironment } from './environment.ts';
import { parseConfig } from './load.ts';
import type { LoadResult } from './load.ts';
import type { ConfigSource } from './source.ts';

/** Makes a configuration again from its source. Undefined where the environment holds no keys. */
export function parseSource(source: ConfigSource, env: NodeJS.ProcessEnv): LoadResult | undefined {
  if (source.kind === 'environment') return configFromEnvironment(env);
  const { text, tokenFiles, files, ...origin } = source;
  return parseConfig(text, { env, ...origin, tokenFiles: new Map(tokenFiles), files: new Map(files) });
}
