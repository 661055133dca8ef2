import { asObject, objectsOf } from '../../base/json.ts';
import type { Json } from '../../base/json.ts';
import type { Prompt, UserPart } from './prompt.ts';

const DOCUMENT_URL = 'document_url';

/** A message of a chat with its documents as Mistral has them: docs.mistral.ai/capabilities/document_ai/document_qna. */
export function withDocumentUrls(message: Json): Json {
  if (!Array.isArray(message['content'])) return message;
  const content = objectsOf(message['content']).map((part) => {
    const url = urlIn(part);
    return url === undefined ? part : { type: DOCUMENT_URL, document_url: url };
  });
  return { ...message, content };
}

function urlIn(part: Json): unknown {
  switch (part['type']) {
    case 'file':
      return asObject(part['file'])?.['file_data'];
    // As `withDocumentsByUrl` makes the package write it.
    case DOCUMENT_URL:
      return asObject(part['image_url'])?.['url'];
    default:
      return undefined;
  }
}

/**
 * A conversation whose documents by their URLs the package writes: it knows URLs of images alone, so that a document is one of
 * them, with a type of its own.
 * @param name - under which the package keeps what is to stand in a part
 */
export function withDocumentsByUrl(prompt: Prompt, name: string): Prompt {
  const written = (part: UserPart): UserPart =>
    part.type === 'file' && part.data.type === 'url' && part.mediaType.startsWith('application/')
      ? { ...part, mediaType: 'image/*', providerOptions: { [name]: { type: DOCUMENT_URL } } }
      : part;
  return prompt.map((message) =>
    message.role === 'user' ? { ...message, content: message.content.map(written) } : message,
  );
}
