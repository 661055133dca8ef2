import { showsSign } from '../../dialects/scan/body-signs.ts';
import type { Signs } from '../../dialects/scan/body-signs.ts';
import {
  jsonOf,
  memberStarts,
  rewriteItems,
  rewriteMembers,
  rewriteRoot,
  wholeStringAt,
} from '../../dialects/scan/json-rewrite.ts';
import type { Rewritten } from '../../dialects/scan/json-rewrite.ts';
import { plainUser, withoutVendorLines } from '../client/anthropic/vendor-words.ts';

/*
 * What clients write into bodies for their vendor, and what reaches no other: as `catalog/passed-headers.ts` has it for headers.
 */

/** A vendor whose clients do that. */
export type WordsVendor = 'anthropic' | 'openai';

const SIGNS: Readonly<Record<WordsVendor, Signs>> = {
  anthropic: { words: [Buffer.from('x-anthropic-'), Buffer.from('"user_id"')], types: [] },
  // Codex names its installation and its session there (github.com/openai/codex, codex-rs/core/src/client.rs).
  openai: { words: [Buffer.from('"client_metadata"')], types: [] },
};

/** What shows that a body may be changed here. */
export function vendorSigns(vendor: WordsVendor): Signs {
  return SIGNS[vendor];
}

/** A body as another vendor is sent it that speaks the client's dialect, without what the client means for its own. */
export function withoutVendorWords(body: Buffer, vendor: WordsVendor): Buffer {
  if (!showsSign(body, SIGNS[vendor])) return body;
  return vendor === 'anthropic' ? withoutAnthropicWords(body) : withoutOpenaiWords(body);
}

function withoutOpenaiWords(body: Buffer): Buffer {
  return rewriteRoot(body, (name) => (name === 'client_metadata' ? 'removed' : 'kept'));
}

function withoutAnthropicWords(body: Buffer): Buffer {
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
