import { NotExpressible } from '../../codec.ts';
import type { Json } from '../../../base/json.ts';
import { unpackOpaqueState } from '../../opaque-state.ts';
import {
  dataOf,
  fileOf,
  requireArguments,
  requireObject,
  requireText,
  objectOf,
  objectsOf,
  firstPresent,
  textOf,
} from '../fields.ts';
import type { AssistantContent, Message, Prompt, ToolContent, UserContent } from '../fields.ts';

/** Both spellings of a field are taken: Google's servers read `camelCase` and `snake_case` alike. */
export function field(body: Json, name: string): unknown {
  return firstPresent(body[name], body[name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)]);
}

/** Reads `systemInstruction` and `contents`. */
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
  const texts = partsOf(objectOf(value) ?? {}).flatMap((part) => textOf(part['text']) ?? []);
  return texts.length === 0 ? [] : [{ role: 'system', content: texts.join('\n') }];
}

function partsOf({ parts }: Json): readonly Json[] {
  return Array.isArray(parts) ? objectsOf(parts) : [objectOf(parts) ?? {}];
}

/**
 * Calls need no ids here: an answer without one belongs to the first call of its name that has none yet, and so
 * does one whose id no call has told.
 */
class OpenCalls {
  readonly #open: { readonly id: string; readonly name: string; readonly isOurs: boolean }[] = [];
  #count = 0;

  add(name: string, id: string | undefined): string {
    const add = { id: id ?? this.#next(), name, isOurs: id === undefined };
    this.#open.push(add);
    return add.id;
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
    const said = joinPieces(parts.flatMap((part) => modelPart(part, calls, where)));
    return said.length === 0 ? [] : [{ role: 'assistant', content: said }];
  }
  const results: ToolContent = [];
  const said: UserContent = [];
  for (const part of parts) {
    const response = objectOf(field(part, 'functionResponse'));
    if (response === undefined) said.push(...userPart(part, where));
    else results.push(toolResult(response, calls, where));
  }
  return [
    ...(results.length === 0 ? [] : [{ role: 'tool' as const, content: results }]),
    ...(said.length === 0 ? [] : [{ role: 'user' as const, content: said }]),
  ];
}

function userPart(part: Json, where: string): UserContent {
  const text = part['text'];
  if (typeof text === 'string') return [{ type: 'text', text }];
  const inline = objectOf(field(part, 'inlineData'));
  if (inline !== undefined) {
    const mediaType = textOf(field(inline, 'mimeType')) ?? 'application/octet-stream';
    const place = `the inlineData of ${where}`;
    return [{ type: 'file', mediaType, data: dataOf(requireText(inline['data'], place), mediaType, place) }];
  }
  const file = objectOf(field(part, 'fileData'));
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
  const call = objectOf(field(part, 'functionCall'));
  if (call !== undefined) {
    const toolName = textOf(call['name']) ?? '';
    const toolCallId = calls.add(toolName, textOf(call['id']));
    const input = requireArguments(call['args'], `the args of a functionCall of ${where}`);
    return [{ type: 'tool-call', toolCallId, toolName, input, ...signed }];
  }
  const text = textOf(part['text']);
  if (part['thought'] === true) return [{ type: 'reasoning', text: text ?? '', ...signed }];
  // Code that Google's servers ran, and what came of it, means nothing elsewhere.
  return text === undefined ? [] : [{ type: 'text', text, ...signed }];
}

/**
 * What a client kept of a stream is in pieces, and the last piece of a thought has the signature of it all. Others
 * take whole thoughts alone, and no text that is a piece of white space.
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
  const toolCallId = calls.resolve(toolName, textOf(response['id']));
  const shown = objectsOf(response['parts']).flatMap((part) => userPart(part, where));
  const output = outputOf(objectOf(response['response']) ?? {});
  if (shown.length === 0) return { type: 'tool-result', toolCallId, toolName, output };
  const files = shown.map((part) => (part.type === 'text' ? part : { ...part, type: 'file' as const }));
  const value = [{ type: 'text' as const, text: output.value }, ...files];
  return { type: 'tool-result', toolCallId, toolName, output: { type: 'content', value } };
}

/** `output` and `error` are Google's names for the whole of it; beside others they are fields like them. */
function outputOf(said: Json): { readonly type: 'text' | 'error-text'; readonly value: string } {
  const error = firstPresent(said['error']);
  const [only, ...others] = Object.keys(said);
  const isWrapped = others.length === 0 && (only === 'output' || only === 'result' || only === 'error');
  return {
    type: error === undefined ? 'text' : 'error-text',
    value: asText(isWrapped ? said[only] : said),
  };
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
