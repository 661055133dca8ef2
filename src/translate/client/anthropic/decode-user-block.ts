import { asObject } from '../../../base/json.ts';
import type { Json } from '../../../base/json.ts';
import { NotExpressible } from '../../codec.ts';
import {
  cacheControlOf,
  contentParts,
  dataOf,
  describeWord,
  fileOf,
  requireObject,
  requireObjects,
  requireText,
  textOf,
} from '../fields.ts';
import type { FileData, UserContent } from '../fields.ts';

/** A block of a user's message, of a tool's result, or of a document. */
export function userPart(block: Json, where: string): UserContent {
  switch (block['type']) {
    case 'text':
      return [
        { type: 'text', text: requireText(block['text'], `a text of ${where}`), ...cacheControlOf(block) },
      ];
    case 'image':
      return [{ type: 'file', ...sourceOf(block, 'image/*', where), ...cacheControlOf(block) }];
    case 'document':
      return documentParts(block, where);
    case 'search_result': {
      const texts = requireObjects(block['content'], `a search result of ${where}`).map((each) =>
        instruction(each, where),
      );
      const text = [textOf(block['title']), textOf(block['source']), ...texts].filter(Boolean).join('\n');
      return [{ type: 'text', text, ...cacheControlOf(block) }];
    }
    // Of a search that the client ran: the tool is declared with the others.
    case 'tool_reference': {
      const name = requireText(block['tool_name'], `the tool_name of ${where}`);
      return [{ type: 'text', text: `The tool ${name} can be called now.`, ...cacheControlOf(block) }];
    }
    default:
      throw unknownBlock(block, where);
  }
}

/** A document's `context` stands before it as text. */
function documentParts(block: Json, where: string): UserContent {
  const source = requireObject(block['source'], `a document of ${where}`);
  const title = textOf(block['title']);
  const context = textOf(block['context']);
  if (source['type'] === 'text') {
    const text = [title, context, textOf(source['data'])].filter(Boolean).join('\n');
    return [{ type: 'text', text, ...cacheControlOf(block) }];
  }
  if (source['type'] === 'content') return contentDocument(block, [title, context], where);
  const file = {
    type: 'file' as const,
    ...sourceOf(block, 'application/pdf', where),
    ...(title !== undefined && { filename: title }),
    ...cacheControlOf(block),
  };
  return context === undefined ? [file] : [{ type: 'text', text: context }, file];
}

/** A document in parts: one text, unless there are images among them. @param headings - what stands before it */
function contentDocument(block: Json, headings: readonly (string | undefined)[], where: string): UserContent {
  const parts = contentParts(asObject(block['source'])?.['content'], where).flatMap((each) =>
    userPart(each, where),
  );
  const texts = parts.flatMap((part) => (part.type === 'text' ? [part.text] : []));
  const before = headings.filter(Boolean).join('\n');
  if (texts.length === parts.length)
    return [{ type: 'text', text: [before, ...texts].filter(Boolean).join('\n'), ...cacheControlOf(block) }];
  return before === '' ? parts : [{ type: 'text', text: before }, ...parts];
}

function sourceOf(block: Json, fallbackType: string, where: string): { mediaType: string; data: FileData } {
  const source = requireObject(block['source'], `an image or document of ${where}`);
  switch (source['type']) {
    case 'base64': {
      const mediaType = textOf(source['media_type']) ?? fallbackType;
      const data = requireText(source['data'], `the data of ${where}`);
      return { mediaType, data: dataOf(data, mediaType, `the data of ${where}`) };
    }
    case 'url':
      return fileOf(requireText(source['url'], `a URL of ${where}`), fallbackType);
    default:
      throw new NotExpressible('a file is named by an id, which means nothing to another provider');
  }
}

/** The text of a block that can be nothing else. */
export function instruction(block: Json, where: string): string {
  if (block['type'] !== 'text') throw unknownBlock(block, where);
  return requireText(block['text'], `a text of ${where}`);
}

/** The refusal of a block. */
export function unknownBlock(block: Json, where: string): NotExpressible {
  return new NotExpressible(`${where} holds a block of type ${describeWord(block['type'])}`);
}
