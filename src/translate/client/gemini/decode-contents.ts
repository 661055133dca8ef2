import { asObject, objectsOf } from '../../../base/json.ts';
import type { Json } from '../../../base/json.ts';
import { NotExpressible } from '../../codec.ts';
import { splitIdState, unpackOpaqueState } from '../../opaque-state.ts';
import {
  dataOf,
  fileOf,
  requireArguments,
  requireObject,
  requireText,
  firstPresent,
  textOf,
} from '../fields.ts';
import type { AssistantContent, Message, Prompt, ToolContent, UserContent } from '../fields.ts';

/** A field in either spelling: Google's servers read `camelCase` and `snake_case` alike. */
export function field(body: Json, name: string): unknown {
  return firstPresent(body[name], body[name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)]);
}

/** Decodes `systemInstruction` and `contents`. */
export function decodeContents(body: Json): Prompt {
  const contents = body['contents'];
  const list = typeof contents === 'string' ? [{ parts: [{ text: contents }] }] : contents;
  const calls = new OpenCalls();
  const messages = (Array.isArray(list) ? list : [list]).flatMap((each: unknown, at) =>
    decodeContent(requireObject(each, `contents[${at}]`), `contents[${at}]`, calls),
  );
  return [...decodeInstruction(field(body, 'systemInstruction')), ...messages];
}

function decodeInstruction(value: unknown): Prompt {
  if (typeof value === 'string') return value === '' ? [] : [{ role: 'system', content: value }];
  const texts = partsOf(asObject(value) ?? {}).flatMap((part) => textOf(part['text']) ?? []);
  return texts.length === 0 ? [] : [{ role: 'system', content: texts.join('\n') }];
}

function partsOf({ parts }: Json): readonly Json[] {
  return Array.isArray(parts) ? objectsOf(parts) : [asObject(parts) ?? {}];
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

function decodeContent(content: Json, where: string, calls: OpenCalls): Message[] {
  const parts = partsOf(content);
  if (content['role'] === 'model') {
    const joined = joinPieces(parts.flatMap((part) => modelPart(part, calls, where)));
    return joined.length === 0 ? [] : [{ role: 'assistant', content: joined }];
  }
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
  throw new NotExpressible(`${where} holds a part that is no text, file or function response`);
}

function filePart(file: Json): UserContent[number] {
  const uri = textOf(field(file, 'fileUri')) ?? '';
  if (uri.includes('generativelanguage.googleapis.com'))
    throw new NotExpressible('a file that Google keeps means nothing to another provider');
  const { data, mediaType } = fileOf(uri, 'application/octet-stream');
  return { type: 'file', data, mediaType: textOf(field(file, 'mimeType')) ?? mediaType };
}

function modelPart(part: Json, calls: OpenCalls, where: string): AssistantContent {
  const thoughtSignature = textOf(field(part, 'thoughtSignature'));
  const signed =
    thoughtSignature === undefined
      ? {}
      : { providerOptions: unpackOpaqueState(thoughtSignature) ?? { google: { thoughtSignature } } };
  const call = asObject(field(part, 'functionCall'));
  if (call !== undefined) {
    const toolName = textOf(call['name']) ?? '';
    const toolCallId = calls.add(toolName, plainId(textOf(call['id'])));
    const input = requireArguments(call['args'], `the args of a functionCall of ${where}`);
    return [{ type: 'tool-call', toolCallId, toolName, input, ...signed }];
  }
  const text = textOf(part['text']);
  if (part['thought'] === true) return [{ type: 'reasoning', text: text ?? '', ...signed }];
  // Code that Google's servers ran, and its result, means nothing to other providers.
  return text === undefined ? [] : [{ type: 'text', text, ...signed }];
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
  const shown = objectsOf(response['parts']).flatMap((part) => userPart(part, where));
  const output = outputOf(asObject(response['response']) ?? {});
  if (shown.length === 0) return { type: 'tool-result', toolCallId, toolName, output };
  const files = shown.map((part) => (part.type === 'text' ? part : { ...part, type: 'file' as const }));
  const value = [{ type: 'text' as const, text: output.value }, ...files];
  return { type: 'tool-result', toolCallId, toolName, output: { type: 'content', value } };
}

/** An id without the state that another dialect has put into it. */
function plainId(id: string | undefined): string | undefined {
  return id === undefined ? undefined : splitIdState(id).id;
}

/** `output`, `result` or `error` alone is all of a result; beside other fields they are fields like them. */
function outputOf(response: Json): { readonly type: 'text' | 'error-text'; readonly value: string } {
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
