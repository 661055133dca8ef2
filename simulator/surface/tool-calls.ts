import { isObject, objectOf, parseJson, type JsonObject } from './json.ts';
import { splitText } from './text.ts';
import { sampleOf } from './sample.ts';
import type { GenerationOptions, Tool } from './generation-options.ts';
import type { PlannedCall } from './plan.ts';

/** A tool the answer calls. */
export interface CalledTool {
  /** Of the answer's calls the number, from 0. */
  readonly index: number;
  /** What ids of dialects are made of. */
  readonly id: string;
  readonly name: string;
  /** Of Responses: the namespace that the tool stands in. */
  readonly namespace: string | undefined;
  /** Of Responses: what a custom tool is called with, which is a text and no object. */
  readonly text: string | undefined;
  readonly input: JsonObject;
  /** The input as JSON, or the text, in the pieces it is streamed in. */
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
    .flatMap((tool) => positionsOf(tool.name, text).map((at) => ({ at, tool })))
    .toSorted((a, b) => a.at - b.at)
    .map(({ at, tool }) => ({
      tool,
      input: inputBehind(text.slice(at + tool.name.length)) ?? sampleFor(tool, text),
    }));
  const [first] = allowed;
  if (mentions.length === 0 && choice !== 'auto' && first !== undefined)
    mentions.push({ tool: first, input: sampleFor(first, text) });
  return (parallel ? mentions : mentions.slice(0, 1)).map(({ tool, input }, index) =>
    calledTool(tool, input, index, `${tag}${index}`),
  );
}

/**
 * The calls of a plan's step, of tools that are offered. What a step calls `exec` may be offered as `functions__exec`:
 * where a dialect has no namespaces they become part of the name.
 */
export function callsOfPlan(
  step: readonly PlannedCall[],
  { tools, choice }: GenerationOptions,
  tag: string,
): readonly CalledTool[] {
  if (choice === 'none') return [];
  return step.flatMap(({ number, name, input }, index) => {
    const tool =
      tools.find((each) => each.name === name) ?? tools.find((each) => each.name.endsWith(`__${name}`));
    return tool === undefined ? [] : [calledTool(tool, input, index, `${tag}${number}`)];
  });
}

/** @param input a text is all of a custom tool's input, and the first property of any other's */
function calledTool(tool: Tool, input: JsonObject | string, index: number, id: string): CalledTool {
  const given = typeof input === 'string' && tool.custom !== true ? { [firstProperty(tool)]: input } : input;
  const text = typeof given === 'string' ? given : JSON.stringify(given);
  return {
    index,
    id,
    name: tool.name,
    namespace: tool.namespace,
    text: tool.custom === true ? text : undefined,
    input: objectOf(given),
    pieces: splitText(text, 3),
  };
}

function firstProperty({ schema }: Tool): string {
  return Object.keys(objectOf(objectOf(schema)['properties']))[0] ?? 'input';
}

function sampleFor({ schema, custom }: Tool, text: string): JsonObject | string {
  return custom === true ? text : objectOf(sampleOf(schema, text));
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
