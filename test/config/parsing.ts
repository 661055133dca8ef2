import assert from 'node:assert/strict';
import { parseConfig } from '../../src/config/load/load.ts';
import type { Loaded, ParseOptions } from '../../src/config/load/load.ts';
import { formatProblem } from '../../src/config/load/problem.ts';
import type { ConfigProblem } from '../../src/config/load/problem.ts';
import type { Config, ProviderConfig } from '../../src/config/schema/schema.ts';

/** What the tests of this folder share. */

/** A valid configuration, or a failure that shows what is wrong. */
export function accepted(text: string, options: Partial<ParseOptions> = {}): Loaded {
  const result = parseConfig(text, { env: {}, ...options });
  if (!result.ok) assert.fail(result.problems.map((problem) => formatProblem(problem)).join('\n'));
  return result;
}

export function configOf(text: string, options: Partial<ParseOptions> = {}): Config {
  return accepted(text, options).config;
}

/** The single provider of a text that begins with `provider:` or has one item of `providers:`. */
export function providerOf(text: string, options: Partial<ParseOptions> = {}): ProviderConfig {
  const [provider] = configOf(text, options).providers;
  assert.ok(provider);
  return provider;
}

/** All problems of a text that must not be accepted. */
export function problemsIn(text: string, options: Partial<ParseOptions> = {}): readonly ConfigProblem[] {
  const result = parseConfig(text, { env: {}, ...options });
  assert.ok(!result.ok, `accepted:\n${text}`);
  return result.problems;
}
