import type { Dialect, Operation } from '../../dialects/operations/operation.ts';
import { withoutSealedThinking } from './anthropic-history.ts';
import { withoutSealedParts } from './gemini-history.ts';
import { withoutSealedItems } from './responses-history.ts';
import { withoutSealedDetails } from './sealed-chat.ts';

/** Takes seals out of a body. @param isUnreadable - is given each seal that would go, in the order in which they stand */
type Edit = (body: Buffer, isUnreadable: (seal: string) => boolean) => Buffer;

/** By the dialect of the client: how, and what it is called that goes. */
const EDITS: Readonly<Partial<Record<Dialect, { readonly edit: Edit; readonly dropped: string }>>> = {
  'anthropic-messages': { edit: withoutSealedThinking, dropped: 'messages.thinking' },
  'openai-responses': { edit: withoutSealedItems, dropped: 'input.reasoning' },
  'openai-chat': { edit: withoutSealedDetails, dropped: 'messages.reasoning' },
  'gemini-generate': { edit: withoutSealedParts, dropped: 'contents.thoughtSignature' },
};

/** A body without some of its seals. */
export interface Unsealed {
  /** The very same bytes where nothing went. */
  readonly bytes: Buffer;
  /** What went, as `x-sparekey-dropped` names it. */
  readonly dropped: string;
}

/**
 * A conversation as its client sent it, without the sealed reasoning that a provider has refused to read: encrypted reasoning,
 * thinking with its signature, signatures of Gemini's. All else stays, and what the provider wants instead, `readableHistory`
 * and the translation add. Encrypted summaries of whole conversations stay too: without them nothing would be left to answer.
 *
 * @param isUnreadable - is given each seal: whether it goes
 */
export function withoutSeals(
  bytes: Buffer,
  { dialect }: Operation,
  isUnreadable: (seal: string) => boolean,
): Unsealed {
  const { edit, dropped } = EDITS[dialect] ?? UNEDITED;
  return { bytes: edit(bytes, isUnreadable), dropped };
}

const UNEDITED = { edit: (body: Buffer): Buffer => body, dropped: '' };
