import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { promisify } from 'node:util';
import { loadConfig } from '../../../src/config/load/load.ts';
import type { LoadResult } from '../../../src/config/load/load.ts';
import { formatProblem } from '../../../src/config/load/problem.ts';
import { describeConfig } from '../../../src/config/pages/describe.ts';
import { folderFor } from '../../support/folder.ts';

const SECRET = 'sk-from-a-file-0123456789abcdef';

interface Files {
  readonly folder: string;
  /** Loads a configuration that stands in the folder. */
  readonly load: (text: string, env?: NodeJS.ProcessEnv) => Promise<LoadResult>;
}

/** A folder with files of these names and contents. */
async function folderWith(
  context: TestContext,
  files: Readonly<Record<string, string | Buffer>>,
): Promise<Files> {
  const folder = await folderFor(context);
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
  const path = join(folder, 'sparekey.yaml');
  return {
    folder,
    load: async (text, env = {}) => {
      await writeFile(path, text);
      return await loadConfig(path, env);
    },
  };
}

function problemsOf(result: LoadResult): readonly string[] {
  assert.ok(!result.ok, 'accepted');
  return result.problems.map((problem) => formatProblem(problem));
}

function tokensOf(result: LoadResult): readonly string[] {
  assert.ok(result.ok, result.ok ? '' : problemsOf(result).join('\n'));
  return result.config.providers.flatMap(({ apiTokens }) => apiTokens.map(({ key }) => key.reveal()));
}

void test('a file stands in any value, by a path from the folder of the configuration or an absolute one', async (context) => {
  const { folder, load } = await folderWith(context, {
    key: `${SECRET}\n`,
    windows: 'sk-windows\r\n',
    bare: 'sk-bare',
    host: 'files.example\n',
    count: '7\n',
    admin: 'an-admin-token\n',
  });
  const result = await load(
    `admin: { token: \${file:./admin} }
clients: [{ name: web, key: "x\${file:bare}x" }]
provider:
  type: openai
  baseUrl: https://\${file:host}/v1
  failover: { enabled: true, failureThreshold: \${file:count}, healthCheckModel: m }
  apiTokens: [\${file:${join(folder, 'key')}}, '\${file:windows}', { key: "\${NAME}\${file:bare}" }]
`,
    { NAME: 'sk-variable-' },
  );
  assert.deepEqual(tokensOf(result), [SECRET, 'sk-windows', 'sk-variable-sk-bare']);
  assert.ok(result.ok);
  const { admin, clients, providers } = result.config;
  assert.equal(admin.token?.reveal(), 'an-admin-token');
  assert.equal(clients?.[0]?.key.reveal(), 'xsk-barex');
  assert.equal(providers[0]?.baseUrl, 'https://files.example/v1');
  assert.equal(providers[0].failover.failureThreshold, 7);
  const shown = [...describeConfig(result.config), JSON.stringify(result.config)].join('\n');
  assert.doesNotMatch(shown, new RegExp(SECRET));
  // Each is watched.
  assert.equal(result.files.length, 7);
});

void test('what a file holds is text: it brings no references, no options, and only its last newline goes', async (context) => {
  const { load } = await folderWith(context, {
    reference: '${HOME}${file:other}$${x}',
    list: '[a,b]',
    lines: 'one\n\n',
  });
  const names = ['reference', 'list', 'lines'].map((name) => `{ key: ${name}, name: "\${file:${name}}" }`);
  const named = await load(`provider: { type: openai, apiTokens: [${names.join(', ')}] }`);
  assert.ok(named.ok, named.ok ? '' : problemsOf(named).join('\n'));
  assert.deepEqual(
    named.config.providers[0]?.apiTokens.map(({ name }) => name),
    ['${HOME}${file:other}$${x}', '[a,b]', 'one\n'],
  );
});

void test('a doubled dollar keeps the reference, and one in a comment or a name reads nothing', async (context) => {
  const { folder, load } = await folderWith(context, { key: SECRET });
  const result = await load(`# apiTokens: [\${file:gone}, \${file:key}]
provider:
  type: openai
  modelMapping: { a: $\${file:gone}, "\${file:gone}": b }
`);
  assert.ok(result.ok, result.ok ? '' : problemsOf(result).join('\n'));
  const expected = { a: '${file:gone}', '${file:gone}': 'b' };
  assert.deepEqual(result.config.providers[0]?.modelMapping, expected);
  assert.deepEqual(result.files, [join(folder, 'sparekey.yaml')]);
});

