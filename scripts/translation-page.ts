import { modelsTable } from '../src/config/pages/models-table.ts';
import { finishReasonsTables } from '../src/dialects/finish/page.ts';
import { conversationTables } from '../src/translate/provider/conversation/rules-tables.ts';

/** The parts of docs/TRANSLATION.md that are made from the code, by the names of the marks around them. */
const REGIONS = {
  'finish-reasons': finishReasonsTables,
  models: modelsTable,
  conversations: conversationTables,
} as const;

/** The page with these parts as they should be; the rest is written by hand. Throws where it lacks the marks of one. */
export function translationPage(written: string): string {
  let page = written;
  for (const [name, text] of Object.entries(REGIONS)) page = withRegion(page, name, text());
  return page;
}

function withRegion(page: string, name: string, text: string): string {
  const [begin, end] = [`<!-- ${name} -->\n`, `\n<!-- /${name} -->`];
  const [before, after] = [page.indexOf(begin), page.indexOf(end)];
  if (before < 0 || after < before) throw new Error(`the page has no region ${name}`);
  return `${page.slice(0, before + begin.length)}\n${text}\n${page.slice(after)}`;
}
