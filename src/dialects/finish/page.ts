import { FINISH_MEANINGS, finishRows, finishWords } from './finish-reasons.ts';
import type { FinishMeaning } from './finish-reasons.ts';

/** The tables of finish reasons, for the page on translation, in Markdown. */
export function finishReasonsTables(): string {
  const words = FINISH_MEANINGS.map((meaning) => {
    const { chat, anthropic, responses, gemini } = finishWords[meaning];
    return row([meaning, vendorWords(meaning), code(chat), code(responses), code(anthropic), code(gemini)]);
  });
  const sources = finishRows.map(({ vendor, source, date }) => `[${vendor}](https://${source}) (${date})`);
  return [
    row(['means', 'words of the vendors', 'chats', 'responses', 'Anthropic', 'Gemini']),
    row(['---', '---', '---', '---', '---', '---']),
    ...words,
    '',
    `Documented at ${sources.join(', ')}; the dates are those by which the words were known.`,
  ].join('\n');
}

function vendorWords(meaning: FinishMeaning): string {
  const words = new Set(finishRows.flatMap((each) => each.words[meaning] ?? []));
  return [...words].map(code).join(', ');
}

function code(word: string): string {
  return `\`${word}\``;
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}
