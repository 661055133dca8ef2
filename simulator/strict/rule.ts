import { isObject, type JsonObject } from '../surface/json.ts';

/** What a request is for: a vendor has other rules for each. */
export type StrictOperation =
  'chat' | 'responses' | 'embeddings' | 'images' | 'videos' | 'messages' | 'generate' | 'converse';

/** Steps from the body to a value in it. */
export type Path = readonly (string | number)[];

/** A request whose rules are looked at. */
export interface StrictRequest {
  readonly body: JsonObject;
  /** Empty where it names none. */
  readonly model: string;
  /** Whose key it came with. */
  readonly organization: string;
  /** Whether an item of this id was given out before, and kept. */
  readonly isStored: (id: string) => boolean;
}

/** What breaks a rule. */
export interface Finding {
  readonly path: Path;
  /** As the vendor words it, but for what all its messages have in common. */
  readonly message: string;
  /** OpenAI's `code`; the word that each vendor has for the kind of mistake. */
  readonly code?: string;
}

/** Something that a vendor refuses. */
export interface Rule {
  /** Of its own among the vendor's. */
  readonly id: string;
  readonly operations: readonly StrictOperation[];
  /** Only for models whose name this finds. Absent: all. */
  readonly models?: RegExp;
  /** What is refused: completes "Refused is …". */
  readonly refuses: string;
  /** The vendor's page that says so, or where its answer is quoted. */
  readonly source: string;
  /** The day by which that was known: year, month, day. */
  readonly date: string;
  readonly find: (request: StrictRequest) => Finding | undefined;
}

/** A value in a body with the way to it. */
export interface Located<T = unknown> {
  readonly path: Path;
  readonly value: T;
}

/** The members of a list with the ways to them; none where the value is no list. */
export function membersOf(value: unknown, path: Path): readonly Located[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [];
  return list.map((each, index) => ({ path: [...path, index], value: each }));
}

/** The members of a list that are objects, with the ways to them. */
export function objectsAt(value: unknown, path: Path): readonly Located<JsonObject>[] {
  return membersOf(value, path).flatMap(({ path: at, value: each }) =>
    isObject(each) ? [{ path: at, value: each }] : [],
  );
}

/** What the first of the values that breaks a rule breaks it by. */
export function firstFinding<T>(
  values: Iterable<T>,
  find: (value: T) => Finding | undefined,
): Finding | undefined {
  for (const value of values) {
    const finding = find(value);
    if (finding !== undefined) return finding;
  }
  return undefined;
}

/** Whether a text has nothing to read in it. */
export function isBlank(text: unknown): text is string {
  return typeof text === 'string' && text.trim() === '';
}
