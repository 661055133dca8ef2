import type { Watch } from '../upstream/watch.ts';
import { judgeAnthropicFrame } from './anthropic-frames.ts';
import { JsonWatch, OpaqueWatch, PageWatch } from './body-watch.ts';
import { judgeChatFrame } from './chat-frames.ts';
import { AWS_EVENT_STREAM, ConverseWatch } from './converse-watch.ts';
import { parseObject } from './frame-judge.ts';
import type { FrameJudge } from './frame-judge.ts';
import { judgeGeminiFrame } from './gemini-frames.ts';
import { ANY_ANSWER, leastOf, leastToTranslate } from './least-answers.ts';
import { judgeMediaFrame } from './media-frames.ts';
import type { Dialect, Operation } from './operation.ts';
import { judgeResponsesFrame } from './responses-frames.ts';
import { isErrorInside } from './stated-errors.ts';
import { StreamWatch } from './stream-watch.ts';
import { UnaskedForm } from './unasked-form.ts';
import { endsByClosing, vendorJudgeOf } from './vendor-frames.ts';

/**
 * The watch for a good answer (2xx) to an operation.
 * @param stream whether the client asked for a stream
 * @param contentType of the answer, empty where it has none
 * @param contentEncoding of the answer: what is compressed cannot be looked into
 * @param errorsInside the provider answers 200 to what it refuses, and says so in the body
 * @param isTranslated who reads it takes a stream or a whole answer, as was asked for, and not the other
 */
export function watchAnswer(
  operation: Operation,
  stream: boolean,
  contentType: string,
  contentEncoding: string,
  errorsInside = false,
  isTranslated = false,
): Watch {
  // Whoever asked to speak something else on the connection can do nothing with an answer.
  if (operation.upgrades) return new UnaskedForm(new JsonWatch(ANY_ANSWER, true, saysError), 'not-upgraded');
  const encoding = contentEncoding.trim().toLowerCase();
  if (isTranslated && operation.dialect !== 'vendor') {
    if (encoding !== '' && encoding !== 'identity') return new UnaskedForm(new OpaqueWatch(), 'encoded');
    return watchTranslated(operation, stream, mediaType(contentType), errorsInside);
  }
  // What a client once uploaded may look like anything.
  if ((encoding !== '' && encoding !== 'identity') || operation.name.endsWith('files.content')) {
    return new OpaqueWatch();
  }
  const type = mediaType(contentType);
  if (type === AWS_EVENT_STREAM) return new ConverseWatch();
  // Some compatible servers stream under no type, or the wrong one: PHP calls all it writes HTML.
  if (type === 'text/event-stream' || (stream && STREAMED_AS.has(type))) {
    return operation.dialect === 'vendor'
      ? new StreamWatch(vendorJudgeOf(operation.name), { endsByClosing: endsByClosing(operation.name) })
      : new StreamWatch(judgeOf(operation.dialect));
  }
  const least = leastOf(operation);
  if (isJson(type) || (least !== undefined && least.mayBeText !== true && isText(type))) {
    const looksInside = errorsInside || operation.dialect === 'vendor';
    const mayBeEmpty = operation.method !== 'POST' && least === undefined;
    return new JsonWatch(least ?? ANY_ANSWER, mayBeEmpty, looksInside ? saysError : undefined);
  }
  return type === 'text/html' ? new PageWatch() : new OpaqueWatch();
}

type Form = 'json' | 'events' | 'frames';

/**
 * Watches what is to be translated: whoever reads it takes the form that was asked for, and no other. What is none of
 * them by its type may be any: some servers stream under no type, and some call JSON bytes.
 */
function watchTranslated(operation: Operation, stream: boolean, type: string, errorsInside: boolean): Watch {
  const streamed: Form = operation.dialect === 'bedrock-converse' ? 'frames' : 'events';
  const asked = stream ? streamed : 'json';
  const came = formOf(type) ?? (asked === 'frames' ? 'json' : asked);
  const watch = watchForm(came, operation, errorsInside);
  return came === asked ? watch : new UnaskedForm(watch, stream ? 'not-a-stream' : 'a-stream');
}

function formOf(type: string): Form | undefined {
  if (isJson(type)) return 'json';
  if (type === AWS_EVENT_STREAM) return 'frames';
  return type === 'text/event-stream' ? 'events' : undefined;
}

function watchForm(form: Form, operation: Operation, errorsInside: boolean): Watch {
  const { dialect } = operation;
  if (form === 'frames') return new ConverseWatch();
  if (form === 'json')
    return new JsonWatch(
      leastToTranslate(operation) ?? ANY_ANSWER,
      false,
      errorsInside ? saysError : undefined,
    );
  return dialect === 'vendor' || dialect === 'bedrock-converse'
    ? new OpaqueWatch()
    : new StreamWatch(judgeOf(dialect), { isTranslated: true });
}

function isJson(type: string): boolean {
  return type === 'application/json' || type.endsWith('+json');
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
