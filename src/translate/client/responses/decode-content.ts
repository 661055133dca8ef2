import { asObject } from '../../../base/json.ts';
import type { Json } from '../../../base/json.ts';
import { NotExpressible } from '../../codec.ts';
import { contentParts, describeWord, fileOf, requireText, textOf } from '../fields.ts';
import type { ToolOutput, UserContent } from '../fields.ts';
import { audioPart, filePart, imagePart, partsOutput } from '../openai/decode-parts.ts';

/** What a part is refused with that has no equivalent, or whose type nobody knows. */
function unknownPart(part: Json, where: string): NotExpressible {
  return new NotExpressible(`${where} holds a part of type ${describeWord(part['type'])}`);
}

/** The text of instructions, which hold nothing else in other dialects. */
export function instructionText(content: unknown, where: string): string {
  return contentParts(content, where)
    .map((part) => {
      if (!TEXTS.has(part['type'])) throw unknownPart(part, where);
      return requireText(part['text'], `a text of ${where}`);
    })
    .join('\n');
}

const TEXTS: ReadonlySet<unknown> = new Set(['input_text', 'output_text', 'text']);

/** The text of a message of the assistant's. What it refused is said in a text as well. */
export function assistantText(content: unknown, where: string): string {
  return contentParts(content, where)
    .map((part) => {
      if (part['type'] === 'refusal') return textOf(part['refusal']) ?? '';
      if (!TEXTS.has(part['type'])) throw unknownPart(part, where);
      return requireText(part['text'], `a text of ${where}`);
    })
    .join('');
}

/** The parts of a user's message. */
export function userContent(content: unknown, where: string): UserContent {
  return contentParts(content, where).map((part) => userPart(part, where));
}

function userPart(part: Json, where: string): UserContent[number] {
  switch (part['type']) {
    case 'input_text':
    case 'output_text':
    case 'text':
      return { type: 'text', text: requireText(part['text'], `a text of ${where}`) };
    case 'input_image': {
      const url = textOf(part['image_url']);
      if (url === undefined)
        throw new NotExpressible('an image is named by an id, which means nothing to another provider');
      return imagePart(url, part['detail'], part);
    }
    case 'input_file':
      return filePart(part, part);
    case 'input_audio': {
      // Codex sends a URL, OpenAI's reference has the data.
      const url = textOf(part['audio_url']);
      if (url !== undefined) return { type: 'file', ...fileOf(url, 'audio/*') };
      return audioPart(asObject(part['input_audio']) ?? part, part, where);
    }
    default:
      throw unknownPart(part, where);
  }
}

/** The output of a call. */
export function outputOf(output: unknown, where: string): ToolOutput {
  if (typeof output === 'string') return { type: 'text', value: output };
  return partsOutput(userContent(output, where));
}
