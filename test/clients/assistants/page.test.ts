import assert from 'node:assert/strict';
import { test } from 'node:test';
import { read } from '../../house/files.ts';
import { ASSISTANTS } from './assistants.ts';

const PAGE = read('docs/ASSISTANTS.md');
const ACCESS = { url: 'http://127.0.0.1:5397', key: 'KEY' };

/** The text of the blocks of a language in a section of the page. */
function blocksOf(title: string, language: string): readonly string[] {
  const section = PAGE.split(/^## /mu).find((each) => each.startsWith(`${title}\n`)) ?? '';
  const blocks = section.matchAll(new RegExp(`^\`\`\`${language}\n(?<text>.*?)^\`\`\`$`, 'gmsu'));
  return [...blocks].map(({ groups }) => groups?.['text'] ?? '');
}

for (const { title, version, setup } of ASSISTANTS)
  void test(`the page has for ${title} what the script sets up`, () => {
    const { env, files } = setup(ACCESS);
    const exports = Object.entries(env).map(([name, value]) => `export ${name}=${value}\n`);
    assert.deepEqual(blocksOf(title, 'sh'), [exports.join('')]);
    for (const [path, text] of Object.entries(files)) {
      assert.ok(PAGE.includes(`\`~/${path}\``), path);
      if (path.endsWith('.json')) {
        const [block = ''] = blocksOf(title, 'json');
        assert.deepEqual(JSON.parse(block), JSON.parse(text));
      } else {
        assert.deepEqual(blocksOf(title, 'toml'), [text]);
      }
    }
    assert.ok(PAGE.includes(`Tried with ${version}.`), version);
  });
