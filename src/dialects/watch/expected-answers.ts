import type { Operation } from '../operations/operation.ts';

/**
 * What a whole answer to an operation has to have at least. Members that compatible servers are known to send are listed as
 * well: to reject a good answer is worse than to let a bad one pass.
 */
export interface ExpectedAnswer {
  /** Members of which one has to be there. Empty: any object will do. */
  readonly oneOf: readonly string[];
  /** That member must not be empty: a list needs an item. */
  readonly nonEmpty: boolean;
  /**
   * The answer is generated for this request, so that an error beside it is the request's. What is only looked up (a job, a
   * stored response) may hold an error of its own, and is a good answer all the same.
   */
  readonly generated: boolean;
  /** An `error` in it tells of the answer, and is no failure of the request: those come under a status of their own. */
  readonly tellsErrors?: true;
  /** It may be text, under the type of JSON too. */
  readonly mayBeText?: true;
  /** The dialect in which its output is looked for; absent: it is not. */
  readonly outputIn?: 'chat' | 'responses' | 'messages' | 'gemini';
  /** Without output it has to have a finish reason: else it is no answer. */
  readonly needsFinishReason?: true;
}

/** The member that holds the output of an answer, by dialect. */
export const OUTPUT_MEMBERS: Readonly<Record<NonNullable<ExpectedAnswer['outputIn']>, string>> = {
  chat: 'choices',
  responses: 'output',
  messages: 'content',
  gemini: 'candidates',
};

/** Any complete JSON. */
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
/** The transcript of silence is empty. */
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
/** Bedrock and Google write them in camel case. */
const TOKENS = ['input_tokens', 'inputTokens', 'total_tokens', 'totalTokens', 'usage', 'data'];
/** SiliconFlow and fal have `images`; MiniMax and Kling an object in `data`; asynchronous ones the id of a task. */
const IMAGES = ['data', 'images', 'image', 'result', 'output', 'artifacts', 'id', 'task_id', 'request_id'];
const VIDEO = ['id', 'task_id', 'request_id', 'requestId', 'video_id', 'data', 'output', 'result'];
const RESOURCE = ['id', 'object', 'data', 'file', 'result'];
const LIST = ['data', 'object', 'models', 'result'];

function generated(oneOf: readonly string[], outputIn?: ExpectedAnswer['outputIn']): ExpectedAnswer {
  return { oneOf, nonEmpty: true, generated: true, ...(outputIn !== undefined && { outputIn }) };
}

/** An answer whose member may be empty. */
function present(...oneOf: readonly string[]): ExpectedAnswer {
  return { oneOf, nonEmpty: false, generated: true };
}

/** Clients may ask for a transcript as text, with or without times. */
const TRANSCRIPT: ExpectedAnswer = { ...present(...TRANSCRIPT_MEMBERS), mayBeText: true };

/** A resource or a list of them, which may hold an error of its own. */
function stored(oneOf: readonly string[], nonEmpty: boolean): ExpectedAnswer {
  return { oneOf, nonEmpty, generated: false };
}

