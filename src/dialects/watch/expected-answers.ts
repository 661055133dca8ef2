import type { Operation } from '../operations/operation.ts';

/**
 * The least that a whole answer to an operation has to have. It names what compatible servers are known to send as
 * well, since a good answer that is taken for none is worse than a bad one that passes.
 */
export interface ExpectedAnswer {
  /** Members of which one has to be there; none: any object will do. */
  readonly oneOf: readonly string[];
  /** That member has to hold something, too: a list without items is none. */
  readonly nonEmpty: boolean;
  /**
   * The answer is made for this request: an error that stands beside it, or a state of failure, is the request's.
   * What is only looked up (a job, a stored response) may tell of its own failure, and is a good answer still.
   */
  readonly generated: boolean;
  /** It may be text, which some servers call JSON all the same. */
  readonly mayBeText?: true;
  /** Whose way to say something it has; absent: it is not looked for whether it says anything. */
  readonly outputIn?: 'chat' | 'responses' | 'messages' | 'gemini';
  /** Where it says nothing, it has to have the reason that the model stopped for: else nobody has answered. */
  readonly needsFinishReason?: true;
}

/** The member in which an answer of each dialect says what it says. */
export const OUTPUT_MEMBERS: Readonly<Record<NonNullable<ExpectedAnswer['outputIn']>, string>> = {
  chat: 'choices',
  responses: 'output',
  messages: 'content',
  gemini: 'candidates',
};

/** Any JSON that is whole. */
export const ANY_ANSWER: ExpectedAnswer = { oneOf: [], nonEmpty: false, generated: false };

/** Cloudflare wraps answers of its own kind in `result`, DashScope in `output`; xAI defers one by its `request_id`. */
const CHAT = ['choices', 'result', 'output', 'response', 'request_id'];
/** llama.cpp has `content`, and `stop` beside it where that is empty. */
const COMPLETION = ['choices', 'result', 'output', 'response', 'content', 'stop', 'text', 'generated_text'];
/** watsonx.ai has `results`. */
const EMBEDDINGS = [
  'data',
  'embeddings',
  'embedding',
  'results',
  'result',
  'output',
  'predictions',
  'vectors',
];
/** Of silence a transcript is empty. */
const TRANSCRIPT_MEMBERS = [
  'text',
  'segments',
  'words',
  'results',
  'result',
  'output',
  'data',
  'id',
  'task',
  'duration',
  'language',
  'usage',
];
/** Bedrock and Google write their names as one word. */
const TOKENS = ['input_tokens', 'inputTokens', 'total_tokens', 'totalTokens', 'usage', 'data'];
/** SiliconFlow and fal have `images`; MiniMax and Kling an object for `data`; those that take their time a task. */
const IMAGES = ['data', 'images', 'image', 'result', 'output', 'artifacts', 'id', 'task_id', 'request_id'];
const VIDEO = ['id', 'task_id', 'request_id', 'requestId', 'video_id', 'data', 'output', 'result'];
const MADE = ['id', 'object', 'data', 'file', 'result'];
const LIST = ['data', 'object', 'models', 'result'];

function generated(oneOf: readonly string[], outputIn?: ExpectedAnswer['outputIn']): ExpectedAnswer {
  return { oneOf, nonEmpty: true, generated: true, ...(outputIn !== undefined && { outputIn }) };
}

/** What holds something only where there is something to tell. */
function present(...oneOf: readonly string[]): ExpectedAnswer {
  return { oneOf, nonEmpty: false, generated: true };
}

/** Clients may ask for a transcript as text, with or without times. */
const TRANSCRIPT: ExpectedAnswer = { ...present(...TRANSCRIPT_MEMBERS), mayBeText: true };

/** What was made or looked up, and tells its own state. */
function kept(oneOf: readonly string[], nonEmpty: boolean): ExpectedAnswer {
  return { oneOf, nonEmpty, generated: false };
}

/** By the operation's name. An operation that is not here is not checked, nor is Imagen's, which says `{}` for no image. */
const EXPECTED: Readonly<Record<string, ExpectedAnswer>> = {
  'chat.completions': generated(CHAT, 'chat'),
  'chat.completions.response': generated(CHAT, 'chat'),
  completions: generated(COMPLETION, 'chat'),
  // Of no texts there are no vectors.
  embeddings: present(...EMBEDDINGS),
  rerank: present('results', 'data', 'result', 'output', 'scores', 'rerank', 'rankings'),
  moderations: present('results', 'result', 'data', 'output', 'categories'),
  'images.generations': generated(IMAGES),
  'images.edits': generated(IMAGES),
  'images.variations': generated(IMAGES),
  'audio.transcriptions': TRANSCRIPT,
  'audio.translations': TRANSCRIPT,
  'models.list': kept(LIST, false),
  'anthropic.models.list': kept(LIST, false),
  'responses.create': { ...generated(['output', 'status', 'id'], 'responses'), nonEmpty: false },
  'responses.compact': present('output', 'id'),
  'responses.input_tokens': present(...TOKENS),
  'messages.create': { ...generated(['content', 'completion', 'stop_reason'], 'messages'), nonEmpty: false },
  'messages.count_tokens': present(...TOKENS),
  'messages.batches.create': kept(MADE, true),
  'gemini.generateContent': generated(
    ['candidates', 'promptFeedback', 'prompt_feedback', 'response'],
    'gemini',
  ),
  'gemini.streamGenerateContent': generated(['candidates', 'promptFeedback', 'prompt_feedback', 'response']),
  'gemini.embedContent': generated(['embedding', 'embeddings', 'predictions']),
  'gemini.batchEmbedContents': generated(['embeddings', 'embedding', 'predictions']),
  'files.create': kept(MADE, true),
  'anthropic.files.create': kept(MADE, true),
  'uploads.create': kept(MADE, true),
  'batches.create': kept(MADE, true),
  'fine_tuning.jobs.create': kept(MADE, true),
  'conversations.create': kept(MADE, true),
  'videos.create': kept(VIDEO, true),
  // Both are required: docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html
  'bedrock.converse': generated(['stopReason']),
};

/** Undefined where the answer's form is not known: it may be anything. */
export function expectedAnswerOf({ name }: Operation): ExpectedAnswer | undefined {
  return EXPECTED[name];
}

/** The same of an answer that is to be translated: out of nothing there is nothing to be made. */
export function expectedToTranslate(operation: Operation): ExpectedAnswer | undefined {
  const expected = expectedAnswerOf(operation);
  return expected && { ...expected, needsFinishReason: true };
}
