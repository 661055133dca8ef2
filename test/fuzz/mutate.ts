import type { Dice } from '../system/cluster-simulation/dice.ts';

/** Inputs grow no longer than this. Bytes. */
const MAX_INPUT_BYTES = 32 * 1024;
/** Changes of one input, at most. */
const MAX_CHANGES = 4;
/** Bytes of the syntax of JSON, YAML, HTTP, event streams and multipart forms. */
const SYNTAX_BYTES = Buffer.from('{}[]":,\\\r\n\t -0129eE.+tfn%#&*!|>\0\x7f\xff', 'latin1');
/** Values that code written for other types may fail on. */
const VALUES: readonly unknown[] = [
  null,
  true,
  -1,
  0.5,
  1e308,
  2 ** 53,
  '',
  'x',
  '__proto__',
  '\ud800',
  '\0',
  'data:;base64,=',
  'https://[::1',
  [],
  [[]],
  {},
  { type: null },
  { __proto__: null, constructor: 1, toString: 2 },
];

/**
 * An input that is like one of the corpus.
 * @param corpus not empty
 */
export function mutated(corpus: readonly Buffer[], words: readonly string[], random: Dice): Buffer {
  let bytes = random.pick(corpus);
  for (let left = random.whole(1, MAX_CHANGES); left > 0; left--) {
    bytes =
      (random.chance(0.5) ? changedValue(bytes, corpus, random) : undefined) ??
      changedBytes(bytes, corpus, words, random);
  }
  return bytes.subarray(0, MAX_INPUT_BYTES);
}

function changedBytes(
  bytes: Buffer,
  corpus: readonly Buffer[],
  words: readonly string[],
  random: Dice,
): Buffer {
  const at = random.whole(0, bytes.length);
  const until = Math.min(bytes.length, at + random.whole(1, random.chance(0.2) ? 1024 : 8));
  const [head, piece, tail] = [bytes.subarray(0, at), bytes.subarray(at, until), bytes.subarray(until)];
  const syntaxByte = Buffer.from([SYNTAX_BYTES[random.whole(0, SYNTAX_BYTES.length - 1)] ?? 0]);
  switch (random.whole(0, 6)) {
    case 0:
      return Buffer.concat([head, tail]);
    case 1:
      return Buffer.concat([head, piece, piece, tail]);
    case 2:
      return Buffer.concat([head, syntaxByte, piece, tail]);
    case 3:
      return Buffer.concat([head, syntaxByte, tail]);
    case 4:
      return head;
    case 5: {
      const other = random.pick(corpus);
      return Buffer.concat([head, other.subarray(random.whole(0, other.length))]);
    }
    default: {
      const word = words.length === 0 ? syntaxByte : Buffer.from(random.pick(words));
      return Buffer.concat([head, word, random.chance(0.5) ? piece : tail, tail]);
    }
  }
}

/** Changes one value of a JSON document, wherever in it; undefined where the input is none. */
function changedValue(bytes: Buffer, corpus: readonly Buffer[], random: Dice): Buffer | undefined {
  const document = parsed(bytes);
  const members = membersIn(document);
  if (members.length === 0) return undefined;
  const { holder, name } = random.pick(members);
  const others = membersIn(parsed(random.pick(corpus)));
  if (random.chance(0.15)) Reflect.deleteProperty(holder, name);
  else if (random.chance(0.4) && others.length > 0) {
    const other = random.pick(others);
    set(holder, random.chance(0.3) ? other.name : name, Reflect.get(other.holder, other.name));
  } else set(holder, name, random.pick(VALUES));
  return Buffer.from(JSON.stringify(document));
}

interface MemberRef {
  readonly holder: object;
  readonly name: string;
}

/** Every member of every object and list in it. */
function membersIn(document: unknown): MemberRef[] {
  const members: MemberRef[] = [];
  const open: unknown[] = [document];
  for (let holder = open.pop(); holder !== undefined; holder = open.pop()) {
    if (typeof holder !== 'object' || holder === null) continue;
    for (const [name, value] of Object.entries(holder)) {
      members.push({ holder, name });
      open.push(value);
    }
  }
  return members;
}

/** Also where the name is `__proto__`, which an assignment would not make a member of its own. */
function set(holder: object, name: string, value: unknown): void {
  // A document that holds itself could not be written.
  const copy: unknown = structuredClone(value);
  Object.defineProperty(holder, name, { value: copy, configurable: true, enumerable: true, writable: true });
}

function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString());
  } catch {
    return undefined;
  }
}
