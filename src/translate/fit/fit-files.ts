import type { ModelCapabilities } from '../../catalog/models/model-row.ts';
import { NotExpressible } from '../codec.ts';
import type { CallOptions } from '../codec.ts';

type Prompt = CallOptions['prompt'];
type Message = Prompt[number];

/**
 * A conversation whose images have the media types that vendors know, `image/jpeg` for `image/jpg`. A file that the model does
 * not read is refused: without it the request would mean something else.
 */
export function fitFiles(prompt: Prompt, takes: ModelCapabilities): Prompt {
  const fit = <Part extends { readonly type: string }>(part: Part): Part => fitPart(part, takes);
  return prompt.map((message): Message => {
    switch (message.role) {
      case 'user':
        return { ...message, content: message.content.map(fit) };
      case 'tool':
        return {
          ...message,
          content: message.content.map((part) =>
            part.type === 'tool-result' && part.output.type === 'content'
              ? { ...part, output: { ...part.output, value: part.output.value.map(fit) } }
              : part,
          ),
        };
      case 'assistant':
      case 'system':
        return message;
    }
  });
}

/** Names that are written, and are none. iana.org/assignments/media-types has the others. */
const MISNOMERS: ReadonlyMap<string, string> = new Map([
  ['image/jpg', 'image/jpeg'],
  ['image/pjpeg', 'image/jpeg'],
  ['image/x-png', 'image/png'],
]);

/** The name of a media type, in lower case, which may be written by another that is none. */
export function rightMediaType(written: string): string {
  return MISNOMERS.get(written) ?? written;
}

function fitPart<Part extends { readonly type: string }>(
  part: Part,
  { imageTypes: known, documentPart }: ModelCapabilities,
): Part {
  if (part.type !== 'file' || !('mediaType' in part) || typeof part.mediaType !== 'string') return part;
  const written = part.mediaType.toLowerCase();
  if (documentPart === 'none' && DOCUMENT.test(written))
    throw new NotExpressible(`a document (${written}); the model reads none`);
  if (!written.startsWith('image')) return part;
  const mediaType = rightMediaType(written);
  if (known?.length === 0) throw new NotExpressible('an image; the model reads none');
  if (known !== undefined && isNamed(mediaType) && !known.includes(mediaType))
    throw new NotExpressible(`an image of the type ${mediaType}; the model reads ${known.join(', ')}`);
  return { ...part, mediaType };
}

/** What is no text, which any model reads, and nothing to see or hear. */
const DOCUMENT = /^application\b/u;

/** `image/*` and `image` leave open which type it is. */
function isNamed(mediaType: string): boolean {
  return mediaType.includes('/') && !mediaType.endsWith('/*');
}