void test('what is wrong with a file is said where it is named, with its path and without its content', async (context) => {
  const { folder, load } = await folderWith(context, {
    empty: '\n',
    nul: `${SECRET}\0`,
    latin1: Buffer.from([0x73, 0x6b, 0xe9]),
    large: 'x'.repeat(1024 * 1024 + 1),
    words: `${SECRET} ${SECRET}`,
  });
  await mkdir(join(folder, 'folder'));
  await promisify(execFile)('mkfifo', [join(folder, 'pipe')]);
  const names = ['gone', 'empty', 'nul', 'latin1', 'large', 'folder', 'pipe', 'words', '', 'a{b'];
  const tokens = names.map((name) => `    - "\${file:${name}}"\n`).join('');
  const problems = problemsOf(await load(`provider:\n  type: openai\n  apiTokens:\n${tokens}`));
  const at = (name: string): string => join(folder, name);
  const expected = [
    `the file ${at('gone')}, which does not exist`,
    `something in the file ${at('empty')}, which is empty`,
    `text in UTF-8 and without NUL in the file ${at('nul')}`,
    `text in UTF-8 and without NUL in the file ${at('latin1')}`,
    `a file at ${at('large')}, which is larger than 1MiB`,
    `a file at ${at('folder')}, which is a directory`,
    `a file at ${at('pipe')}, which is no regular file`,
    `a token of printable ASCII characters without spaces, as a header can carry it`,
    `the name of an environment variable, or file: and a path without spaces, between \${ and }`,
    `the name of an environment variable, or file: and a path without spaces, between \${ and }, or $\${ for the two characters themselves`,
  ];
  assert.deepEqual(
    problems,
    expected.map((each, index) => {
      const is = names[index] === 'words' ? ' is [secret]' : '';
      return `${index + 4}:7: provider.apiTokens[${index}]${is}: expected ${each}`;
    }),
  );
});

void test('a file that this user may not read is named with its mode, its owner and the user', async (context) => {
  const { folder, load } = await folderWith(context, { key: SECRET });
  const text = 'provider: { type: openai, apiTokens: ["${file:key}"] }';
  await load(text);
  await chmod(folder, 0o711);
  await chmod(join(folder, 'sparekey.yaml'), 0o644);
  await chmod(join(folder, 'key'), 0);
  const asNobody = async (): Promise<readonly string[]> => {
    // Root may read everything.
    const isRoot = process.geteuid?.() === 0;
    if (isRoot) process.seteuid?.(65_534);
    try {
      return problemsOf(await loadConfig(join(folder, 'sparekey.yaml'), {}));
    } finally {
      if (isRoot) process.seteuid?.(0);
    }
  };
  const where = `1:39: provider.apiTokens[0]: expected the file ${join(folder, 'key')}, `;
  const [problem = ''] = await asNobody();
  assert.ok(problem.startsWith(where), problem);
  assert.match(
    problem,
    /which user (\S+ \()?uid \d+\)? may not read: its mode is 0000 and its owner uid \d+, gid \d+$/,
  );
});

void test('a file that is to come is watched, and so is what a link leads to', async (context) => {
  const { folder, load } = await folderWith(context, {});
  // As Kubernetes mounts a secret.
  await mkdir(join(folder, '..1'));
  await writeFile(join(folder, '..1', 'key'), SECRET);
  await symlink('..1', join(folder, '..data'));
  await symlink('..data/key', join(folder, 'key'));
  const text = 'provider: { type: openai, apiTokens: ["${file:key}", "${file:late}"] }';
  const refused = await load(text);
  assert.equal(problemsOf(refused).length, 1);
  const files = ['sparekey.yaml', 'key', 'late'].map((name) => join(folder, name));
  assert.deepEqual(refused.files, files);
  await writeFile(join(folder, 'late'), 'sk-late');
  assert.deepEqual(tokensOf(await load(text)), [SECRET, 'sk-late']);
});
