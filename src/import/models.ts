import { isModelName } from '../base/model-name.ts';
import type { Notes } from './notes.ts';

/** The names of models that a route can be for; notes say which can not. */
export function routableModels(models: readonly string[], place: string, notes: Notes): readonly string[] {
  return [...new Set(models)].filter((model) => {
    if (isModelName(model)) return true;
    notes.add(place, `the model ${model}`, 'no route can have such a name');
    return false;
  });
}

/** The pattern of exactly one name: one with a star, or that begins with a tilde, would be a pattern of many. */
export function exactModel(model: string): string {
  return model.includes('*') || model.startsWith('~') ? `~^${escapeRegex(model)}$` : model;
}

/** A pattern with stars anywhere, as routes write it. */
export function starPattern(pattern: string): string {
  const first = pattern.indexOf('*');
  if (first < 0 || first === pattern.length - 1) return pattern;
  return `~${starRegex(pattern)}`;
}

/** A regular expression for a pattern with stars, each of which is a group. */
export function starRegex(pattern: string): string {
  return `^${pattern.split('*').map(escapeRegex).join('(.*)')}$`;
}

function escapeRegex(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, (character) => (character === '/' ? '/' : `\\${character}`));
}

/** A vendor whose models are known by their names. */
export type NamedVendor = 'openai' | 'claude' | 'gemini' | 'grok';

/** How the names of a vendor's models begin, where a source infers the vendor from them; parts of a regular expression. */
const BEGINNINGS: Readonly<Record<NamedVendor, readonly string[]>> = {
  openai: ['gpt-', 'chatgpt-', 'codex-', 'o[1-9]', 'text-embedding-', 'dall-e-', 'whisper-', 'tts-'],
  claude: ['claude-'],
  gemini: ['gemini-', 'gemma-', 'imagen-'],
  grok: ['grok-'],
};

/** Whether a name is one of a vendor's. */
export function isOfVendor(model: string, vendor: NamedVendor): boolean {
  return BEGINNINGS[vendor].some((beginning) => new RegExp(`^${beginning}`).test(model));
}

/** The pattern of all models of a vendor. */
export function vendorPattern(vendor: NamedVendor): string {
  const beginnings = BEGINNINGS[vendor];
  return beginnings.length === 1 ? `${beginnings[0]}*` : `~^(?:${beginnings.join('|')})`;
}

/** A pattern with stars, for a vendor's models alone. */
export function starPatternOf(pattern: string, vendor: NamedVendor): string {
  if (!pattern.startsWith('*')) return starPattern(pattern);
  return `~^(?:${BEGINNINGS[vendor].join('|')})${starRegex(pattern).slice(1)}`;
}
