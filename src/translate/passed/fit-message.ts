import { asObject, isPresent, itemsOf } from '../../base/json.ts';
import type { Json } from '../../base/json.ts';
import type { ModelCapabilities } from '../../catalog/models/model-row.ts';
import { rightMediaType } from '../fit/fit-files.ts';
import { withDocumentUrls } from '../provider/chat-documents.ts';

/** Fields of an assistant's messages as OpenAI answers with them: platform.openai.com/docs/api-reference/chat/object */
const ANSWER_FIELDS: ReadonlySet<string> = new Set(['audio', 'function_call', 'tool_calls']);
/** Those that say nothing of what was said, or say it in words. */
const ALWAYS_OWN: ReadonlySet<string> = new Set(['annotations', 'refusal']);

/** A message by itself as a vendor takes it, wherever it stands; the very same where it fits. */
export function fitMessage(message: Json, takes: ModelCapabilities): Json {
  const named =
    takes.documentPart === 'document_url' && hasFile(message) ? withDocumentUrls(message) : message;
  const typed = withMediaTypes(named);
  return takes.fields === undefined ? typed : withoutOwnFields(typed);
}

function hasFile({ content }: Json): boolean {
  return itemsOf(content).some((part) => asObject(asObject(part)?.['file'])?.['file_data'] !== undefined);
}

const DATA_TYPE = /^data:([^;,]+)/iu;

/** Images whose data says what type it is by a name that is one. */
function withMediaTypes(message: Json): Json {
  const parts = itemsOf(message['content']);
  const fitted = parts.map(withMediaType);
  return fitted.every((part, at) => part === parts[at]) ? message : { ...message, content: fitted };
}

function withMediaType(part: unknown): unknown {
  const written = asObject(part);
  if (written?.['type'] !== 'image_url') return part;
  const image = written['image_url'];
  const url = typeof image === 'string' ? image : asObject(image)?.['url'];
  if (typeof url !== 'string') return part;
  const mediaType = DATA_TYPE.exec(url)?.[1]?.toLowerCase();
  if (mediaType === undefined || rightMediaType(mediaType) === mediaType) return part;
  const fitted = url.replace(DATA_TYPE, `data:${rightMediaType(mediaType)}`);
  return { ...written, image_url: typeof image === 'string' ? fitted : { ...asObject(image), url: fitted } };
}

/**
 * Clients send back what OpenAI's answers have, and name who speaks; a vendor that refuses fields of a body which it does not
 * know refuses those of messages too. What the model declined to do is text like any other.
 */
function withoutOwnFields(message: Json): Json {
  const { role, refusal, content } = message;
  const isLeftOut = (name: string, value: unknown): boolean => {
    if (name === 'name') return role !== 'tool';
    if (role !== 'assistant') return false;
    return ALWAYS_OWN.has(name) || (ANSWER_FIELDS.has(name) && !isPresent(value));
  };
  const fields = Object.entries(message);
  const kept = fields.filter(([name, value]) => !isLeftOut(name, value));
  if (kept.length === fields.length) return message;
  const isDeclined = role === 'assistant' && isPresent(refusal) && !isPresent(content);
  return { ...Object.fromEntries(kept), ...(isDeclined && { content: refusal }) };
}
