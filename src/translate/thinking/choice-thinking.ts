import { callsTools, textIn, thinkingIn, withoutThinking } from './thinking.ts';
import type { ReasoningShaping } from './thinking.ts';
import type { Json } from '../../base/json.ts';

/** So much thinking is kept until it is known whether an answer follows; longer thinking is never promoted. Characters. */
const MAX_KEPT = 4 * 1024 * 1024;

/** As whole answers have it, see `shapeWhole`. */
const MARK_END = '</think>\n';

/** The thinking in one choice of a stream. */
export class ChoiceThinking {
  readonly #mode: ReasoningShaping['mode'];
  /** Whether thinking may still become the answer: there has been none so far. */
  #mayPromote: boolean;
  #kept = '';
  /** For `concat`: before the thinking, within it, or behind it. */
  #state: 'before' | 'thinking' | 'answering' = 'before';

  constructor(mode: ReasoningShaping['mode'], promote: boolean) {
    this.#mode = mode;
    this.#mayPromote = promote;
  }

  /** @returns the delta to be sent: the same one where nothing changes */
  shape(delta: Json): Json {
    if (!this.#mayPromote) return this.#inMode(delta);
    const thinking = this.#kept + thinkingIn(delta);
    if (textIn(delta).trim() === '' && !callsTools(delta) && thinking.length <= MAX_KEPT) {
      this.#kept = thinking;
      return withoutThinking(delta);
    }
    // An answer follows: what was kept is sent as thinking, late.
    this.#mayPromote = false;
    const wasKept = this.#kept !== '';
    this.#kept = '';
    return this.#inMode(wasKept ? { ...withoutThinking(delta), reasoning_content: thinking } : delta);
  }

  /** The kept thinking as the answer, where there was no other. */
  takePromoted(): Json | undefined {
    if (this.#kept === '') return undefined;
    const content = this.#kept;
    this.#kept = '';
    this.#mayPromote = false;
    return { content };
  }

  /** The end of the mark around thinking that no answer has followed, before the choice ends. */
  takeMarkEnd(): Json | undefined {
    if (this.#state !== 'thinking') return undefined;
    this.#state = 'answering';
    return { content: MARK_END };
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
    const answer = textIn(delta);
    let text = '';
    if (thinking !== '') {
      text = this.#state === 'before' ? `<think>${thinking}` : thinking;
      this.#state = 'thinking';
    }
    if (answer !== '' || callsTools(delta)) {
      text += this.#state === 'thinking' ? `${MARK_END}${answer}` : answer;
      this.#state = 'answering';
    }
    const rest = withoutThinking(delta);
    return text === answer ? rest : { ...rest, content: text };
  }
}
