import assert from 'node:assert/strict';
import { posix } from 'node:path';
import { test } from 'node:test';
import { matching, read } from './files.ts';
import { identifiersIn } from './identifiers.ts';

/**
 * Words that stood for something the field has a word for, and which: in no name of a file, a folder or an identifier,
 * alone or beside others (`near side` is `nearSide`, `NEAR_SIDES` and `near-side.ts`). An `*` stands for any ending.
 * Prose is not looked at.
 */
const REPLACED: ReadonlyMap<string, string> = new Map([
  ['far side*', 'provider codec'],
  ['fleet sense', 'correlated failures'],
  ['lead of', 'conversation prefix'],
  ['near side*', 'client codec'],
  ['near stream*', 'client stream encoder'],
  ['owners way', 'owner route'],
  ['sole way', 'pinned route'],
  ['waiting room*', 'key queues'],
  ['likeness', 'fingerprint'],
  ['mend', 'patch'],
  ['mishap', 'fault'],
  ['outlet', 'backpressured writer'],
  ['passage', 'push-to-pull'],
  ['retell', 'translate'],
  ['retells', 'translates'],
  ['shelf', 'object store'],
  ['sight', 'frame kind'],
  ['story', 'trace'],
  ['tale', 'description'],
  ['visit', 'target state'],
  ['wire', 'provider adapter'],
  ['wires', 'provider adapters'],
]);

/** Names of types that are too short to tell what they are of; as parts of longer names they are good words. */
const REPLACED_TYPES: ReadonlyMap<string, string> = new Map([
  ['Aside', 'KeyHint'],
  ['Begun', 'PackageCall'],
  ['Carried', 'OpaqueState'],
  ['Doors', 'ListAccess'],
  ['Fate', 'Disposition'],
  ['Lane', 'ThreadPool'],
  ['Line', 'InterceptedFetch'],
  ['Maker', 'Owner'],
  ['Manner', 'ProviderQuirks'],
  ['Met', 'RouteProgress'],
  ['Pace', 'RateLimiter'],
  ['Patience', 'FirstOutputStats'],
  ['Prospect', 'ChoicePreview'],
  ['Reply', 'ResponseWriter'],
  ['Retold', 'ResponseTranslator'],
  ['Stage', 'Testbed'],
  ['Taken', 'Prepared'],
  ['Taker', 'Preparer'],
  ['Telling', 'ClientFailure'],
  ['Ticket', 'Waiter'],
  ['Told', 'ClientFailure'],
  ['Turn', 'NextBehaviour'],
  ['UnderWay', 'InFlight'],
  ['Unread', 'LingeringClose'],
  ['Voice', 'VendorErrors'],
  ['Wishes', 'ExtraOptions'],
]);

const SOURCES = matching('{src,simulator,test,bench,scripts}/**/*.ts');

void test('no identifier has a word that the field says otherwise', () => {
  assert.deepEqual(
    SOURCES.flatMap((path) =>
      identifiersIn(read(path)).flatMap(({ line, name }) => {
        const better = REPLACED_TYPES.get(name) ?? replacementFor(name);
        return better === undefined ? [] : [`${path}:${line}: ${name} (${better})`];
      }),
    ),
    [],
  );
});

void test('no file and no folder is called by such a word', () => {
  assert.deepEqual(
    SOURCES.flatMap((path) =>
      path.split('/').flatMap((name) => {
        const better = replacementFor(posix.basename(name, '.ts'));
        return better === undefined ? [] : [`${path} (${better})`];
      }),
    ),
    [],
  );
});

void test('the names in a source are found, and not what stands in texts, comments and expressions', () => {
  const source = [
    '// nearSide',
    "const one = 'nearSide'; /* nearSide */",
    'const pattern = /nearSide["\'`]/u;',
    'const text = `nearSide ${two({ three: `${four} nearSide` })} nearSide`;',
    'const five = six / seven / 8;',
    '/** nearSide */',
    'this.#nine = value;',
  ].join('\n');
  assert.deepEqual(
    identifiersIn(source).map(({ line, name }) => `${line} ${name}`),
    ['2 const', '2 one', '3 const', '3 pattern', '4 const', '4 text', '4 two', '4 three', '4 four'].concat([
      '5 const',
      '5 five',
      '5 six',
      '5 seven',
      '7 this',
      '7 #nine',
      '7 value',
    ]),
  );
});

void test('a replaced word is found in every way to write a name', () => {
  for (const name of ['nearSideOf', 'NEAR_SIDE', '#nearSides', 'near-side.test', 'ANearSide']) {
    assert.equal(replacementFor(name), 'client codec', name);
  }
  for (const name of ['linearSide', 'nearest', 'insight', 'history']) {
    assert.equal(replacementFor(name), undefined, name);
  }
});

/** What the field calls what a name has a replaced word for; undefined where it has none. */
function replacementFor(name: string): string | undefined {
  const words = ` ${name
    .replaceAll(/(?<=[a-z\d])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|[^A-Za-z\d]+/g, ' ')
    .toLowerCase()} `;
  const found = [...REPLACED].find(([each]) =>
    each.endsWith('*') ? words.includes(` ${each.slice(0, -1)}`) : words.includes(` ${each} `),
  );
  return found?.[1];
}
