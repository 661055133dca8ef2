import { asObject, parseObject } from '../../base/json.ts';
import type { Json } from '../../base/json.ts';
import { ChoiceThinking } from './choice-thinking.ts';
import { callsTools, isBlank, textIn, thinkingIn, withoutThinking } from './thinking.ts';
import type { ReasoningShaping } from './thinking.ts';

/** No response has more choices (platform.openai.com: `n` is at most 128). */
const MAX_CHOICES = 128;

/** Shapes a whole chat response; undefined where nothing changes. */
export function shapeWhole(text: string, shaping: ReasoningShaping): string | undefined {
  const answer = parseObject(text);
  const choices = answer?.['choices'];
  if (!Array.isArray(choices)) return undefined;
  let isChanged = false;
  const shaped = choices.map((choice: unknown) => {
    const given = asObject(choice);
    const message = asObject(given?.['message']);
    const made = message === undefined ? undefined : shapeMessage(message, shaping);
    if (made === undefined) return choice;
    isChanged = true;
    return { ...given, message: made };
  });
  return isChanged ? JSON.stringify({ ...answer, choices: shaped }) : undefined;
}

function shapeMessage(message: Json, { mode, promote }: ReasoningShaping): Json | undefined {
  const thinking = thinkingIn(message);
  if (thinking === '') return undefined;
  const rest = withoutThinking(message);
  if (promote && isBlank(message['content']) && !callsTools(message)) return { ...rest, content: thinking };
  switch (mode) {
    case 'passthrough':
      return undefined;
    case 'ignore':
      return rest;
    case 'concat':
      return { ...rest, content: `<think>${thinking}</think>\n${textIn(message)}` };
  }
}

/** Shapes the chunks of one stream, each by what came before it. */
export class ReasoningStreamShaper {
  readonly #shaping: ReasoningShaping;
  readonly #choices = new Map<unknown, ChoiceThinking>();
  /** The fields that all chunks of a response share. */
  #common: Json = { object: 'chat.completion.chunk' };

  constructor(shaping: ReasoningShaping) {
    this.#shaping = shaping;
  }

  /** @returns the frame's data to be sent; undefined where nothing is left of it */
  frame(data: string): string | undefined {
    const chunk = parseObject(data);
    const choices = chunk?.['choices'];
    if (chunk === undefined || !Array.isArray(choices) || choices.length === 0) return data;
    const { id, object, created, model } = chunk;
    this.#common = { id, object, created, model };
    const shaped = choices.map((choice: unknown) => this.#shape(choice));
    if (shaped.every((choice, at) => choice === choices[at])) return data;
    return shaped.every(isEmptied) && chunk['usage'] === undefined
      ? undefined
      : JSON.stringify({ ...chunk, choices: shaped });
  }

  /** The data of a frame to be sent before the end; undefined where there is none. */
  last(): string | undefined {
    return this.#lastOf((thinking) => thinking.takePromoted() ?? thinking.takeMarkEnd());
  }

  /** The same before an error: what was thought has not become an answer. */
  lastBeforeError(): string | undefined {
    const last = this.#lastOf((thinking) => thinking.takeMarkEnd());
    this.#choices.clear();
    return last;
  }

  #lastOf(take: (thinking: ChoiceThinking) => Json | undefined): string | undefined {
    const choices = Array.from(this.#choices, ([index, thinking]) => {
      const delta = take(thinking);
      return delta === undefined ? [] : [{ index, delta, finish_reason: null }];
    }).flat();
    return choices.length === 0 ? undefined : JSON.stringify({ ...this.#common, choices });
  }

  #shape(choice: unknown): unknown {
    const given = asObject(choice);
    const delta = asObject(given?.['delta']);
    const thinking = this.#thinkingOf(given?.['index']);
    if (given === undefined || delta === undefined || thinking === undefined) return choice;
    const shaped = thinking.shape(delta);
    const isLast = (given['finish_reason'] ?? null) !== null;
    const last = isLast ? (thinking.takePromoted() ?? thinking.takeMarkEnd()) : undefined;
    if (shaped === delta && last === undefined) return choice;
    return { ...given, delta: { ...shaped, ...last, ...joinedText(shaped, last) } };
  }

  #thinkingOf(index: unknown): ChoiceThinking | undefined {
    const known = this.#choices.get(index);
    if (known !== undefined || this.#choices.size === MAX_CHOICES) return known;
    const { mode, promote } = this.#shaping;
    const made = new ChoiceThinking(mode, promote);
    this.#choices.set(index, made);
    return made;
  }
}

/** A choice of which nothing is left without its thinking. */
function isEmptied(choice: unknown): boolean {
  const given = asObject(choice);
  const delta = asObject(given?.['delta']);
  if (delta === undefined || (given?.['finish_reason'] ?? null) !== null) return false;
  return Object.values(delta).every((value) => value === null || value === '');
}

/** The text of a chunk that holds the last thinking and the end of its mark. */
function joinedText(shaped: Json, last: Json | undefined): Json | undefined {
  return last === undefined ? undefined : { content: textIn(shaped) + textIn(last) };
}
