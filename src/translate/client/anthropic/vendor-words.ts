import { createHash } from 'node:crypto';

/* What Claude Code writes into requests for Anthropic, and means for nobody else. */

/**
 * Lines in the form of a header of Anthropic's at the beginning of a text. Claude Code begins its instructions with one,
 * `x-anthropic-billing-header: cc_version=…; cch=…;`, which is another in each request, so that no prompt would be found in a
 * cache by its beginning (github.com/anthropics/claude-code issue 68900).
 */
const VENDOR_LINES = /^(?:x-anthropic-[\w-]+:[^\n]*(?:\n+|$))+/u;

/** A text of the instructions without lines for Anthropic. */
export function withoutVendorLines(text: string): string {
  return text.replace(VENDOR_LINES, '');
}

/** What every provider takes for a user: OpenAI at most 64 characters, others no punctuation. */
const PLAIN_USER = /^[\w-]{1,64}$/u;

/**
 * The client's user. Claude Code's names the device, the account and the session, in JSON or in a text that is longer than others
 * are: such a one goes as its SHA-256.
 */
export function plainUser(user: string): string {
  return PLAIN_USER.test(user) ? user : createHash('sha256').update(user).digest('hex');
}
