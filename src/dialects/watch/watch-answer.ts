import { parseObject } from '../../base/json.ts';
import { headerText } from '../../upstream/exchange.ts';
import type { ResponseHeaders } from '../../upstream/exchange.ts';
import type { ResponseWatch } from '../../upstream/response-watch.ts';
import type { Dialect, Operation } from '../operations/operation.ts';
import { classifyAnthropicFrame } from './anthropic-frames.ts';
import { JsonWatch, OpaqueWatch, PageWatch } from './body-watch.ts';
import { AWS_EVENT_STREAM, AwsStreamWatch } from './aws-stream-watch.ts';
import { isErrorAnswer } from './error-bodies.ts';
import { ANY_ANSWER, expectedAnswerOf, expectedToTranslate } from './expected-answers.ts';
import { classifyAnyFrame } from './frame-kind.ts';
import type { FrameClassifier } from './frame-kind.ts';
import { classifyGeminiFrame } from './gemini-frames.ts';
import { classifyChatFrame, classifyMediaFrame, classifyResponsesFrame } from './openai-frames.ts';
import { StreamWatch } from './stream-watch.ts';
import { UnexpectedFormWatch } from './unexpected-form.ts';
import { endsByClosing, vendorClassifierOf } from './vendor-frames.ts';
import { usagePathsOf } from './whole-usage.ts';

/**
 * The watch for an answer with a status of 2xx to an operation.
 * @param stream whether the client asked for a stream
 * @param contentType of the answer, empty where it has none
 * @param contentEncoding of the answer: what is compressed is not read
 * @param errorsInside the provider answers 200 to what it refuses, with an error in the body
 * @param isTranslated the answer is translated: only the form that was asked for will do, a stream or a whole answer
 */
export function watchAnswer(
  operation: Operation,
  stream: boolean,
  contentType: string,
  contentEncoding: string,
  errorsInside = false,
  isTranslated = false,
): ResponseWatch {
  // A client that asked for another protocol on the connection cannot use an answer.
  if (operation.upgrades)
    return new UnexpectedFormWatch(new JsonWatch(ANY_ANSWER, [], true, isErrorAnswerText), 'not-upgraded');
  const encoding = contentEncoding.trim().toLowerCase();
  if (isTranslated && operation.dialect !== 'vendor') {
    if (encoding !== '' && encoding !== 'identity')
      return new UnexpectedFormWatch(new OpaqueWatch(), 'encoded');
    return watchTranslated(operation, stream, mediaType(contentType), errorsInside);
  }
  // An uploaded file may look like anything.
  if ((encoding !== '' && encoding !== 'identity') || operation.name.endsWith('files.content')) {
    return new OpaqueWatch();
  }
  const type = mediaType(contentType);
  if (operation.isPassthrough) return watchUnknown(type, errorsInside);
  if (type === AWS_EVENT_STREAM) return new AwsStreamWatch();
  if (operation.dialect === 'vendor' && LINES.has(type))
    return new StreamWatch(vendorClassifierOf(operation.name), { isLines: true });
  // Some compatible servers stream without a type, or under the wrong one: PHP's default is HTML.
  if (type === 'text/event-stream' || (stream && STREAMED_AS.has(type))) {
    return operation.dialect === 'vendor' || operation.dialect === 'bedrock-converse'
      ? new StreamWatch(vendorClassifierOf(operation.name), { endsByClosing: endsByClosing(operation.name) })
      : new StreamWatch(classifierOf(operation.dialect));
  }
  const expected = expectedAnswerOf(operation);
  if (isJsonType(type) || (expected !== undefined && expected.mayBeText !== true && isTextType(type))) {
    const looksInside = errorsInside || operation.dialect === 'vendor';
    const mayBeEmpty = operation.method !== 'POST' && expected === undefined;
    return new JsonWatch(
      expected ?? ANY_ANSWER,
      usagePathsOf(operation),
      mayBeEmpty,
      looksInside ? isErrorAnswerText : undefined,
    );
  }
  return type === 'text/html' ? new PageWatch() : new OpaqueWatch();
}

