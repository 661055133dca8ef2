import { callsTools, textIn, thinkingIn, withoutThinking } from './thinking.ts';
import type { Json } from '../../base/json.ts';
import type { ReasoningShaping } from './thinking.ts';

/** So much thinking is kept until it is known whether an answer follows; more is no answer. Characters. */
const MAX_KEPT = 4 * 1024 * 1024;

/** The thinking in one choice of a stream. */
export class ChoiceThinking {
  readonly #mode: ReasoningShaping['mode'];
  /** Whether thinking still may become the answer: there has been no other. */
  #mayPromote: boolean;
  #kept = '';
  /** Where thinking becomes part of the answer: before it, within it, or after it. */
  #state: 'before' | 'thinking' | 'answering' = 'before';

  constructor(mode: ReasoningShaping['mode'], promote: boolean) {
    this.#mode = mode;
    this.#mayPromote = promote;
  }

  /** @returns the piece as it goes on: the same one where nothing is to be done */
  shape(delta: Json): Json {
    if (!this.#mayPromote) return this.#inMode(delta);
    const thinking = this.#kept + thinkingIn(delta);
    if (textIn(delta).trim() === '' && !callsTools(delta) && thinking.length <= MAX_KEPT) {
      this.#kept = thinking;
      return withoutThinking(delta);
    }
    // It was thinking and no more, and is told as that, late.
    this.#mayPromote = false;
    const wasKept = this.#kept !== '';
    this.#kept = '';
    return this.#inMode(wasKept ? { ...withoutThinking(delta), reasoning_content: thinking } : delta);
  }

  /** Thinking that was kept, and is the answer now that there is no other. */
  takePromoted(): Json | undefined {
    if (this.#kept === '') return undefined;
    const content = this.#kept;
    this.#kept = '';
    this.#mayPromote = false;
    return { content };
  }

  #inMode(delta: Json): Json {
    switch (this.#mode) {
      case 'passthrough':
        return delta;
      case 'ignore':
        return withoutThinking(delta);
      case 'concat':
        return this.#concat(delta);
    }
  }

  #concat(delta: Json): Json {
    if (this.#state === 'answering') return delta;
    const thinking = thinkingIn(delta);
    const said = textIn(delta);
    let text = '';
    if (thinking !== '') {
      text = this.#state === 'before' ? `<think>${thinking}` : thinking;
      this.#state = 'thinking';
    }
    if (said !== '' || callsTools(delta)) {
      text += this.#state === 'thinking' ? `</think>\n${said}` : said;
      this.#state = 'answering';
    }
    const rest = withoutThinking(delta);
    return text === said ? rest : { ...rest, content: text };
  }
}
