import { asObject } from '../../../base/json.ts';
import type { Json } from '../../../base/json.ts';
import { argumentsOf } from '../../call-arguments.ts';
import { NotExpressible } from '../../codec.ts';
import { splitIdState, unpackOpaqueState } from '../../opaque-state.ts';
import {
  camelCase,
  dataOf,
  fileOf,
  requireObject,
  requireObjects,
  requireText,
  firstPresent,
  textOf,
} from '../fields.ts';
import type { AssistantContent, Message, Prompt, ToolContent, UserContent } from '../fields.ts';

/** A field in either spelling: Google's servers read `camelCase` and `snake_case` alike. */
export function field(body: Json, name: string): unknown {
  return firstPresent(body[name], body[name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)]);
}

/** The conversation, and the names of parts that were dropped. */
export interface DecodedContents {
  readonly prompt: Prompt;
  readonly dropped: readonly string[];
}

/** Decodes `systemInstruction` and `contents`. */
export function decodeContents(body: Json): DecodedContents {
  const contents = body['contents'];
  const dropped = new Set<string>();
  const list = typeof contents === 'string' ? [{ parts: [{ text: contents }] }] : contents;
  const calls = new OpenCalls();
  const messages = (Array.isArray(list) ? list : [list]).flatMap((each: unknown, at) =>
    decodeContent(requireObject(each, `contents[${at}]`), `contents[${at}]`, calls, dropped),
  );
  const prompt = [...decodeInstruction(field(body, 'systemInstruction')), ...messages];
  return { prompt, dropped: [...dropped] };
}

function decodeInstruction(value: unknown): Prompt {
  if (typeof value === 'string') return value === '' ? [] : [{ role: 'system', content: value }];
  if (value === undefined) return [];
  const where = 'systemInstruction';
  const texts = partsOf(requireObject(value, where), where).flatMap((part) => {
    const text = part['text'];
    if (typeof text !== 'string') throw unknownPart(part, where);
    return text === '' ? [] : [text];
  });
  return texts.length === 0 ? [] : [{ role: 'system', content: texts.join('\n') }];
}

/** Google's servers take one part for a list of one. */
function partsOf({ parts }: Json, where: string): readonly Json[] {
  if (parts === undefined || parts === null) return [];
  return Array.isArray(parts)
    ? requireObjects(parts, `${where}.parts`)
    : [requireObject(parts, `${where}.parts`)];
}

/** What stands beside the content of a part, and is none (ai.google.dev/api/caching#Part, 2026-11-30). */
const ATTRIBUTES: ReadonlySet<string> = new Set([
  'mediaProcessing',
  'mediaResolution',
  'partMetadata',
  'speechMetadata',
  'thought',
  'thoughtSignature',
  'videoMetadata',
]);

/** The names of a part's fields that are its content. */
function contentNames(part: Json): readonly string[] {
  return Object.keys(part).filter((name) => !ATTRIBUTES.has(camelCase(name)) && part[name] !== null);
}

function unknownPart(part: Json, where: string): NotExpressible {
  const names = contentNames(part);
  const kind = names.length === 0 ? 'without content' : `of the kind ${names.join(', ')}`;
  return new NotExpressible(`${where} holds a part ${kind}`);
}

/**
 * Calls without a response. Ids are optional in Gemini's dialect: a response without an id, or with one that no call has,
 * belongs to the first call of its name that has no id.
 */
class OpenCalls {
  readonly #open: { readonly id: string; readonly name: string; readonly isOurs: boolean }[] = [];
  #count = 0;

  add(name: string, id: string | undefined): string {
    const call = { id: id ?? this.#next(), name, isOurs: id === undefined };
    this.#open.push(call);
    return call.id;
  }

  resolve(name: string, id: string | undefined): string {
    const byId = this.#open.findIndex((call) => call.id === id);
    const at =
      byId >= 0
        ? byId
        : this.#open.findIndex((call) => call.name === name && (id === undefined || call.isOurs));
    return this.#open.splice(at, at < 0 ? 0 : 1)[0]?.id ?? id ?? this.#next();
  }

  #next(): string {
    return `call_${this.#count++}`;
  }
}

function decodeContent(content: Json, where: string, calls: OpenCalls, dropped: Set<string>): Message[] {
  const parts = partsOf(content, where);
  const role = content['role'] ?? 'user';
  if (role === 'model') {
    const joined = joinPieces(parts.flatMap((part) => modelPart(part, calls, where, dropped)));
    return joined.length === 0 ? [] : [{ role: 'assistant', content: joined }];
  }
  if (role !== 'user' && role !== 'function') throw new NotExpressible(`${where}.role is none that is known`);
  const results: ToolContent = [];
  const userParts: UserContent = [];
  for (const part of parts) {
    const response = asObject(field(part, 'functionResponse'));
    if (response === undefined) userParts.push(...userPart(part, where));
    else results.push(toolResult(response, calls, where));
  }
  return [
    ...(results.length === 0 ? [] : [{ role: 'tool' as const, content: results }]),
    ...(userParts.length === 0 ? [] : [{ role: 'user' as const, content: userParts }]),
  ];
}

