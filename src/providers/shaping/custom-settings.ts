import { applyEdits, findNodeAtLocation, modify, parseTree } from 'jsonc-parser';
import type { JSONPath } from 'jsonc-parser';
import type { Family } from '../../dialects/operation.ts';

/** A field that the configuration sets in every body. */
export interface CustomSetting {
  /** A path: `a.b`, with numbers for the items of lists. */
  readonly name: string;
  readonly value: unknown;
  /** `auto` renames what every dialect has a name for, and sets nothing else; `raw` sets any name as it is. */
  readonly mode: 'auto' | 'raw';
  readonly overwrite: boolean;
}

/** What the common settings are called; absent where a dialect has no such thing. */
const NAMES: Readonly<Record<Family, Readonly<Record<string, string>>>> = {
  openai: {
    max_tokens: 'max_tokens',
    temperature: 'temperature',
    top_p: 'top_p',
    seed: 'seed',
  },
  anthropic: { max_tokens: 'max_tokens', temperature: 'temperature', top_p: 'top_p', top_k: 'top_k' },
  gemini: {
    max_tokens: 'generationConfig.maxOutputTokens',
    temperature: 'generationConfig.temperature',
    top_p: 'generationConfig.topP',
    top_k: 'generationConfig.topK',
    seed: 'generationConfig.seed',
  },
  bedrock: {},
  vendor: {},
};

/** Sets fields in a body's text; every other byte stays as it is. The same text where nothing is to be set. */
export function applySettings(text: string, settings: readonly CustomSetting[], family: Family): string {
  let shaped = text;
  for (const { name, value, mode, overwrite } of settings) {
    const named = mode === 'raw' ? name : NAMES[family][name];
    if (named === undefined || named === '') continue;
    const path = pathOf(named);
    if (!overwrite && isThere(shaped, path)) continue;
    shaped = applyEdits(shaped, modify(shaped, path, value, {}));
  }
  return shaped;
}

function pathOf(name: string): JSONPath {
  return name.split('.').map((part) => (/^\d+$/.test(part) ? Number(part) : part));
}

function isThere(text: string, path: JSONPath): boolean {
  const tree = parseTree(text);
  return tree !== undefined && findNodeAtLocation(tree, path) !== undefined;
}
