import { factsOfEdited } from '../../dialects/scan/body-facts.ts';
import { showsSignInSteps } from '../../dialects/scan/body-signs.ts';
import { scanBody } from '../../dialects/scan/json-scan.ts';
import type { Call } from '../../dialects/operations/call.ts';
import { signsFor } from '../passed/body-reader.ts';
import type { BodyReader } from '../passed/body-reader.ts';
import { LARGE_BYTES as LARGE_CONVERSATION_BYTES, threads } from '../threads/translation-threads.ts';
import { applyEdits } from './apply-edits.ts';
import type { BodyEdits } from './apply-edits.ts';
import type { Edited } from './edited.ts';

/**
 * What is longer is edited in another thread: each edit walks over the body, some milliseconds for a megabyte of small
 * values. Bytes.
 */
const LARGE_BYTES = 512 * 1024;

/** Edits a body: a small one here and now, one that is large, or becomes it by the text of a context, in another thread. */
export function editBody(
  body: Buffer,
  changes: BodyEdits,
  call: Pick<Call, 'signal' | 'memory'>,
): Edited | Promise<Edited> {
  const contextLength = changes.messages?.context?.length ?? 0;
  return body.length + contextLength > LARGE_BYTES
    ? threads.editBody({ body, changes }, call)
    : editHere(body, changes);
}

/**
 * Edits a body as who reads it wants it. A large one is searched here, in steps, for what may have to be changed; where it has
 * that it is edited in another thread. That is asked for sooner than other edits are: with many parts to be changed these
 * take some hundred milliseconds for a megabyte.
 */
export function editForReader(
  body: Buffer,
  reader: BodyReader,
  call: Pick<Call, 'signal' | 'memory'>,
): Edited | Promise<Edited> {
  if (reader.history === undefined && reader.vendor === undefined) return { kind: 'unchanged' };
  if (body.length <= LARGE_CONVERSATION_BYTES) return editHere(body, { reader });
  return showsSignInSteps(body, signsFor(reader)).then((isShown) =>
    isShown ? threads.editBody({ body, changes: { reader } }, call) : { kind: 'unchanged' },
  );
}

function editHere(body: Buffer, changes: BodyEdits): Edited {
  const bytes = applyEdits(body, changes);
  if (bytes === undefined) return { kind: 'nothing-left' };
  if (bytes === body) return { kind: 'unchanged' };
  return { kind: 'edited', bytes, facts: factsOfEdited(scanBody(bytes)) };
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
    // Where its client has gone it was not edited, and is not sent.
    if (edited.kind === 'unchanged' || call.signal.aborted) return body;
    throw new TypeError(`a body could not be edited: ${edited.kind}`);
  });
}