function userPart(part: Json, where: string): UserContent {
  const text = part['text'];
  if (typeof text === 'string') return [{ type: 'text', text }];
  const inline = asObject(field(part, 'inlineData'));
  if (inline !== undefined) {
    const mediaType = textOf(field(inline, 'mimeType')) ?? 'application/octet-stream';
    const place = `the inlineData of ${where}`;
    return [{ type: 'file', mediaType, data: dataOf(requireText(inline['data'], place), mediaType, place) }];
  }
  const file = asObject(field(part, 'fileData'));
  if (file !== undefined) return [filePart(file)];
  throw unknownPart(part, where);
}

function filePart(file: Json): UserContent[number] {
  const uri = textOf(field(file, 'fileUri')) ?? '';
  if (uri.includes('generativelanguage.googleapis.com'))
    throw new NotExpressible('a file that Google keeps means nothing to another provider');
  const { data, mediaType } = fileOf(uri, 'application/octet-stream');
  return { type: 'file', data, mediaType: textOf(field(file, 'mimeType')) ?? mediaType };
}

/**
 * Parts of what Google's servers did in an earlier turn, and files that the model made: other providers take neither from the
 * model. Its text about them stays.
 */
const VENDOR_PARTS = [
  'codeExecutionResult',
  'executableCode',
  'fileData',
  'inlineData',
  'toolCall',
  'toolResponse',
];

function modelPart(part: Json, calls: OpenCalls, where: string, dropped: Set<string>): AssistantContent {
  const thoughtSignature = textOf(field(part, 'thoughtSignature'));
  const signed =
    thoughtSignature === undefined
      ? {}
      : { providerOptions: unpackOpaqueState(thoughtSignature) ?? { google: { thoughtSignature } } };
  const call = asObject(field(part, 'functionCall'));
  if (call !== undefined) {
    if (firstPresent(field(call, 'partialArgs'), field(call, 'willContinue') || undefined) !== undefined)
      throw new NotExpressible(`${where} holds a functionCall in pieces`);
    const toolName = textOf(call['name']) ?? '';
    const toolCallId = calls.add(toolName, plainId(textOf(call['id'])));
    const input = argumentsOf(call['args']);
    return [{ type: 'tool-call', toolCallId, toolName, input, ...signed }];
  }
  const vendorPart = VENDOR_PARTS.find((name) => field(part, name) !== undefined);
  if (vendorPart !== undefined) {
    dropped.add(`contents.${vendorPart}`);
    return [];
  }
  // A signature may stand in a part of its own.
  const text = part['text'] ?? (contentNames(part).length === 0 && isAttributed(part) ? '' : undefined);
  if (typeof text !== 'string') throw unknownPart(part, where);
  if (part['thought'] === true) return [{ type: 'reasoning', text, ...signed }];
  return text === '' ? [] : [{ type: 'text', text, ...signed }];
}

function isAttributed(part: Json): boolean {
  return part['thought'] === true || field(part, 'thoughtSignature') !== undefined;
}

/**
 * A client may keep a stream's pieces as they came, and the last piece of a thought has its signature. Other providers take
 * whole thoughts alone, and no text of white space.
 */
function joinPieces(pieces: AssistantContent): AssistantContent {
  const joined: AssistantContent = [];
  for (const piece of pieces) {
    const before = joined.at(-1);
    const isMore =
      (piece.type === 'reasoning' || piece.type === 'text') &&
      piece.type === before?.type &&
      before.providerOptions === undefined;
    if (isMore) joined.splice(-1, 1, { ...piece, text: before.text + piece.text });
    else joined.push(piece);
  }
  return joined;
}

function toolResult(response: Json, calls: OpenCalls, where: string): ToolContent[number] {
  const toolName = textOf(response['name']) ?? '';
  const toolCallId = calls.resolve(toolName, plainId(textOf(response['id'])));
  const shown = requireObjects(response['parts'], `the parts of a functionResponse of ${where}`).flatMap(
    (part) => userPart(part, where),
  );
  const output = outputOf(response['response']);
  if (shown.length === 0) return { type: 'tool-result', toolCallId, toolName, output };
  const files = shown.map((part) => (part.type === 'text' ? part : { ...part, type: 'file' as const }));
  const value = [{ type: 'text' as const, text: output.value }, ...files];
  return { type: 'tool-result', toolCallId, toolName, output: { type: 'content', value } };
}

/** An id without the state that another dialect has put into it. */
function plainId(id: string | undefined): string | undefined {
  return id === undefined ? undefined : splitIdState(id).id;
}

/**
 * `output`, `result` or `error` alone is all of a result; beside other fields they are fields like them. What is no object, as
 * the dialect has it, is all of it too.
 */
function outputOf(given: unknown): { readonly type: 'text' | 'error-text'; readonly value: string } {
  const response = asObject(given ?? {});
  if (response === undefined) return { type: 'text', value: asText(given) };
  const error = firstPresent(response['error']);
  const [only, ...others] = Object.keys(response);
  const isWrapped = others.length === 0 && (only === 'output' || only === 'result' || only === 'error');
  return {
    type: error === undefined ? 'text' : 'error-text',
    value: asText(isWrapped ? response[only] : response),
  };
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
