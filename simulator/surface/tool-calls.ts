import { isObject, objectOf, parseJson, type JsonObject } from './json.ts';
import { splitText } from './text.ts';
import { sampleOf } from './sample.ts';
import type { GenerationOptions } from './generation-options.ts';

/** A tool the answer calls. */
export interface CalledTool {
  /** Of the answer's calls the number, from 0. */
  readonly index: number;
  /** What ids of dialects are made of. */
  readonly id: string;
  readonly name: string;
  readonly input: JsonObject;
  /** The input as JSON, in the pieces it is streamed in. */
  readonly pieces: readonly string[];
}

/** The calls that the text asks for; the choice among the tools may add one, or forbid all. */
export function callsIn(
  text: string,
  { tools, choice, parallel }: GenerationOptions,
  tag: string,
): readonly CalledTool[] {
  if (choice === 'none' || tools.length === 0) return [];
  const allowed = typeof choice === 'object' ? tools.filter(({ name }) => name === choice.name) : tools;
  const mentions = allowed
    .flatMap(({ name, schema }) => positionsOf(name, text).map((at) => ({ at, name, schema })))
    .toSorted((a, b) => a.at - b.at)
    .map(({ at, name, schema }) => ({
      name,
      input: inputBehind(text.slice(at + name.length)) ?? objectOf(sampleOf(schema, text)),
    }));
  const [first] = allowed;
  if (mentions.length === 0 && choice !== 'auto' && first !== undefined)
    mentions.push({ name: first.name, input: objectOf(sampleOf(first.schema, text)) });
  return (parallel ? mentions : mentions.slice(0, 1)).map(({ name, input }, index) => ({
    index,
    id: `${tag}${index}`,
    name,
    input,
    pieces: splitText(JSON.stringify(input), 3),
  }));
}

/** Where a name stands as a word of its own. */
function positionsOf(name: string, text: string): readonly number[] {
  const word = /[\w-]/u;
  const positions: number[] = [];
  for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + name.length)) {
    if (!word.test(text[at - 1] ?? ' ') && !word.test(text[at + name.length] ?? ' ')) positions.push(at);
  }
  return positions;
}

/** A longer input is not looked for. Characters. */
const INPUT_LIMIT = 8_192;

/** The JSON object that a text begins with; it ends at the first brace that makes it one. */
function inputBehind(rest: string): JsonObject | undefined {
  const text = rest.slice(0, INPUT_LIMIT);
  const start = /^[\s:(]*(?=\{)/u.exec(text)?.[0].length;
  if (start === undefined) return undefined;
  for (let end = text.indexOf('}', start); end >= 0; end = text.indexOf('}', end + 1)) {
    const value = parseJson(Buffer.from(text.slice(start, end + 1)));
    if (isObject(value)) return value;
  }
  return undefined;
}
