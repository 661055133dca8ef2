import { readFile, writeFile } from 'node:fs/promises';
import { rulesPage } from '../simulator/strict/rules-page.ts';
import { providersPage } from '../src/config/pages/providers-page.ts';
import { editorSchema, pluginOptionsPage, referencePage } from '../src/config/pages/reference.ts';
import { renderErrorsPage } from '../src/dialects/errors/page.ts';
import { renderOperationsPage } from '../src/dialects/operations/page.ts';
import { translationPage } from './translation-page.ts';

/**
 * Writes the pages of docs/ that are made from the code: the configuration, its editors' schema, the errors, the
 * providers, vendors' own operations, what vendors refuse, the tables of translation.
 */

const docs = new URL('../docs/', import.meta.url);

await writeFile(new URL('CONFIGURATION.md', docs), referencePage());
await writeFile(new URL('PLUGIN-OPTIONS.md', docs), pluginOptionsPage());
await writeFile(new URL('sparekey.schema.json', docs), editorSchema());
await writeFile(new URL('ERRORS.md', docs), renderErrorsPage());
await writeFile(new URL('PROVIDERS.md', docs), providersPage());
await writeFile(new URL('OPERATIONS.md', docs), renderOperationsPage());
await writeFile(new URL('VENDOR-RULES.md', docs), rulesPage());

const translation = new URL('TRANSLATION.md', docs);
await writeFile(translation, translationPage(await readFile(translation, 'utf8')));
