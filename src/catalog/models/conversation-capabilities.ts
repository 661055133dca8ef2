/**
 * What a model, or the vendor that serves it, takes of a conversation, where that differs from others of its dialect. An
 * absent member is not known, and the dialect's own rule holds (`translate/provider/conversation/conversation-rules.ts`).
 */
export interface ConversationCapabilities {
  /** What the id of a tool's call may be. */
  readonly toolCallIds?: WordForm;
  /** What the name of a tool may be. */
  readonly toolNames?: WordForm;
  /**
   * What becomes of instructions behind the beginning: `system` messages at their place, or, where there are none, text of
   * the user's at their place, which is marked as instructions.
   */
  readonly lateInstructions?: 'system' | 'user';
  /** Who may speak first, instructions aside. */
  readonly firstMessage?: 'any' | 'user';
  /**
   * Who may speak last: anybody; the user or a tool alone; or the assistant too, where the message says with `prefix` that
   * it is to be continued.
   */
  readonly lastMessage?: 'any' | 'user' | 'prefix';
  /** Whether a user's message may follow the result of a tool, or only the assistant's. */
  readonly userAfterResult?: boolean;
  /** Whether several messages of one role may follow each other. */
  readonly repeatedRoles?: boolean;
}

/** What an id or a name may be. */
export interface WordForm {
  /**
   * Its characters: `alphanumeric` letters and digits of ASCII; `word` `_` and `-` beside them; `dotted` also `.` and `:`,
   * with a letter or `_` at the beginning; `any` every character.
   */
  readonly alphabet: 'alphanumeric' | 'word' | 'dotted' | 'any';
  /** Characters. */
  readonly minLength: number;
  readonly maxLength: number;
}
