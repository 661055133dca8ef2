import type { Watch } from '../upstream/watch.ts';
import { judgeAnthropicFrame } from './anthropic-frames.ts';
import { JsonWatch, OpaqueWatch } from './body-watch.ts';
import { judgeChatFrame } from './chat-frames.ts';
import { AWS_EVENT_STREAM, ConverseWatch } from './converse-watch.ts';
import type { FrameJudge } from './frame-judge.ts';
import { judgeGeminiFrame } from './gemini-frames.ts';
import { judgeMediaFrame } from './media-frames.ts';
import type { Dialect, Operation } from './operation.ts';
import { judgeResponsesFrame } from './responses-frames.ts';
import { StreamWatch } from './stream-watch.ts';
import { endsByClosing, isErrorInside, vendorJudgeOf } from './vendor-frames.ts';

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
  if ((encoding !== '' && encoding !== 'identity') || operation.name.endsWith('.content')) {
    return new OpaqueWatch();
  }
  const type = mediaType(contentType);
  if (type === AWS_EVENT_STREAM) return new ConverseWatch();
  // Some compatible servers stream under no type, or the wrong one.
  if (type === 'text/event-stream' || (stream && (type === '' || type === 'text/plain'))) {
    return operation.dialect === 'vendor'
      ? new StreamWatch(vendorJudgeOf(operation.name), endsByClosing(operation.name))
      : new StreamWatch(judgeOf(operation.dialect));
  }
  if (type === 'application/json' || type.endsWith('+json')) {
    const looksInside = errorsInside || operation.dialect === 'vendor';
    return new JsonWatch(operation.method !== 'POST', looksInside ? isErrorInside : undefined);
  }
  return new OpaqueWatch();
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
