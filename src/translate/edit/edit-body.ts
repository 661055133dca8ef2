import { scanBody } from '../../dialects/scan/json-scan.ts';
import type { Call } from '../../dialects/operations/call.ts';
import { threads } from '../threads/translation-threads.ts';
import { applyEdits } from './apply-edits.ts';
import type { BodyEdits } from './apply-edits.ts';
import type { Edited } from './edited.ts';

/**
 * What is longer is edited in another thread: each edit walks over the body, some milliseconds for a megabyte of small
 * values. Bytes.
 */
const LARGE_BYTES = 512 * 1024;

/** Edits a body: a small one here and now, a large one in another thread. */
export function editBody(
  body: Buffer,
  changes: BodyEdits,
  call: Pick<Call, 'signal' | 'memory'>,
): Edited | Promise<Edited> {
  if (body.length > LARGE_BYTES) return threads.editBody({ body, changes }, call);
  const bytes = applyEdits(body, changes);
  if (bytes === undefined) return { kind: 'nothing-left' };
  if (bytes === body) return { kind: 'unchanged' };
  const facts = scanBody(bytes);
  if (facts.kind === 'fault') throw new TypeError(`an edited body is not valid: ${facts.message}`);
  return { kind: 'edited', bytes, facts };
}

/**
 * The same for a request that is being built, of which nothing has to be known afterwards.
 * @throws TypeError where too much is being edited already
 */
export function editBytes(
  body: Buffer,
  changes: BodyEdits,
  call: Pick<Call, 'signal' | 'memory'>,
): Buffer | Promise<Buffer> {
  if (body.length <= LARGE_BYTES) return applyEdits(body, changes) ?? body;
  return threads.editBody({ body, changes }, call).then((edited) => {
    if (edited.kind === 'edited') return edited.bytes;
    if (edited.kind === 'unchanged') return body;
    throw new TypeError(`a body could not be edited: ${edited.kind}`);
  });
}
