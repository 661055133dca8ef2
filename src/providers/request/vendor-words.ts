import type { Vendor } from '../../catalog/row.ts';
import { familyOf } from '../../dialects/operations/operation.ts';
import type { Dialect } from '../../dialects/operations/operation.ts';
import {
  jsonOf,
  memberStarts,
  rewriteItems,
  rewriteMembers,
  rewriteRoot,
  wholeStringAt,
} from '../../dialects/scan/json-rewrite.ts';
import type { Rewritten } from '../../dialects/scan/json-rewrite.ts';
import { plainUser, withoutVendorLines } from '../../translate/client/anthropic/vendor-words.ts';

/*
 * What clients write into bodies for their vendor, and what reaches no other: as `catalog/passed-headers.ts` has it for headers.
 */

/**
 * A body as another vendor is sent it that speaks the client's dialect. Costs a search for a word or two where there is nothing
 * of that in it.
 * @param vendor - whose own API it is; undefined where it is that of none
 */
export function withoutVendorWords(body: Buffer, dialect: Dialect, vendor: Vendor | undefined): Buffer {
  switch (familyOf(dialect)) {
    case 'anthropic':
      return vendor === 'anthropic' ? body : withoutAnthropicWords(body);
    case 'openai':
      return vendor === 'openai' ? body : withoutOpenaiWords(body);
    default:
      return body;
  }
}

/** Codex names its installation and its session there (github.com/openai/codex, codex-rs/core/src/client.rs). */
const CLIENT_METADATA = Buffer.from('"client_metadata"');

function withoutOpenaiWords(body: Buffer): Buffer {
  if (!body.includes(CLIENT_METADATA)) return body;
  return rewriteRoot(body, (name) => (name === 'client_metadata' ? 'removed' : 'kept'));
}

const LINE = Buffer.from('x-anthropic-');
const USER = Buffer.from('"user_id"');

function withoutAnthropicWords(body: Buffer): Buffer {
  if (!body.includes(LINE) && !body.includes(USER)) return body;
  return rewriteRoot(body, (name, at) => {
    switch (name) {
      case 'system':
        return readableSystem(body, at);
      case 'metadata':
        return rewriteMembers(body, at, (member, value) =>
          member === 'user_id' ? rewriteText(body, value, plainUser) : 'kept',
        );
      default:
        return 'kept';
    }
  });
}

function readableSystem(body: Buffer, system: number): Rewritten {
  const whole = rewriteText(body, system, withoutVendorLines);
  if (whole !== 'kept') return isBlank(whole) ? 'removed' : whole;
  const blocks = rewriteItems(body, system, (block) => {
    const text = memberStarts(body, block).get('text');
    if (text !== undefined && isBlank(rewriteText(body, text, withoutVendorLines))) return 'removed';
    return rewriteMembers(body, block, (name, at) =>
      name === 'text' ? rewriteText(body, at, withoutVendorLines) : 'kept',
    );
  });
  return Buffer.isBuffer(blocks) && blocks.equals(NO_BLOCKS) ? 'removed' : blocks;
}

const NO_BLOCKS = Buffer.from('[]');

function isBlank(text: Rewritten): boolean {
  return Buffer.isBuffer(text) && text.equals(NO_TEXT);
}

const NO_TEXT = Buffer.from('""');

function rewriteText(body: Buffer, at: number, change: (text: string) => string): Rewritten {
  const text = wholeStringAt(body, at);
  if (text === undefined) return 'kept';
  const changed = change(text);
  return changed === text ? 'kept' : jsonOf(changed);
}
