import { asObject, parseObject } from '../../base/json.ts';
import type { TokenUsage } from '../../base/token-usage.ts';
import type { Operation } from '../operations/operation.ts';
import { expectedAnswerOf } from './expected-answers.ts';
import { readUsage } from './usage.ts';
import { memberAt, objectAt } from './usage-notes.ts';

/** The names of members that lead to an object of counts; none: the answer itself has them. */
export type UsagePath = readonly Buffer[];

const USAGE = pathsOf('usage');
const GEMINI = pathsOf('usageMetadata');

/** Of providers with an API of their own, by the beginning of an operation's name. */
const VENDORS: Readonly<Record<string, readonly UsagePath[]>> = {
  cohere: pathsOf('usage', 'meta'),
  dify: pathsOf('metadata.usage'),
  hunyuan: pathsOf('Response.Usage', 'Usage'),
  ollama: [[]],
};

/** Each model has an answer of its own. */
const INVOKED: readonly UsagePath[] = [...USAGE, []];

/** Where whole answers to an operation tell their tokens: the first of these that is there. */
export function usagePathsOf({ name, dialect }: Operation): readonly UsagePath[] {
  if (dialect === 'gemini-generate') return GEMINI;
  if (name === 'bedrock.invokeModel') return INVOKED;
  return VENDORS[name.slice(0, name.indexOf('.'))] ?? USAGE;
}

function pathsOf(...paths: readonly string[]): readonly UsagePath[] {
  return paths.map((path) => path.split('.').map((name) => Buffer.from(name)));
}

/**
 * Whether the tokens that an answer to an operation tells are those of its own request: what is looked up, cancelled or changed
 * tells those of an earlier one, and a count tells what would be.
 */
export function tellsOwnUsage(operation: Operation): boolean {
  const { method, isCount, isPassthrough, stateful, pattern } = operation;
  if (isCount || isPassthrough) return false;
  const isOfStored = stateful && pattern.includes('{id}');
  return expectedAnswerOf(operation)?.generated ?? (method === 'POST' && !isOfStored);
}

/** The tokens that a whole answer tells. */
export function usageInBody(body: Buffer, paths: readonly UsagePath[]): TokenUsage | undefined {
  for (const path of paths) {
    const told = objectAt(body, memberAt(body, 0, path));
    const usage = told && readUsage(told);
    if (usage !== undefined) return usage;
  }
  return undefined;
}

/** So many members of the name are looked at in a tail: those of nested objects are none. */
const MAX_LOOKS = 4;

/**
 * The tokens that an answer tells of which only the end is known. A member is one of the answer's own where the text from there
 * to the end closes one object.
 */
export function usageInTail(tail: Buffer, paths: readonly UsagePath[]): TokenUsage | undefined {
  for (const [name, ...more] of paths) {
    if (name === undefined || more.length > 0) continue;
    const member = name.toString();
    const key = `"${member}"`;
    let at = tail.lastIndexOf(key);
    for (let looks = 0; at >= 0 && looks < MAX_LOOKS; looks++) {
      const rest = parseObject(`{${tail.toString('utf8', at)}`);
      const told = asObject(rest?.[member]);
      if (rest !== undefined) return told && readUsage(told);
      at = at === 0 ? -1 : tail.lastIndexOf(key, at - 1);
    }
  }
  return undefined;
}
