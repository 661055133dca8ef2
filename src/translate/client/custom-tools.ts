import type { Json } from '../../base/json.ts';
import { argumentsOf } from '../call-arguments.ts';
import { definedOnly, requireText, textOf } from './fields.ts';
import type { Tool } from './fields.ts';
import { asObject } from '../../base/json.ts';

/*
 * OpenAI's custom tools take a text instead of arguments. Elsewhere a function of one text stands for each; nothing makes the
 * model keep to a grammar, which becomes a part of the description.
 */

/** The grammar of a custom tool's input. */
export interface Grammar {
  readonly definition: string;
  readonly syntax: string;
}

/** The grammar in an object that has one's fields; undefined where it has none. */
export function grammarOf(value: unknown): Grammar | undefined {
  const described = asObject(value);
  const definition = textOf(described?.['definition']);
  if (definition === undefined) return undefined;
  return { definition, syntax: textOf(described?.['syntax']) ?? '' };
}

/** The function that stands for a custom tool. @param where - its place in the request */
export function customTool(described: Json, name: string, grammar: Grammar | undefined, where: string): Tool {
  const own = described['description'] ?? '';
  const description = [
    textOf(requireText(own, `the description of ${where}`)),
    grammar === undefined
      ? undefined
      : `The input follows this ${grammar.syntax} grammar:\n${grammar.definition}`,
  ].filter((text) => text !== undefined);
  return {
    type: 'function',
    name,
    ...definedOnly({ description: textOf(description.join('\n\n')) }),
    inputSchema: {
      type: 'object',
      properties: { input: { type: 'string', description: 'All of the input, as it is.' } },
      required: ['input'],
      additionalProperties: false,
    },
  };
}

/** The arguments of the function for the input of a custom tool. */
export function customArguments(input: unknown, where: string): Json {
  return { input: requireText(input ?? '', `the input of ${where}`) };
}

/** The input of a custom tool; all of the text where the model wrote no such arguments. */
export function freeText(input: string): string {
  const text = argumentsOf(input)['input'];
  return typeof text === 'string' ? text : input;
}
