import type { AskOptions, HttpAnswer } from '../../test/support/http.ts';

/** One kind of good request: how it is asked, and when it is answered. */
export interface Kind {
  readonly name: string;
  /** Its share beside the others. */
  readonly weight: number;
  /** @param text - what the user says; without quotes */
  readonly options: (text: string) => AskOptions;
  /** What a whole answer holds: the end of the simulator's text, or the end marker of a stream. */
  readonly answer: RegExp;
}

/** The simulator ends each text with it. */
const MARK = /\[sim:[0-9a-f]+:\d+\]/;

const chat = (model: string, stream: boolean) => (text: string) => ({
  body: { model, stream, messages: [{ role: 'user', content: text }] },
});

const messages = (model: string, stream: boolean) => (text: string) => ({
  path: '/v1/messages',
  headers: { 'anthropic-version': '2023-06-01' },
  body: { model, stream, max_tokens: 1_000, messages: [{ role: 'user', content: text }] },
});

// What is stored is not asked for twice, whatever became of it: that is another promise.
const responses = (model: string, stream: boolean) => (text: string) => ({
  path: '/v1/responses',
  body: { model, stream, store: false, input: text },
});

const generate = (model: string, method: string) => (text: string) => ({
  path: `/v1beta/models/${model}:${method}`,
  body: { contents: [{ role: 'user', parts: [{ text }] }] },
});

const embeddings = (text: string) => ({
  path: '/v1/embeddings',
  body: { model: 'gpt-embeddings', input: text },
});

const CHAT_END = /data: \[DONE\]/;
const MESSAGES_END = /"type":\s*"message_stop"/;
const RESPONSES_END = /"type":\s*"response\.completed"/;
const GENERATE_END = /"finishReason":\s*"STOP"/;

const CLAUDE = 'claude-haiku-4-5';
const GEMINI = 'gemini-3-flash';
const BEDROCK = 'eu.anthropic.claude-haiku-4-5';
const STREAM = 'streamGenerateContent?alt=sse';

/** Same dialect, whole and streamed; each client dialect before each provider dialect; held whole; a provider that answers anything. */
export const KINDS: readonly Kind[] = [
  { name: 'chat', weight: 6, options: chat('gpt-5', false), answer: MARK },
  { name: 'chat, streamed', weight: 6, options: chat('gpt-5', true), answer: CHAT_END },
  { name: 'responses', weight: 2, options: responses('gpt-5', false), answer: MARK },
  { name: 'responses, streamed', weight: 2, options: responses('gpt-5', true), answer: RESPONSES_END },
  { name: 'messages', weight: 3, options: messages(CLAUDE, false), answer: MARK },
  { name: 'messages, streamed', weight: 3, options: messages(CLAUDE, true), answer: MESSAGES_END },
  { name: 'generate', weight: 2, options: generate(GEMINI, 'generateContent'), answer: MARK },
  { name: 'generate, streamed', weight: 2, options: generate(GEMINI, STREAM), answer: GENERATE_END },
  { name: 'embeddings', weight: 1, options: embeddings, answer: /"embedding"/ },
  { name: 'chat for claude', weight: 2, options: chat(CLAUDE, false), answer: MARK },
  { name: 'chat for claude, streamed', weight: 2, options: chat(CLAUDE, true), answer: CHAT_END },
  { name: 'chat for gemini, streamed', weight: 1, options: chat(GEMINI, true), answer: CHAT_END },
  { name: 'chat for bedrock', weight: 1, options: chat(BEDROCK, false), answer: MARK },
  { name: 'chat for bedrock, streamed', weight: 1, options: chat(BEDROCK, true), answer: CHAT_END },
  { name: 'messages for openai', weight: 1, options: messages('gpt-5', false), answer: MARK },
  { name: 'messages for gemini, streamed', weight: 1, options: messages(GEMINI, true), answer: MESSAGES_END },
  { name: 'generate for claude', weight: 1, options: generate(CLAUDE, 'generateContent'), answer: MARK },
  {
    name: 'responses for claude, streamed',
    weight: 1,
    options: responses(CLAUDE, true),
    answer: RESPONSES_END,
  },
  { name: 'held whole, streamed', weight: 2, options: chat('held-gpt-5', true), answer: CHAT_END },
  { name: 'raw', weight: 2, options: chat('raw-gpt-5', false), answer: /"choices"/ },
  { name: 'raw, streamed', weight: 2, options: chat('raw-gpt-5', true), answer: CHAT_END },
];

/** What a client made of an answer. */
export type Outcome =
  | 'answered'
  /** A stream began and broke off after its first output: nobody can take that back. Its client gets an error. */
  | 'broken after the first output'
  /** The connection broke, before or in an answer. */
  | 'connection broken'
  /** Nothing came within the client's patience. */
  | 'timeout'
  /** A status other than 200, or an answer that is none. */
  | 'failed';

/** Judges an answer as its client does. */
export function outcomeOf({ answer }: Kind, { status, whole, error, text }: HttpAnswer): Outcome {
  if (error === 'ABORT_ERR') return 'timeout';
  if (!whole) return 'connection broken';
  if (status !== 200) return 'failed';
  if (answer.test(text)) return 'answered';
  return /"?error"?/.test(text) && text.length > 0 ? 'broken after the first output' : 'failed';
}
