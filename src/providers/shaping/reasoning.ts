import { asObject, parseObject } from '../../dialects/frame-judge.ts';

/** What becomes of a model's thinking in chat answers. */
export interface ReasoningShaping {
  readonly mode: 'passthrough' | 'ignore' | 'concat';
  /** Where an answer has thinking and nothing else, the thinking becomes the answer. */
  readonly promote: boolean;
}

type Json = Record<string, unknown>;

/** The fields that compatible servers put thinking into. */
const FIELDS = ['reasoning_content', 'reasoning'] as const;

/** Shapes a whole chat answer; the same text where there is nothing to do. */
export function shapeWhole(text: string, shaping: ReasoningShaping): string {
  const answer = parseObject(text);
  const choices = answer?.['choices'];
  if (!Array.isArray(choices)) return text;
  let isChanged = false;
  const shaped = choices.map((choice: unknown) => {
    const given = asObject(choice);
    const message = asObject(given?.['message']);
    const made = message === undefined ? undefined : shapeMessage(message, shaping);
    if (made === undefined) return choice;
    isChanged = true;
    return { ...given, message: made };
  });
  return isChanged ? JSON.stringify({ ...answer, choices: shaped }) : text;
}

function shapeMessage(message: Readonly<Json>, { mode, promote }: ReasoningShaping): Json | undefined {
  const thinking = thinkingIn(message);
  if (thinking === '') return undefined;
  const rest = without(message);
  if (promote && isBlank(message['content'])) return { ...rest, content: thinking };
  switch (mode) {
    case 'passthrough':
      return undefined;
    case 'ignore':
      return rest;
    case 'concat':
      return { ...rest, content: `<think>${thinking}</think>\n${contentIn(message)}` };
  }
}

/** Shapes the chunks of one stream, each by what came before it. */
export class ReasoningStream {
  readonly #shaping: ReasoningShaping;
  /** Where thinking becomes part of the answer: before it, within it, or after it. */
  #state: 'before' | 'thinking' | 'answering' = 'before';
  #kept = '';
  #hasContent = false;

  constructor(shaping: ReasoningShaping) {
    this.#shaping = shaping;
  }

  /** @returns the data of the frame as it goes on; undefined where nothing is left of it */
  frame(data: string): string | undefined {
    const chunk = parseObject(data);
    const choices = chunk?.['choices'];
    if (!Array.isArray(choices) || choices.length === 0) return data;
    const shaped = choices.map((choice: unknown) => {
      const given = asObject(choice);
      const delta = asObject(given?.['delta']);
      if (delta === undefined) return choice;
      const isLast = (given?.['finish_reason'] ?? null) !== null;
      return { ...given, delta: { ...this.#shape(delta), ...(isLast && this.#promoted()) } };
    });
    if (shaped.every(saysNothing)) return undefined;
    return JSON.stringify({ ...chunk, choices: shaped });
  }

  /** What has to be said before the end, as the data of a frame; undefined where nothing has. */
  last(): string | undefined {
    const delta = this.#promoted();
    if (delta === undefined) return undefined;
    const choice = { index: 0, delta, finish_reason: null };
    return JSON.stringify({ object: 'chat.completion.chunk', choices: [choice] });
  }

  /** Thinking that was kept, and is the answer now that there is no other. */
  #promoted(): Json | undefined {
    if (!this.#shaping.promote || this.#hasContent || this.#kept === '') return undefined;
    const content = this.#kept;
    this.#kept = '';
    return { content };
  }

  #shape(delta: Readonly<Json>): Json {
    const thinking = thinkingIn(delta);
    const content = contentIn(delta);
    this.#hasContent ||= content.trim() !== '';
    if (this.#shaping.promote && !this.#hasContent) {
      this.#kept += thinking;
      return without(delta);
    }
    switch (this.#shaping.mode) {
      case 'passthrough':
        return delta;
      case 'ignore':
        return without(delta);
      case 'concat':
        return { ...without(delta), ...this.#concat(thinking, content) };
    }
  }

  #concat(thinking: string, content: string): Json {
    let text = '';
    if (thinking !== '' && this.#state !== 'answering') {
      text = this.#state === 'before' ? `<think>${thinking}` : thinking;
      this.#state = 'thinking';
    }
    if (content !== '') {
      text += this.#state === 'thinking' ? `</think>\n${content}` : content;
      this.#state = 'answering';
    }
    return text === '' ? {} : { content: text };
  }
}

function thinkingIn(message: Readonly<Json>): string {
  const text = FIELDS.map((field) => message[field]).find(
    (value) => typeof value === 'string' && value !== '',
  );
  return typeof text === 'string' ? text : '';
}

function contentIn(message: Readonly<Json>): string {
  return typeof message['content'] === 'string' ? message['content'] : '';
}

function isBlank(content: unknown): boolean {
  return content === undefined || content === null || (typeof content === 'string' && content.trim() === '');
}

function without(message: Readonly<Json>): Json {
  return Object.fromEntries(
    Object.entries(message).filter(([name]) => name !== 'reasoning_content' && name !== 'reasoning'),
  );
}

/** A choice that has been emptied by taking its thinking away. */
function saysNothing(choice: unknown): boolean {
  const given = asObject(choice);
  const delta = asObject(given?.['delta']);
  if (delta === undefined || (given?.['finish_reason'] ?? null) !== null) return false;
  return Object.values(delta).every((value) => value === null || value === '');
}
