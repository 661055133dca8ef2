import { NotExpressible } from '../../asked.ts';
import type {
  AnswerContext,
  Asked,
  GenerateResult,
  Json,
  NearSide,
  NearStream,
  StreamPart,
} from '../../asked.ts';
import { given, itemsOf, numberOf, objectOf, textOf, unread } from '../fields.ts';
import { readSampling } from './read-chat.ts';
import { chatUsage, finishReason } from './usage.ts';

const KNOWN: ReadonlySet<string> = new Set([
  'best_of',
  'frequency_penalty',
  'max_tokens',
  'model',
  'n',
  'presence_penalty',
  'prompt',
  'seed',
  'stop',
  'stream',
  'stream_options',
  'suffix',
  'temperature',
  'top_p',
  'user',
]);

/** OpenAI's text completions: what is to be completed is what the user says. */
export const completions: NearSide = {
  read: readCompletion,
  write: (result, context) => ({
    ...heading(context),
    choices: [choice(textIn(result), finishReason(result.finishReason))],
    usage: chatUsage(result.usage),
  }),
  stream: (context) => new CompletionStream(context),
};

function readCompletion(body: Json): Asked {
  const [first, ...others] = Array.isArray(body['prompt']) ? itemsOf(body['prompt']) : [body['prompt']];
  const text = others.length === 0 ? first : undefined;
  if (typeof text !== 'string') throw new NotExpressible('prompt is not one text');
  if ((numberOf(body['n']) ?? 1) > 1 || (numberOf(body['best_of']) ?? 1) > 1)
    throw new NotExpressible('n or best_of asks for more than one answer');
  if (textOf(body['suffix']) !== undefined) throw new NotExpressible('suffix asks for what stands before it');
  return {
    options: { prompt: [{ role: 'user', content: [{ type: 'text', text }] }], ...readSampling(body) },
    wishes: given({ user: textOf(body['user']) }),
    dropped: unread(body, KNOWN),
  };
}

function textIn({ content }: GenerateResult): string {
  return content.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('');
}

function heading({ id, model, acceptedAt }: AnswerContext) {
  return { id: `cmpl-${id}`, object: 'text_completion', created: Math.floor(acceptedAt / 1000), model };
}

function choice(text: string, reason: string | null): object {
  return { text, index: 0, logprobs: null, finish_reason: reason };
}

class CompletionStream implements NearStream {
  readonly contentType = 'text/event-stream';
  readonly #heading: object;
  readonly #tellsUsage: boolean;

  constructor(context: AnswerContext) {
    this.#heading = heading(context);
    this.#tellsUsage = objectOf(context.body['stream_options'])?.['include_usage'] === true;
  }

  part(part: StreamPart): string {
    if (part.type === 'text-delta')
      return part.delta === '' ? '' : this.#chunk({ choices: [choice(part.delta, null)] });
    if (part.type !== 'finish') return '';
    const last = this.#chunk({ choices: [choice('', finishReason(part.finishReason))] });
    return this.#tellsUsage ? last + this.#chunk({ choices: [], usage: chatUsage(part.usage) }) : last;
  }

  end(): string {
    return 'data: [DONE]\n\n';
  }

  #chunk(fields: object): string {
    return `data: ${JSON.stringify({ ...this.#heading, ...fields })}\n\n`;
  }
}
