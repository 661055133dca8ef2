import type { Signs } from '../../dialects/scan/body-signs.ts';
import { anthropicHistory, anthropicSigns } from './anthropic-history.ts';
import { chatHistory, chatSigns } from './chat-history.ts';
import type { ChatReader } from './chat-history.ts';
import { geminiHistory, geminiSigns } from './gemini-history.ts';
import { responsesHistory, responsesSigns } from './responses-history.ts';
import { vendorSigns, withoutVendorWords } from './vendor-words.ts';
import type { WordsVendor } from './vendor-words.ts';

/** Who reads a body of the client's own dialect, as far as it refuses anything. Plain data: it goes to other threads. */
export interface BodyReader {
  readonly history: HistoryReader | undefined;
  /** The vendor for whom the client means words that this reader is not to see. */
  readonly vendor: WordsVendor | undefined;
}

/** Who reads a conversation, by its dialect. */
export type HistoryReader =
  | { readonly dialect: 'anthropic-messages'; readonly isClaude: boolean }
  | { readonly dialect: 'openai-responses'; readonly isOpenai: boolean }
  | ({ readonly dialect: 'openai-chat' } & ChatReader)
  | { readonly dialect: 'gemini-generate'; readonly wantsSignedCalls: boolean };

/**
 * What passes through to a provider of the client's own dialect, without what other providers' answers left in the
 * conversation and this one refuses: what the gateway packed for another family, and reasoning that it cannot read; and without
 * what the client means for another vendor. What was packed for its own family is unpacked. Each edit depends on the part that it
 * changes alone, so that it is the same in every turn and prompts stay cached.
 *
 * @returns the very same bytes where nothing has to change
 */
export function readableBody(body: Buffer, { history, vendor }: BodyReader): Buffer {
  const readable = history === undefined ? body : readableHistory(body, history);
  return vendor === undefined ? readable : withoutVendorWords(readable, vendor);
}

/** A body that shows none of them has nothing that is changed. */
export function signsFor({ history, vendor }: BodyReader): Signs {
  const signs = [
    ...(history === undefined ? [] : [historySigns(history)]),
    ...(vendor === undefined ? [] : [vendorSigns(vendor)]),
  ];
  return {
    words: signs.flatMap(({ words }) => words),
    types: signs.flatMap(({ types }) => types),
  };
}

function readableHistory(body: Buffer, reader: HistoryReader): Buffer {
  switch (reader.dialect) {
    case 'anthropic-messages':
      return anthropicHistory(body, reader.isClaude);
    case 'openai-responses':
      return responsesHistory(body, reader.isOpenai);
    case 'openai-chat':
      return chatHistory(body, reader);
    case 'gemini-generate':
      return geminiHistory(body, reader.wantsSignedCalls);
  }
}

function historySigns(reader: HistoryReader): Signs {
  switch (reader.dialect) {
    case 'anthropic-messages':
      return anthropicSigns(reader.isClaude);
    case 'openai-responses':
      return responsesSigns(reader.isOpenai);
    case 'openai-chat':
      return chatSigns(reader);
    case 'gemini-generate':
      return geminiSigns(reader.wantsSignedCalls);
  }
}
