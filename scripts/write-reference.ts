import { readFile, writeFile } from 'node:fs/promises';
import { providersPage } from '../src/config/pages/providers-page.ts';
import { editorSchema, referencePage } from '../src/config/pages/reference.ts';
import { renderErrorsPage } from '../src/dialects/errors/page.ts';
import { rulesPage } from '../simulator/strict/rules-page.ts';
import { finishReasonsTables } from '../src/dialects/finish/page.ts';

/** Writes the pages of docs/ that are made from the code: the configuration, its editors' schema, the errors, the providers, what vendors refuse. */

const docs = new URL('../docs/', import.meta.url);

await writeFile(new URL('CONFIGURATION.md', docs), referencePage());
await writeFile(new URL('sparekey.schema.json', docs), editorSchema());
await writeFile(new URL('ERRORS.md', docs), renderErrorsPage());
await writeFile(new URL('PROVIDERS.md', docs), providersPage());
await writeFile(new URL('VENDOR-RULES.md', docs), rulesPage());
await writeRegion('TRANSLATION.md', 'finish-reasons', finishReasonsTables());

/** Writes a part of a page that is otherwise written by hand: what stands between the two marks of a name. */
async function writeRegion(page: string, name: string, text: string): Promise<void> {
  const [begin, end] = [`<!-- ${name} -->\n`, `\n<!-- /${name} -->`];
  const written = await readFile(new URL(page, docs), 'utf8');
  const [before, after] = [written.indexOf(begin), written.indexOf(end)];
  if (before < 0 || after < before) throw new Error(`${page} has no region ${name}`);
  const changed = `${written.slice(0, before + begin.length)}\n${text}\n${written.slice(after)}`;
  await writeFile(new URL(page, docs), changed);
}
