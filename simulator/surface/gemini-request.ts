import { describeFile, joined, message, type Message, type ToolResult } from './conversation.ts';
import { numberOf, objectOf, objectsOf, stringOf, stringsOf, type JsonObject } from './json.ts';
import { textOf } from './text.ts';
import type { Tool, ToolChoice, GenerationOptions } from './generation-options.ts';

/** The messages of a request of Gemini's; the instructions come first. */
export function geminiMessages(request: JsonObject): readonly Message[] {
  const instructions = request['systemInstruction'] ?? request['system_instruction'];
  return [
    ...(instructions === undefined
      ? []
      : [message('system', { text: textOf(objectOf(instructions)['parts']) })]),
    ...contentsOf(request['contents']).map(({ role, parts }) =>
      joined(role === 'model' ? 'assistant' : 'user', objectsOf(parts).map(partOf)),
    ),
  ];
}

/** One content may stand for a list of it. */
function contentsOf(contents: unknown): readonly JsonObject[] {
  return Array.isArray(contents) ? objectsOf(contents) : objectsOf([contents]);
}

function partOf(part: JsonObject): Partial<Message> {
  const signature = stringOf(part['thoughtSignature']);
  const isProof = signature !== undefined && !isExemptSignature(signature);
  const thoughts = isProof ? [{ signature, text: undefined }] : [];
  return part['thought'] === true ? { thoughts } : { thoughts, ...contentOf(part) };
}

/**
 * ai.google.dev/gemini-api/docs/thought-signatures: what may stand in the place of a signature. Google's libraries write
 * it as bytes, in base64.
 */
export function isExemptSignature(signature: string): boolean {
  return [signature, Buffer.from(signature, 'base64').toString()].some((each) =>
    ['skip_thought_signature_validator', 'context_engineering_is_the_way_to_go'].includes(each),
  );
}

function contentOf(part: JsonObject): Partial<Message> {
  const call = part['functionCall'];
  if (call !== undefined) {
    const { id, name } = objectOf(call);
    return { calls: [{ id: String(id ?? name), name: String(name) }] };
  }
  const response = part['functionResponse'];
  if (response !== undefined) {
    const { parts, ...result } = objectOf(response);
    return { results: [resultOf(result)], files: objectsOf(parts).flatMap(filesOf) };
  }
  const files = filesOf(part);
  return files.length > 0 ? { files } : { text: textOf([part]) };
}

function filesOf(part: JsonObject): readonly string[] {
  const { mimeType, data, fileUri } = objectOf(part['inlineData'] ?? part['fileData']);
  if (typeof data === 'string') return [describeFile(String(mimeType), data)];
  return stringsOf(fileUri);
}

/** The documentation names `output`, `error` and `result`; anything else may stand there too. */
function resultOf({ id, name, response }: JsonObject): ToolResult {
  const fields = objectOf(response);
  const failure = fields['error'];
  const value = failure ?? fields['output'] ?? fields['result'] ?? fields['content'] ?? fields;
  return {
    id: String(id ?? name),
    text: typeof value === 'string' ? value : JSON.stringify(value),
    failed: failure !== undefined,
  };
}

/** What a request of Gemini's wants of its answer. */
export function geminiOptions(request: JsonObject): GenerationOptions {
  const config = objectOf(request['generationConfig']);
  const schema = config['responseJsonSchema'] ?? config['responseSchema'];
  return {
    tools: objectsOf(request['tools']).flatMap((tool) => objectsOf(tool['functionDeclarations']).map(toolOf)),
    choice: choiceOf(objectOf(objectOf(request['toolConfig'])['functionCallingConfig'])),
    parallel: true,
    thinks: thinks(objectOf(config['thinkingConfig'])),
    json: config['responseMimeType'] === 'application/json' ? { schema } : undefined,
    maxTokens: numberOf(config['maxOutputTokens']),
    stops: stringsOf(config['stopSequences']),
  };
}

function toolOf(declaration: JsonObject): Tool {
  const { name, parameters, parametersJsonSchema } = declaration;
  return { name: String(name), schema: parametersJsonSchema ?? parameters };
}

function choiceOf({ mode, allowedFunctionNames: names }: JsonObject): ToolChoice {
  switch (mode) {
    case 'ANY': {
      const [name] = stringsOf(names);
      return name === undefined ? 'required' : { name };
    }
    case 'NONE':
      return 'none';
    default:
      return 'auto';
  }
}

function thinks({ thinkingBudget: budget, thinkingLevel: level, includeThoughts }: JsonObject): boolean {
  if (typeof budget === 'number') return budget !== 0;
  return typeof level === 'string' || includeThoughts === true;
}

/** Whether the thinking is to be shown. */
export function showsThoughts({ generationConfig }: JsonObject): boolean {
  return objectOf(objectOf(generationConfig)['thinkingConfig'])['includeThoughts'] === true;
}

/** What Gemini refuses a request for beyond its conversation; undefined for one that is sound. */
export function geminiFlaw({ contents }: JsonObject, model: string): string | undefined {
  const list = contentsOf(contents);
  if (list.length === 0) return 'contents is not specified';
  const at = list.findIndex(({ parts }) => objectsOf(parts).length === 0);
  if (at >= 0) return `contents[${at}].parts must not be empty`;
  if (!model.includes('gemini-3')) return undefined;
  // Of calls side by side the first alone has one.
  const isUnsigned = list.some(({ parts }) => {
    const call = objectsOf(parts).find((part) => part['functionCall'] !== undefined);
    return call !== undefined && call['thoughtSignature'] === undefined;
  });
  return isUnsigned ? 'Function call is missing a thought_signature in functionCall parts.' : undefined;
}
