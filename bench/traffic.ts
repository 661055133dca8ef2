/** What is sent and answered: the same for every proxy. */

export const PLAIN_MODEL = 'bench-plain';
export const STREAM_MODEL = 'bench-stream';

/** Frames of one streamed answer, its end marker not counted. */
export const FRAMES_PER_STREAM = 100;
/** Time between two frames of one stream, as a fast model writes. */
export const FRAME_INTERVAL_MS = 20;
/** How many streams are open at once; with the interval above, 10,000 frames a second. */
export const STREAMS = 200;

/** Size of a request's body, in bytes. */
const REQUEST_BYTES = 1024;
/** Size of a plain answer's body, in bytes. */
const ANSWER_BYTES = 1024;

/** A chat request of exactly 1 KB. */
export function requestBody(model: string, stream: boolean): string {
  return padded(REQUEST_BYTES, (content) =>
    JSON.stringify({ model, stream, messages: [{ role: 'user', content }] }),
  );
}

/** A chat answer of exactly 1 KB. */
export function plainAnswer(): string {
  return padded(ANSWER_BYTES, (content) =>
    JSON.stringify({
      id: 'chatcmpl-bench',
      object: 'chat.completion',
      created: 1_700_000_000,
      model: PLAIN_MODEL,
      choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
      usage: { prompt_tokens: 200, completion_tokens: 200, total_tokens: 400 },
    }),
  );
}

/** One frame of a streamed answer, as providers write one for each token. */
export const FRAME = frame({ content: ' token' }, null);
/** What closes a streamed answer. */
export const LAST_FRAMES = `${frame({}, 'stop')}data: [DONE]\n\n`;
/** Length of the body of one whole streamed answer, in bytes. */
export const STREAM_BYTES = FRAME.length * FRAMES_PER_STREAM + LAST_FRAMES.length;

function frame(delta: object, finishReason: string | null): string {
  const chunk = {
    id: 'chatcmpl-bench',
    object: 'chat.completion.chunk',
    created: 1_700_000_000,
    model: STREAM_MODEL,
    choices: [{ index: 0, delta, finish_reason: finishReason }],
  };
  return `data: ${JSON.stringify(chunk)}\n\n`;
}

function padded(bytes: number, write: (content: string) => string): string {
  return write('x'.repeat(bytes - write('').length));
}
