import { CREATED_AT, json, type Answer } from '../answer.ts';
import { missingParameter, notFound, tooLarge, unknownUrl } from '../vendor-errors/openai.ts';
import { pathOf, type Call } from './call.ts';
import { FILE_BYTES_LIMIT, type StoredFile } from './object-store.ts';

/** `/v1/files`: upload, list, retrieve, content, delete. */
export function files(call: Call): Answer {
  const { method, store, organization } = call;
  const [, id, action] = call.steps;
  if (id === undefined && method === 'POST') return upload(call);
  if (id === undefined && method === 'GET') {
    const data = store.files(organization).map(([fileId, file]) => describe(fileId, file));
    return json({ object: 'list', data, has_more: false });
  }
  const file = id === undefined ? undefined : store.file(id, organization);
  if (id === undefined || file === undefined) return notFound('File object', id ?? '');
  switch (`${method} ${action ?? ''}`) {
    case 'GET ':
      return json(describe(id, file));
    case 'GET content':
      return { kind: 'plain', contentType: 'application/octet-stream', body: file.bytes };
    case 'DELETE ':
      store.deleteFile(id, organization);
      return json({ id, object: 'file', deleted: true });
    default:
      return unknownUrl(method, pathOf(call));
  }
}

function upload({ form, organization, store }: Call): Answer {
  const sent = form?.files.get('file');
  const purpose = form?.fields.get('purpose');
  if (sent === undefined) return missingParameter('file');
  if (purpose === undefined) return missingParameter('purpose');
  if (sent.bytes.length > FILE_BYTES_LIMIT) return tooLarge(FILE_BYTES_LIMIT);
  const file: StoredFile = { organization, purpose, filename: sent.filename, bytes: Buffer.from(sent.bytes) };
  return json(describe(store.addFile(file), file));
}

function describe(id: string, { bytes, filename, purpose }: StoredFile): object {
  return {
    id,
    object: 'file',
    bytes: bytes.length,
    created_at: CREATED_AT,
    filename,
    purpose,
    status: 'processed',
  };
}
