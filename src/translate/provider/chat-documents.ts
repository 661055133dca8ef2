import { asObject, objectsOf } from '../../base/json.ts';
import type { Json } from '../../base/json.ts';

/** A message of a chat with its documents as Mistral has them: docs.mistral.ai/capabilities/document_ai/document_qna. */
export function withDocumentUrls(message: Json): Json {
  if (!Array.isArray(message['content'])) return message;
  const content = objectsOf(message['content']).map((part) => {
    const data = part['type'] === 'file' ? asObject(part['file'])?.['file_data'] : undefined;
    return data === undefined ? part : { type: 'document_url', document_url: data };
  });
  return { ...message, content };
}
