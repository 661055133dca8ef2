import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { allProviderFacts } from '../../../src/config/pages/provider-facts.ts';
import { providersPage } from '../../../src/config/pages/providers-page.ts';
import { vendorFields } from '../../../src/config/schema/vendor-fields.ts';
import { providerTypes } from '../../../src/catalog/provider-types.ts';

const page = await readFile(new URL('../../../docs/PROVIDERS.md', import.meta.url), 'utf8');

void test('the page of providers is that of the table; `npm run docs` writes it', () => {
  assert.equal(page, providersPage());
});

void test('it has a section for each type, with the options of that type', () => {
  for (const { type, options } of allProviderFacts()) {
    const [, section = ''] = page.split(`\n## \`${type}\`\n`);
    const [own = ''] = section.split('\n## ');
    for (const { name } of options) assert.ok(own.includes(`- \`${name}\` (`), `${type}: ${name}`);
  }
});

void test('each option of vendors is known to a type, and rows name no other', () => {
  const rows = [...providerTypes.values()];
  assert.deepEqual(
    [...new Set(rows.flatMap(({ options = [] }) => options))].toSorted(),
    Object.keys(vendorFields).toSorted(),
  );
  for (const { type, options = [], baseUrlOptions = [], keyOptions, pathsWith = {}, bodyFields = [] } of rows)
    for (const used of [
      ...baseUrlOptions.flatMap(({ option, port }) => [option, ...(port === undefined ? [] : [port.option])]),
      ...(keyOptions === undefined ? [] : keyOptions.parts),
      ...(keyOptions?.optionalPart === undefined ? [] : [keyOptions.optionalPart]),
      ...Object.keys(pathsWith),
      ...bodyFields.flatMap(({ option }) => option ?? []),
    ])
      assert.ok(options.includes(used), `${type}: ${used}`);
});
