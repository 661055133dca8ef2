import { objectOf, type JsonObject } from '../../surface/json.ts';
import { firstFinding, objectsAt, type Finding, type Located, type Rule } from '../rule.ts';
import { blocksIn, blocksOf, constraint, finding, messagesOf } from './bedrock-body.ts';

const API = 'docs.aws.amazon.com/bedrock/latest/APIReference';
const BLOCKS = `${API}/API_runtime_ContentBlock.html`;
const DATE = '2026-11-30';

const operations = ['converse'] as const;

/** What Converse refuses of images and documents. */
export const mediaRules: readonly Rule[] = [
  {
    id: 'documents',
    operations,
    refuses:
      'a document without a text beside it, more than five of them, a name of other characters, a form that is not known',
    source: `${BLOCKS}, ${API}/API_runtime_DocumentBlock.html`,
    date: DATE,
    find: ({ body }) => firstFinding(messagesOf(body), documentsFinding),
  },
  {
    id: 'images',
    operations,
    refuses: 'an image in another form than `png`, `jpeg`, `gif` and `webp`',
    source: `${API}/API_runtime_ImageBlock.html`,
    date: DATE,
    find: ({ body }) =>
      firstFinding(imagesIn(body), ({ path, value }) => {
        const format = objectOf(value['image'])['format'];
        return ['png', 'jpeg', 'gif', 'webp'].includes(String(format))
          ? undefined
          : constraint(
              String(format),
              [...path, 'image', 'format'],
              'Member must satisfy enum value set: [gif, jpeg, png, webp]',
            );
      }),
  },
  {
    id: 'user-media',
    operations,
    refuses: 'images and documents by the assistant',
    source: `${API}/API_runtime_Message.html`,
    date: DATE,
    find: ({ body }) =>
      firstFinding(messagesOf(body), (message) => {
        if (message.value['role'] !== 'assistant') return undefined;
        const media = blocksOf(message).find(
          ({ value }) => value['image'] !== undefined || value['document'] !== undefined,
        );
        return media === undefined
          ? undefined
          : finding(media.path, 'Images and documents are only allowed in user messages.');
      }),
  },
];

const DOCUMENTS = new Set(['pdf', 'csv', 'doc', 'docx', 'xls', 'xlsx', 'html', 'txt', 'md']);

/** Those in results too. */
function imagesIn(body: JsonObject): readonly Located<JsonObject>[] {
  const inResults = blocksIn(body, 'toolResult').flatMap(({ path, value }) =>
    objectsAt(objectOf(value['toolResult'])['content'], [...path, 'toolResult', 'content']),
  );
  return [...blocksIn(body), ...inResults].filter(({ value }) => value['image'] !== undefined);
}

function documentsFinding(message: Located<JsonObject>): Finding | undefined {
  const blocks = blocksOf(message);
  const documents = blocks.filter(({ value }) => value['document'] !== undefined);
  if (documents.length === 0) return undefined;
  if (blocks.every(({ value }) => value['text'] === undefined))
    return finding(
      message.path,
      'Found a document block without a text block. Add a text block to the message and try again.',
    );
  if (documents.length > 5)
    return finding(message.path, 'Too many documents: a message may have up to five.');
  const names = new Set<unknown>();
  return firstFinding(documents, ({ path, value }) => {
    const { name, format } = objectOf(value['document']);
    if (typeof name !== 'string' || !/^[a-zA-Z0-9\s()[\]-]{1,200}$/u.test(name) || /\s{2}/u.test(name))
      return finding(
        path,
        "The document file name can only contain alphanumeric characters, whitespace characters, hyphens, parentheses, and square brackets. The name can't contain more than one consecutive whitespace character.",
      );
    if (names.has(name)) return finding(path, `Document names must be unique: ${name}`);
    names.add(name);
    return format === undefined || (typeof format === 'string' && DOCUMENTS.has(format))
      ? undefined
      : constraint(
          JSON.stringify(format),
          [...path, 'document', 'format'],
          `Member must satisfy enum value set: [${[...DOCUMENTS].join(', ')}]`,
        );
  });
}
