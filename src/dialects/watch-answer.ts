import type { Watch } from '../upstream/watch.ts';
import { judgeAnthropicFrame } from './anthropic-frames.ts';
import { JsonWatch, OpaqueWatch, PageWatch } from './body-watch.ts';
import { judgeChatFrame } from './chat-frames.ts';
import { AWS_EVENT_STREAM, ConverseWatch } from './converse-watch.ts';
import { parseObject } from './frame-judge.ts';
import type { FrameJudge } from './frame-judge.ts';
import { judgeGeminiFrame } from './gemini-frames.ts';
import { ANY_ANSWER, leastOf } from './least-answers.ts';
import { judgeMediaFrame } from './media-frames.ts';
import type { Dialect, Operation } from './operation.ts';
import { judgeResponsesFrame } from './responses-frames.ts';
import { isErrorInside } from './stated-errors.ts';
import { StreamWatch } from './stream-watch.ts';
import { endsByClosing, vendorJudgeOf } from './vendor-frames.ts';

/**
 * The watch for a good answer (2xx) to an operation.
 * @param stream whether the client asked for a stream
 * @param contentType of the answer, empty where it has none
 * @param contentEncoding of the answer: what is compressed cannot be looked into
 * @param errorsInside the provider answers 200 to what it refuses, and says so in the body
 */
export function watchAnswer(
  operation: Operation,
  stream: boolean,
  contentType: string,
  contentEncoding: string,
  errorsInside = false,
): Watch {
  const encoding = contentEncoding.trim().toLowerCase();
  // What a client once uploaded may look like anything.
  if ((encoding !== '' && encoding !== 'identity') || operation.name.endsWith('files.content')) {
    return new OpaqueWatch();
  }
  const type = mediaType(contentType);
  if (type === AWS_EVENT_STREAM) return new ConverseWatch();
  // Some compatible servers stream under no type, or the wrong one: PHP calls all it writes HTML.
  if (type === 'text/event-stream' || (stream && STREAMED_AS.has(type))) {
    return operation.dialect === 'vendor'
      ? new StreamWatch(vendorJudgeOf(operation.name), endsByClosing(operation.name))
      : new StreamWatch(judgeOf(operation.dialect));
  }
  const least = leastOf(operation);
  const isJson = type === 'application/json' || type.endsWith('+json');
  if (isJson || (least !== undefined && least.mayBeText !== true && isText(type))) {
    const looksInside = errorsInside || operation.dialect === 'vendor';
    const mayBeEmpty = operation.method !== 'POST' && least === undefined;
    return new JsonWatch(least ?? ANY_ANSWER, mayBeEmpty, looksInside ? saysError : undefined);
  }
  return type === 'text/html' ? new PageWatch() : new OpaqueWatch();
}

const STREAMED_AS: ReadonlySet<string> = new Set(['', 'text/plain', 'text/html']);

/** Whether what should be JSON is under a type that JSON is sent under as well, or a page in its place. */
function isText(type: string): boolean {
  return type === '' || type.startsWith('text/') || type === 'application/xml' || type.endsWith('+xml');
}

function saysError(text: string): boolean {
  const body = parseObject(text);
  return body !== undefined && isErrorInside(body);
}

function mediaType(contentType: string): string {
  const end = contentType.indexOf(';');
  return (end < 0 ? contentType : contentType.slice(0, end)).trim().toLowerCase();
}

function judgeOf(dialect: Exclude<Dialect, 'vendor'>): FrameJudge {
  switch (dialect) {
    case 'openai-chat':
      return judgeChatFrame;
    case 'openai-responses':
      return judgeResponsesFrame;
    case 'openai':
      return judgeMediaFrame;
    case 'anthropic-messages':
      return judgeAnthropicFrame;
    case 'gemini-generate':
      return judgeGeminiFrame;
    case 'bedrock-converse':
      throw new TypeError('Bedrock streams no server-sent events');
  }
}
