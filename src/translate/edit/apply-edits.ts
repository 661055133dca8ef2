import { memberAt, removeMembers, setInObject } from '../../dialects/scan/json-edit.ts';
import type { Edit } from '../../dialects/scan/json-edit.ts';
import { readableBody } from '../passed/body-reader.ts';
import type { BodyReader } from '../passed/body-reader.ts';
import { withMessages } from './messages.ts';
import type { MessageShaping } from './messages.ts';

/** What a provider or its configuration wants changed in a body. Plain data: it goes to other threads. */
export interface BodyEdits {
  /** Names of members that are removed. */
  readonly removed?: readonly string[];
  readonly edits?: readonly Edit[];
  /** What becomes of the messages of a chat. */
  readonly messages?: MessageShaping;
  /** Who reads it without having been translated for. */
  readonly reader?: BodyReader;
}

/** Makes them. The very same bytes where nothing changes; undefined where no message is left. */
export function applyEdits(
  body: Buffer,
  { removed = [], edits = [], messages, reader }: BodyEdits,
): Buffer | undefined {
  const readable = reader === undefined ? body : readableBody(body, reader);
  const kept = removed.length === 0 ? readable : removeMembers(readable, removed);
  const edited = edits.reduce(setInObject, kept);
  const from = messages && memberAt(edited, 'messages');
  if (messages === undefined || from === undefined) return edited;
  const shaped = withMessages(edited, from, messages);
  return shaped === 'nothing-left' ? undefined : (shaped ?? edited);
}
