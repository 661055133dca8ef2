import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { formatProblem } from '../../../src/config/load/problem.ts';
import { problemsIn } from '../parsing.ts';

/** A text that people write and YAML does not read, or reads otherwise, and what they are told, to the letter. */
const BROKEN: readonly {
  readonly name: string;
  readonly text: string;
  readonly problems: readonly string[];
}[] = [
  {
    name: 'a tab as indentation',
    text: 'providers:\n\t- id: main\n\t  type: openai\n',
    problems: ['2:1: expected spaces for indentation, and no tab, in: - id: …'],
  },
  {
    name: 'a tab in a later line',
    text: 'providers:\n  - id: main\n    type: openai\n    apiTokens:\n      - ${KEY}\n\tfailover: { enabled: true }\n',
    problems: ['6:1: expected spaces for indentation, and no tab, in: failover: { enabled: true }'],
  },
  {
    name: 'a tab behind spaces',
    text: 'providers:\n  - id: main\n  \ttype: openai\n',
    problems: ['3:3: expected spaces for indentation, and no tab, in: type: openai'],
  },
  {
    name: 'no space behind a colon',
    text: 'listen:5397\nproviders:\n  - id: main\n    type: openai\n    apiTokens:\n      - ${KEY}\n',
    problems: ['1:8: expected a space behind the colon (listen: …), in: listen:…'],
  },
  {
    name: 'no space behind the colon of an item',
    text: 'providers:\n  - id:main\n    type: openai\n',
    problems: ['2:8: expected a space behind the colon (id: …), in: - id:…'],
  },
  {
    name: 'no space behind a colon in the middle of a map',
    text: 'providers:\n  - id: main\n    type:openai\n    apiTokens: [k]\n',
    problems: ['3:10: expected a space behind the colon (type: …), in: type:openai'],
  },
  {
    name: 'no space behind a colon in the last line',
    text: 'providers:\n  - id: main\n    type: openai\n    apiTokens:\n      - ${KEY}\nactiveProviderId:main\n',
    problems: ['6:18: expected a space behind the colon (activeProviderId: …), in: activeProviderId:…'],
  },
  {
    name: 'no space behind the colons in braces',
    text: 'providers:\n  - {id:main, type:openai}\n',
    problems: [
      '2:6: providers[0].id: expected a space behind the colon (id: …)',
      '2:15: providers[0].type: expected a space behind the colon (type: …)',
    ],
  },
  {
    name: 'no space behind a dash',
    text: 'providers:\n  -id: main\n   type: openai\n',
    problems: ['2:4: expected a space behind the -, in: -id: …'],
  },
  {
    name: 'a quote that is open to the end',
    text: 'listen: "127.0.0.1:5397\nproviders:\n  - id: main\n    type: openai\n    apiTokens:\n      - ${KEY}\n',
    problems: ['1:9: expected a closing " on the same line for this one, in: listen: "…'],
  },
  {
    name: 'a quote that another one closes',
    text: 'providers:\n  - id: "main\n    type: openai\n    apiTokens: ["sk-a"]\n',
    problems: ['2:9: expected a closing " on the same line for this one, in: - id: "…'],
  },
  {
    name: 'a single quote that is open',
    text: "providers:\n  - id: 'main\n    type: openai\n",
    problems: ["2:9: expected a closing ' on the same line for this one, in: - id: '…"],
  },
  {
    name: 'an apostrophe in single quotes',
    text: "clients:\n  - { name: 'bob's key', key: k }\nproviders:\n  - id: main\n    type: openai\n    apiTokens:\n      - ${KEY}\n",
    problems: [
      "2:18: expected nothing behind the closing '; within such quotes a ' is written '', in: - { name: '… key', key: … }",
    ],
  },
  {
    name: 'text behind a closing quote',
    text: 'providers:\n  - id: "main" one\n    type: openai\n',
    problems: [
      '2:16: expected nothing behind the closing "; within such quotes a " is written \\", in: - id: "…',
    ],
  },
  {
    name: 'an open bracket',
    text: 'providers:\n  - id: main\n    apiTokens: [k, l\n    type: openai\n',
    problems: ['3:16: expected a closing ] for this [, in: apiTokens: […'],
  },
  {
    name: 'an open brace',
    text: 'providers:\n  - id: main\n    failover: { enabled: true\n    type: openai\n',
    problems: ['3:15: expected a closing } for this {, in: failover: { enabled: true'],
  },
  {
    name: 'an open brace at the end',
    text: 'providers:\n  - id: main\n    failover: { enabled: true',
    problems: ['3:15: expected a closing } for this {, in: failover: { enabled: true'],
  },
  {
    name: 'a bracket too many',
    text: 'providers:\n  - id: main\n    apiTokens: [k]]\n    type: openai\n',
    problems: ['3:19: expected no ] here, since nothing is open that it closes, in: apiTokens: […]]'],
  },
  {
    name: 'a brace too many',
    text: 'provider: { type: openai }}\n',
    problems: [
      '1:27: expected no } here, since nothing is open that it closes, in: provider: { type: openai }}',
    ],
  },
  {
    name: 'a brace that closes a bracket',
    text: 'providers:\n  - id: main\n    apiTokens: [k}\n    type: openai\n',
    problems: ['3:18: expected ] in place of }, for the [ before it, in: apiTokens: […}'],
  },
  {
    name: 'no comma between fields in braces',
    text: 'provider: { type: openai apiTokens: [k] }\n',
    problems: [
      '1:26: expected a comma before this (apiTokens: …), in: provider: { type: openai apiTokens: […] }',
    ],
  },
  {
    name: 'no comma between quoted items',
    text: 'provider: { type: openai, apiTokens: ["k" "l"] }\n',
    problems: ['1:43: expected a comma before this, in: provider: { type: openai, apiTokens: ["…"] }'],
  },
  {
    name: 'a field that stands deeper than its neighbour',
    text: 'providers:\n  - id: main\n      type: openai\n',
    problems: [
      '3:7: expected 4 spaces before this, as line 2 has before its field, or no value in line 2, in: type: openai',
    ],
  },
  {
    name: 'a field that stands between two columns',
    text: 'providers:\n  - id: main\n    type: openai\n   apiTokens: [k]\n',
    problems: ['4:4: expected 0, 2 or 4 spaces before this, as lines above it have, in: apiTokens: […]'],
  },
  {
    name: 'a field that stands less deep than its item',
    text: 'providers:\n  - id: main\n    type: openai\n apiTokens: [k]\n',
    problems: ['4:2: expected 0, 2 or 4 spaces before this, as lines above it have, in: apiTokens: […]'],
  },
  {
    name: 'a value above a list',
    text: 'providers: openai\n  - id: main\n',
    problems: ['2:3: expected no value in line 1, if this list is the value, in: - id: …'],
  },
  {
    name: 'a value above deeper fields',
    text: 'providers:\n  - id: main\n    type: openai\n      apiTokens: [k]\n',
    problems: [
      '4:7: expected 4 spaces before this, as line 3 has before its field, or no value in line 3, in: apiTokens: […]',
    ],
  },
  {
    name: 'a first line that is indented',
    text: '  listen: 5397\nproviders:\n  - id: main\n',
    problems: ['2:1: expected 2 spaces before this, as lines above it have, in: providers:'],
  },
  {
    name: 'a field twice',
    text: 'listen: 1\nproviders:\n  - id: main\n    type: openai\n    apiTokens:\n      - ${KEY}\nlisten: 2\n',
    problems: ['7:1: listen: expected once: it is already used on line 1'],
  },
  {
    name: 'a field twice in a provider',
    text: 'providers:\n  - id: main\n    type: openai\n    apiTokens: [a]\n    apiTokens: [b]\n',
    problems: ['5:5: providers[0].apiTokens: expected once: it is already used on line 4'],
  },
  {
    name: 'a field twice in braces',
    text: 'provider: { type: openai, type: groq }\n',
    problems: ['1:27: provider.type: expected once: it is already used on line 1'],
  },
  {
    name: '@ at the start of a value',
    text: 'providers:\n  - id: main\n    type: openai\n    apiTokens:\n      - ${KEY}\nactiveProviderId: @main\n',
    problems: ['6:19: expected quotes around what begins with @, such as "@…", in: activeProviderId: @…'],
  },
  {
    name: '` at the start of a value',
    text: 'providers:\n  - id: main\n    type: openai\n    apiTokens:\n      - ${KEY}\nactiveProviderId: `main`\n',
    problems: ['6:19: expected quotes around what begins with `, such as "`…", in: activeProviderId: `…'],
  },
  {
    name: '* alone in braces',
    text: 'providers:\n  - id: main\n    type: openai\n    apiTokens:\n      - ${KEY}\nroutes:\n  - { model: *, to: [main] }\n',
    problems: ['7:14: expected quotes around what begins with *, such as "*…", in: - { model: *, to: […] }'],
  },
  {
    name: '* alone as a value',
    text: 'providers:\n  - id: main\n    type: openai\n    apiTokens:\n      - ${KEY}\nroutes:\n  - model: *\n    to: [main]\n',
    problems: ['7:12: expected quotes around what begins with *, such as "*…", in: - model: *'],
  },
  {
    name: '* at the start of a pattern',
    text: 'providers:\n  - id: main\n    type: openai\n    apiTokens:\n      - ${KEY}\nroutes:\n  - model: *-mini\n    to: [main]\n',
    problems: ['7:12: expected quotes around what begins with *, such as "*…", or its anchor above'],
  },
  {
    name: '* at the start of a host',
    text: 'providers:\n  - id: main\n    type: openai\n    apiTokens:\n      - ${KEY}\nroutes:\n  - { hosts: [*.example.com], to: [main] }\n',
    problems: ['7:15: expected quotes around what begins with *, such as "*…", or its anchor above'],
  },
  {
    name: '* as a name',
    text: 'providers:\n  - id: main\n    type: openai\n    modelMapping:\n      *: gpt-5\n',
    problems: ['5:7: expected quotes around what begins with *, such as "*…", in: *: …'],
  },
  {
    name: '* as a name in braces',
    text: 'providers:\n  - id: main\n    type: openai\n    modelMapping: { *: gpt-5 }\n',
    problems: ['4:21: expected quotes around what begins with *, such as "*…", in: modelMapping: { *: … }'],
  },
  {
    name: '& at the start of a name',
    text: 'clients:\n  - name: &co\n    key: k\nproviders:\n  - id: main\n    type: openai\n    apiTokens:\n      - ${KEY}\n',
    problems: ['2:14: clients[0].name: expected quotes around what begins with &, such as "&…"'],
  },
  {
    name: '& at the start of a key',
    text: 'clients:\n  - name: web\n    key: &secret-one\nproviders:\n  - id: main\n    type: openai\n    apiTokens:\n      - ${KEY}\n',
    problems: ['3:21: clients[0].key: expected quotes around what begins with &, such as "&…"'],
  },
  {
    name: '& and a space',
    text: 'clients:\n  - name: web\n    key: & x\nproviders:\n  - id: main\n    type: openai\n    apiTokens:\n      - ${KEY}\n',
    problems: ['3:10: expected quotes around what begins with &, such as "&…", in: key: & …'],
  },
  {
    name: '% at the start of a value',
    text: 'clients:\n  - name: web\n    key: %abc\nproviders:\n  - id: main\n    type: openai\n    apiTokens:\n      - ${KEY}\n',
    problems: ['3:10: expected quotes around what begins with %, such as "%…", in: key: %…'],
  },
  {
    name: '% at the start of a line',
    text: '%listen: 1\nproviders:\n  - id: main\n    type: openai\n    apiTokens:\n      - ${KEY}\n',
    problems: ['1:1: expected quotes around what begins with %, such as "%…", in: %listen: …'],
  },
  {
    name: '! at the start of a key',
    text: 'clients:\n  - name: web\n    key: !abc\nproviders:\n  - id: main\n    type: openai\n    apiTokens:\n      - ${KEY}\n',
    problems: ['3:14: expected quotes around what begins with !, such as "!…"'],
  },
  {
    name: 'a colon within a value',
    text: 'clients:\n  - name: team: a\n    key: k\nproviders:\n  - id: main\n    type: openai\n    apiTokens:\n      - ${KEY}\n',
    problems: ['2:11: expected quotes around a text with a colon in it (name: "…"), in: - name: …'],
  },
  {
    name: 'a colon behind a URL',
    text: 'providers:\n  - id: main\n    type: openai\n    baseUrl: https://x/v1 note: here\n',
    problems: ['4:14: expected quotes around a text with a colon in it (baseUrl: "…"), in: baseUrl: …'],
  },
  {
    name: 'a colon in an item of a list',
    text: 'providers:\n  - id: main\n    type: openai\n    apiTokens:\n      - Bearer: sk: x\n',
    problems: ['5:17: expected quotes around a text with a colon in it, in: - …'],
  },
  {
    name: 'a colon at the end of a value',
    text: 'activeProviderId: main:\nproviders:\n  - id: main\n    type: openai\n    apiTokens:\n      - ${KEY}\n',
    problems: [
      '1:19: expected quotes around a text with a colon in it (activeProviderId: "…"), in: activeProviderId: …:',
    ],
  },
  {
    name: 'a backslash in double quotes',
    text: 'state: "sqlite:C:\\data\\spare.db"\nproviders:\n  - id: main\n    type: openai\n    apiTokens:\n      - ${KEY}\n',
    problems: [
      '1:18: expected an escape sequence of YAML (in single quotes a backslash is only itself), in: state: "…"',
    ],
  },
  {
    name: 'no colon in the first line',
    text: 'listen 5397\nproviders:\n  - id: main\n    type: openai\n    apiTokens:\n      - ${KEY}\n',
    problems: ['1:7: expected a colon, a space and a value behind the name (listen: …), in: listen …'],
  },
  {
    name: 'no colon in the middle of a map',
    text: 'providers:\n  - id: main\n    type openai\n    apiTokens: [k]\n',
    problems: ['3:9: expected a colon, a space and a value behind the name (type: …), in: type openai'],
  },
  {
    name: 'a name alone',
    text: 'providers:\n  - id: main\n    type: openai\n    apiTokens:\n      - ${KEY}\nactiveProviderId\n',
    problems: [
      '6:17: expected a colon, a space and a value behind the name (activeProviderId: …), in: activeProviderId',
    ],
  },
  {
    name: 'a comment of another language',
    text: '{\n  // comment\n  "providers": []\n}\n',
    problems: [
      '1:1: providers: expected at least one provider, or provider: { type: openai, apiTokens: [KEY] }',
      '2:3: expected # before a comment',
    ],
  },
  {
    name: 'text behind |',
    text: 'clients:\n  - name: | web\n    key: k\nproviders:\n  - id: main\n    type: openai\n    apiTokens:\n      - ${KEY}\n',
    problems: ['2:11: expected quotes around what begins with |, such as "|…", in: - name: | …'],
  },
  {
    name: 'no space before a comment',
    text: 'clients:\n  - name: "web"#x\n    key: k\nproviders:\n  - id: main\n    type: openai\n    apiTokens:\n      - ${KEY}\n',
    problems: [
      '2:16: expected a space before the # of a comment, or quotes around all of the value, in: - name: "…',
    ],
  },
  {
    name: 'a field among items',
    text: 'providers:\n  - id: main\n    type: openai\n  activeProviderId: main\n',
    problems: [
      '4:3: expected "- " before this, or another indentation, as the lines above at this one are items of a list, in: activeProviderId: …',
    ],
  },
  {
    name: 'an item among fields',
    text: 'listen: 1\n- id: main\n',
    problems: [
      '2:1: expected a field here, and no item of a list, as the lines above at this indentation are fields, in: - id: …',
    ],
  },
  {
    name: 'a reference that is open',
    text: 'providers:\n  - id: main\n    type: openai\n    apiTokens: [${KEY]\n',
    problems: ['4:17: expected a closing } for this ${, in: apiTokens: [${…]'],
  },
  {
    name: 'a brace too many behind a reference',
    text: 'providers:\n  - id: main\n    type: openai\n    apiTokens: [${KEY}}]\n',
    problems: ['4:23: expected ] in place of }, for the [ before it, in: apiTokens: [${KEY}}]'],
  },
  {
    name: '= in place of a colon',
    text: 'listen = 5397\nproviders:\n  - id: main\n    type: openai\n    apiTokens:\n      - ${KEY}\n',
    problems: ['1:8: expected a colon in place of = (listen: …), in: listen = …'],
  },
  {
    name: 'white space that is none to YAML',
    text: 'providers:\n  - id: main\n',
    problems: [
      '1:11: providers: expected a list of providers',
      '2:1: expected plain spaces for indentation, and no other white space',
    ],
  },
  {
    name: 'marks of a merge conflict',
    text: '<<<<<<< HEAD\nproviders:\n  - id: main\n    type: openai\n    apiTokens:\n      - ${KEY}\n=======\nproviders:\n  - id: main\n    type: openai\n    apiTokens:\n      - ${KEY}\n>>>>>>> b\n',
    problems: ['1:1: expected one version alone: these are the marks of a merge conflict, in: <<<<<<< …'],
  },
  {
    name: 'text behind ---',
    text: 'provider: { type: openai }\n--- x: 1\n',
    problems: ['2:5: expected a new line behind ---, which begins another document, in: --- …'],
  },
  {
    name: 'a template in braces',
    text: 'clients:\n  - name: {{ name }}\n    key: k\nproviders:\n  - id: main\n    type: openai\n    apiTokens:\n      - ${KEY}\n',
    problems: ['2:12: clients[0].name: expected quotes around what begins with {, such as "{…"'],
  },
];

void describe('a broken file is told by its first mistake', () => {
  for (const { name, text, problems } of BROKEN)
    void test(name, () => {
      const found = problemsIn(text, { env: { KEY: 'sk-1234' } });
      assert.deepEqual(
        found.map((problem) => formatProblem(problem)),
        problems,
      );
    });
});

void test('line ends of Windows make no difference', () => {
  for (const { text } of BROKEN) {
    const [one] = problemsIn(text);
    const [other] = problemsIn(text.replaceAll('\n', '\r\n'));
    assert.deepEqual(other, one, text);
  }
});

void test('of the line that is shown only known words are', () => {
  const [problem] = problemsIn(
    'admin:\n  token: "hunter2 secret!word sk-abc 12345 ${TOKEN} ${aB3}\n  listen 5',
  );
  assert.equal(problem?.lineText, 'token: "… ${TOKEN} ${…}');
});