/** Watches an answer to a path of no operation: all but an error is one. */
function watchUnknown(type: string, errorsInside: boolean): ResponseWatch {
  if (type === 'text/event-stream') return new StreamWatch(classifyAnyFrame, { endsByClosing: true });
  if (!isJsonType(type)) return new OpaqueWatch();
  return new JsonWatch(ANY_ANSWER, [], true, errorsInside ? isErrorAnswerText : undefined);
}

type AnswerForm = 'json' | 'events' | 'frames';

/**
 * Watches an answer that is to be translated: only the form that was asked for will do. An answer of another type is taken
 * for that form: some servers stream without a type, and some send JSON as `application/octet-stream`.
 */
function watchTranslated(
  operation: Operation,
  stream: boolean,
  type: string,
  errorsInside: boolean,
): ResponseWatch {
  const streamed: AnswerForm = operation.dialect === 'bedrock-converse' ? 'frames' : 'events';
  const expectedForm = stream ? streamed : 'json';
  const receivedForm = formOf(type) ?? (expectedForm === 'frames' ? 'json' : expectedForm);
  const watch = watchForm(receivedForm, operation, errorsInside);
  return receivedForm === expectedForm
    ? watch
    : new UnexpectedFormWatch(watch, stream ? 'not-a-stream' : 'a-stream');
}

function formOf(type: string): AnswerForm | undefined {
  if (isJsonType(type)) return 'json';
  if (type === AWS_EVENT_STREAM) return 'frames';
  return type === 'text/event-stream' ? 'events' : undefined;
}

function watchForm(form: AnswerForm, operation: Operation, errorsInside: boolean): ResponseWatch {
  const { dialect } = operation;
  if (form === 'frames') return new AwsStreamWatch();
  if (form === 'json')
    return new JsonWatch(
      expectedToTranslate(operation) ?? ANY_ANSWER,
      usagePathsOf(operation),
      false,
      errorsInside ? isErrorAnswerText : undefined,
    );
  return dialect === 'vendor' || dialect === 'bedrock-converse'
    ? new OpaqueWatch()
    : new StreamWatch(classifierOf(dialect), { isTranslated: true });
}

/** Streams in which each line is JSON: Ollama's, and of Cohere's version 1. */
const LINES: ReadonlySet<string> = new Set([
  'application/jsonl',
  'application/ndjson',
  'application/stream+json',
  'application/x-ndjson',
]);

function isJsonType(type: string): boolean {
  return type === 'application/json' || type.endsWith('+json');
}

const STREAMED_AS: ReadonlySet<string> = new Set(['', 'text/plain', 'text/html']);

/** Types under which servers send JSON too, or a page instead. */
function isTextType(type: string): boolean {
  return type === '' || type.startsWith('text/') || type === 'application/xml' || type.endsWith('+xml');
}

function isErrorAnswerText(text: string): boolean {
  const body = parseObject(text);
  return body !== undefined && isErrorAnswer(body);
}

function mediaType(contentType: string): string {
  const end = contentType.indexOf(';');
  return (end < 0 ? contentType : contentType.slice(0, end)).trim().toLowerCase();
}

function classifierOf(dialect: Exclude<Dialect, 'vendor' | 'bedrock-converse'>): FrameClassifier {
  switch (dialect) {
    case 'openai-chat':
      return classifyChatFrame;
    case 'openai-responses':
      return classifyResponsesFrame;
    case 'openai':
      return classifyMediaFrame;
    case 'anthropic-messages':
      return classifyAnthropicFrame;
    case 'gemini-generate':
      return classifyGeminiFrame;
  }
}

/** What the frames of a stream are: server-sent events, JSON lines, or binary ones of AWS. */
export type StreamForm = 'events' | 'lines' | 'frames';

/** Which stream an answer says that it is; undefined for any other answer. */
export function streamFormOf(headers: ResponseHeaders): StreamForm | undefined {
  const type = mediaType(headerText(headers['content-type']));
  if (type === 'text/event-stream') return 'events';
  if (type === AWS_EVENT_STREAM) return 'frames';
  return LINES.has(type) ? 'lines' : undefined;
}

/** Whether an answer says of itself that it is a stream. */
export function saysStream(headers: ResponseHeaders): boolean {
  return streamFormOf(headers) !== undefined;
}
