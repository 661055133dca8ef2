import type { Notes } from './notes.ts';
import type { PlannedKey } from './plan.ts';

/**
 * The keys that a pool can have: each once, and in characters that a header can carry. Of a key that stands in several places
 * the one that is in use counts.
 * @param places - of the keys, by which notes name them
 */
export function usableKeys(keys: readonly PlannedKey[], place: string, notes: Notes): readonly PlannedKey[] {
  const found = new Map<string, PlannedKey>();
  for (const planned of keys) {
    const { key } = planned;
    if (typeof key !== 'string') {
      found.set(key.written, planned);
      continue;
    }
    const text = oneLineKey(key);
    if (text === undefined)
      notes.add(
        place,
        'a key',
        'it has characters that no header can carry: ask the vendor for a new one, or write it anew',
      );
    else if (found.get(text)?.disabled !== undefined || !found.has(text))
      found.set(text, { ...planned, key: text });
  }
  return [...found.values()];
}

/** A key as a line of a file has it: the JSON of a service account without its line breaks. */
function oneLineKey(key: string): string | undefined {
  const text = key.trim();
  if (text.startsWith('{')) {
    try {
      return JSON.stringify(JSON.parse(text));
    } catch {
      return undefined;
    }
  }
  return /^[\u0021-\u007e]+$/.test(text) && !text.startsWith('#') ? text : undefined;
}