/** By the operation's name. Operations that are not here are not checked; Imagen's answers `{}` where it has no image. */
const EXPECTED: Readonly<Record<string, ExpectedAnswer>> = {
  'chat.completions': generated(CHAT, 'chat'),
  'chat.completions.response': generated(CHAT, 'chat'),
  completions: generated(COMPLETION, 'chat'),
  // An empty list of texts has an empty list of vectors.
  embeddings: present(...EMBEDDINGS),
  rerank: present('results', 'data', 'result', 'output', 'scores', 'rerank', 'rankings'),
  moderations: present('results', 'result', 'data', 'output', 'categories'),
  'images.generations': generated(IMAGES),
  'images.edits': generated(IMAGES),
  'images.variations': generated(IMAGES),
  'audio.transcriptions': TRANSCRIPT,
  'audio.translations': TRANSCRIPT,
  'models.list': stored(LIST, false),
  'anthropic.models.list': stored(LIST, false),
  'responses.create': { ...generated(['output', 'status', 'id'], 'responses'), nonEmpty: false },
  'responses.compact': present('output', 'id'),
  'responses.input_tokens': present(...TOKENS),
  'messages.create': { ...generated(['content', 'completion', 'stop_reason'], 'messages'), nonEmpty: false },
  'messages.count_tokens': present(...TOKENS),
  'messages.batches.create': stored(RESOURCE, true),
  'gemini.countTokens': present(...TOKENS),
  'gemini.generateContent': generated(
    ['candidates', 'promptFeedback', 'prompt_feedback', 'response'],
    'gemini',
  ),
  'gemini.streamGenerateContent': generated(['candidates', 'promptFeedback', 'prompt_feedback', 'response']),
  'gemini.embedContent': generated(['embedding', 'embeddings', 'predictions']),
  'gemini.batchEmbedContents': generated(['embeddings', 'embedding', 'predictions']),
  'files.create': stored(RESOURCE, true),
  'anthropic.files.create': stored(RESOURCE, true),
  'uploads.create': stored(RESOURCE, true),
  'batches.create': stored(RESOURCE, true),
  'fine_tuning.jobs.create': stored(RESOURCE, true),
  'conversations.create': stored(RESOURCE, true),
  'videos.create': stored(VIDEO, true),
  'qwen.text_generation': generated(['output']),
  'qwen.multimodal_generation': generated(['output']),
  'qwen.text_embedding': generated(['output']),
  'minimax.chat_pro': generated(['choices', 'reply']),
  // `output` and `stopReason` are required: docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html
  'bedrock.converse': generated(['stopReason']),
  // Nova Canvas tells so of images that it withheld.
  'bedrock.invokeModel': { ...ANY_ANSWER, generated: true, tellsErrors: true },
  'bedrock.countTokens': present('inputTokens'),
  'bedrock.startAsyncInvoke': stored(['invocationArn'], true),
  'vertex.predictLongRunning': stored(['name'], true),
  'vertex.claude.rawPredict': {
    ...generated(['content', 'stop_reason'], 'messages'),
    nonEmpty: false,
  },
  'anthropic.complete': present('completion', 'stop_reason'),
  'gemini.predictLongRunning': stored(['name'], true),
  // Vendors' own, by their documentation: see the tables of their operations.
  'cohere.chat': present('finish_reason'),
  'cohere.embed': present('embeddings'),
  'cohere.v1.chat': present('text', 'tool_calls', 'generation_id', 'response_id'),
  'cohere.v1.embed': present('embeddings'),
  'cohere.v1.generate': present('generations'),
  'doubao.bots.chat': generated(CHAT, 'chat'),
  'doubao.tasks.create': stored(RESOURCE, true),
  'hunyuan.chat': present('Response', 'Choices'),
  'minimax.chat': generated(CHAT, 'chat'),
  'minimax.video': stored(VIDEO, true),
  'mistral.agents': generated(CHAT, 'chat'),
  'mistral.fim': generated(CHAT, 'chat'),
  'ollama.chat': present('message', 'done'),
  'ollama.embed': present('embeddings'),
  'ollama.generate': present('response', 'done'),
  'qwen.aigc': stored(['output'], true),
  'triton.generate': present('text_output', 'outputs', 'model_name'),
  'triton.infer': present('outputs', 'model_name'),
};

/** Undefined where the form of the answer is not known. */
export function expectedAnswerOf({ name }: Operation): ExpectedAnswer | undefined {
  return EXPECTED[name];
}

/** The same for an answer that is to be translated: an empty one needs a finish reason. */
export function expectedToTranslate(operation: Operation): ExpectedAnswer | undefined {
  const expected = expectedAnswerOf(operation);
  return expected && { ...expected, needsFinishReason: true };
}
