/** What is remembered in full of things that should not be. */
const EXAMPLES = 20;

/** Counts by name, and the first few examples of each name. */
export class Tally {
  readonly #counts = new Map<string, number>();
  readonly #examples = new Map<string, string[]>();

  add(name: string, count = 1): void {
    this.#counts.set(name, this.of(name) + count);
  }

  /** Counts one that should be looked at. */
  note(name: string, example: string): void {
    this.add(name);
    const examples = this.#examples.get(name) ?? [];
    if (examples.length < EXAMPLES) examples.push(example);
    this.#examples.set(name, examples);
  }

  of(name: string): number {
    return this.#counts.get(name) ?? 0;
  }

  get entries(): readonly (readonly [name: string, count: number])[] {
    return [...this.#counts].toSorted(([a], [b]) => a.localeCompare(b));
  }

  get total(): number {
    return this.#counts.values().reduce((sum, count) => sum + count, 0);
  }

  examples(name: string): readonly string[] {
    return this.#examples.get(name) ?? [];
  }
}
