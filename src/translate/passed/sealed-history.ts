import { showsSign } from '../../dialects/scan/body-signs.ts';
import type { Dialect, Operation } from '../../dialects/operations/operation.ts';
import { withoutSealedThinking } from './anthropic-history.ts';
import { withoutSealedParts } from './gemini-history.ts';
import { MARK } from './own-marks.ts';
import { withoutSealedItems } from './responses-history.ts';
import { withoutSealedDetails } from './sealed-chat.ts';

/** Takes seals out of a body. @param isUnreadable - is given each seal that would go, in the order in which they stand */
type Edit = (body: Buffer, isUnreadable: (seal: string) => boolean) => Buffer;

/** How the seals of one dialect are taken out. */
interface SealEdit {
  readonly edit: Edit;
  /** A body without any of these has no seal: most are searched and no more. */
  readonly words: readonly Buffer[];
  /** What it is called that goes. */
  readonly dropped: string;
}

/** By the dialect of the client. */
const EDITS: Readonly<Partial<Record<Dialect, SealEdit>>> = {
  'anthropic-messages': {
    edit: withoutSealedThinking,
    words: [Buffer.from('"signature"'), Buffer.from('"redacted_thinking"'), MARK],
    dropped: 'messages.thinking',
  },
  'openai-responses': {
    edit: withoutSealedItems,
    words: [Buffer.from('"reasoning"')],
    dropped: 'input.reasoning',
  },
  'openai-chat': {
    edit: withoutSealedDetails,
    words: [Buffer.from('"reasoning_details"'), Buffer.from('"thought_signature"'), MARK],
    dropped: 'messages.reasoning',
  },
  'gemini-generate': {
    edit: withoutSealedParts,
    words: [Buffer.from('"thoughtSignature"'), Buffer.from('"thought_signature"')],
    dropped: 'contents.thoughtSignature',
  },
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
 * thinking with its signature, signatures of Gemini's. All else stays, and what the provider wants instead, `readableBody`
 * and the translation add. Encrypted summaries of whole conversations stay too: without them nothing would be left to answer.
 *
 * @param isUnreadable - is given each seal: whether it goes
 */
export function withoutSeals(
  bytes: Buffer,
  { dialect }: Operation,
  isUnreadable: (seal: string) => boolean,
): Unsealed {
  const own = EDITS[dialect];
  if (own === undefined || !showsSign(bytes, { words: own.words, types: [] })) return { bytes, dropped: '' };
  return { bytes: own.edit(bytes, isUnreadable), dropped: own.dropped };
}
