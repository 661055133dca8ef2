import type { FilePart, Message, Prompt, UserPart } from './prompt.ts';

/*
 * What Converse wants of documents (docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_DocumentBlock.html): a text
 * in the same message, and a name of its own for each.
 */

/** A conversation whose documents have names that differ, and texts beside them. */
export function withDocumentNames(prompt: Prompt): Prompt {
  const taken = new Set<string>();
  return prompt.map((message): Message => {
    if (message.role !== 'user' || !message.content.some(isDocument)) return message;
    const content = message.content.map((part) => (isDocument(part) ? named(part, taken) : part));
    return { ...message, content: content.some(isText) ? content : [...content, BESIDE] };
  });
}

/** For a message that is documents alone: it says nothing that they do not. */
const BESIDE: UserPart = { type: 'text', text: 'See the document.' };

function isText(part: UserPart): boolean {
  return part.type === 'text' && part.text.trim() !== '';
}

function isDocument(part: UserPart): part is FilePart {
  return part.type === 'file' && !/^(?:image|audio|video)\b/u.test(part.mediaType);
}

/** The package makes names of those that have none, which differ by themselves. */
function named({ filename, ...part }: FilePart, taken: Set<string>): FilePart {
  const wanted = plain(filename ?? '');
  if (wanted === '') return part;
  let name = wanted;
  for (let count = 2; taken.has(name); count++) name = `${wanted} ${count}`;
  taken.add(name);
  return { ...part, filename: name };
}

/** Letters, digits and single spaces, which are what a name may have among little else. At most 200 characters. */
function plain(filename: string): string {
  const stem = filename.replace(/\.[^.]+$/u, '').slice(0, MOST_CHARACTERS);
  return stem.replaceAll(/[^a-zA-Z0-9]+/gu, ' ').trim();
}

/** Room is left for what makes a name differ. */
const MOST_CHARACTERS = 190;
