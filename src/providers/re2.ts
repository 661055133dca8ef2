import { createRequire } from 'node:module';
import type * as Re2 from 're2js';

const load = createRequire(import.meta.url);

/** Compiles a regular expression in RE2's syntax. The engine comes with the first one: most configurations have none. */
export function compileRe2(source: string): Re2.RE2JS {
  const engine: unknown = load('re2js');
  if (!isEngine(engine)) throw new TypeError('re2js has no RE2JS');
  return engine.RE2JS.compile(source);
}

function isEngine(module: unknown): module is Pick<typeof Re2, 'RE2JS'> {
  return typeof module === 'object' && module !== null && 'RE2JS' in module;
}
