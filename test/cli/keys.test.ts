import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { gatewayFor } from '../support/gateway.ts';
import { ask } from '../support/http.ts';
import type { TestGatewayOptions } from '../support/gateway.ts';
import { rawAnswer, rawUpstream } from '../support/raw-upstream.ts';
import { finished } from './tools.ts';
import { until } from '../support/until.ts';
import { folderFor } from '../support/folder.ts';

const GOOD = 'sk-good-0123456789abcdef-good';
const DEAD = 'sk-dead-0123456789abcdef-dead';
const TOKEN = 'admin-token-0123456789';

const pool: TestGatewayOptions = {
  provider: { apiTokens: [{ key: GOOD, name: 'team-a' }, DEAD] },
  behaviours: { [DEAD]: [{ kind: 'invalid-key' }] },
};

void test('keys list prints a table of every key', async (context) => {
  const { adminUrl, keyOf } = await gatewayFor(context, pool);
  const { code, stdout } = await finished(context, ['keys', 'list', '--admin', adminUrl]);
  assert.equal(code, 0);
  const [headings, ...rows] = stdout.split('\n').map((line) => line.split(/ {2,}/));
  assert.deepEqual(headings, ['NAME', 'PROVIDER', 'ID', 'HINT', 'STATE', 'NEXT TRY', 'REASON']);
  assert.deepEqual(rows.slice(0, 2), [
    ['team-a', 'sim', (await keyOf(GOOD)).id, '…good', 'in service', '-', '-'],
    ['-', 'sim', (await keyOf(DEAD)).id, '…dead', 'in service', '-', '-'],
  ]);
  assert.match(stdout, /\n\n2 keys: 2 in service\n$/);
});

void test('keys list --json prints what the admin API answers', async (context) => {
  const { adminUrl, keys } = await gatewayFor(context, pool);
  const { stdout } = await finished(context, ['keys', 'list', '--json', '--admin', adminUrl]);
  assert.deepEqual(JSON.parse(stdout), { keys: await keys() });
});

void test('keys list --provider prints the keys of one provider', async (context) => {
  const { adminUrl } = await gatewayFor(context, pool);
  const known = await finished(context, ['keys', 'list', '--provider', 'sim', '--admin', adminUrl]);
  assert.match(known.stdout, /2 keys/);
  const unknown = await finished(context, ['keys', 'list', '--provider', 'none', '--admin', adminUrl]);
  assert.equal(unknown.code, 1);
  assert.match(unknown.stderr, /^There is no provider with this id\. \(unknown_provider\)\n$/);
});

void test('a key is disabled, enabled and checked by its id', async (context) => {
  const { adminUrl, keyOf } = await gatewayFor(context, pool);
  const { id } = await keyOf(GOOD);
  const disabled = await finished(context, ['keys', 'disable', id, '--admin', adminUrl]);
  assert.deepEqual([disabled.code, disabled.stdout], [0, `${id} (team-a) of sim is disabled.\n`]);
  assert.equal((await keyOf(GOOD)).state, 'disabled');
  const enabled = await finished(context, ['keys', 'enable', id, '--admin', adminUrl]);
  assert.deepEqual([enabled.code, enabled.stdout], [0, `${id} (team-a) of sim is in service.\n`]);
  assert.equal((await keyOf(GOOD)).state, 'in-service');

  const passed = await finished(context, ['keys', 'probe', id, '--admin', adminUrl]);
  assert.equal(passed.code, 0);
  assert.match(passed.stdout, /^The check of \S+ passed: ok, status 200, \d+ ms\n$/);
  const { id: dead } = await keyOf(DEAD);
  const failed = await finished(context, ['keys', 'probe', dead, '--admin', adminUrl]);
  assert.equal(failed.code, 1);
  assert.match(
    failed.stderr,
    /^The check of \S+ failed: key_dead \(openai\.key-invalid\), status 401, \d+ ms\n$/,
  );
  const list = await finished(context, ['keys', 'list', '--admin', adminUrl]);
  assert.match(list.stdout, /…dead +out of service +in \S+ +refused by the provider/);
  assert.match(list.stdout, /2 keys: 1 out of service \(1 refused\), 1 in service/);

  const unknown = await finished(context, ['keys', 'disable', 'none', '--admin', adminUrl]);
  assert.deepEqual(
    [unknown.code, unknown.stderr],
    [1, 'No key has the id or the name none, or one that begins so. `sparekey keys list` shows them.\n'],
  );
});

void test('each command takes a name or a beginning, and records who acted and why', async (context) => {
  const { adminUrl, keyOf, logs } = await gatewayFor(context, pool);
  const { id } = await keyOf(GOOD);
  const keys = (...args: string[]) =>
    finished(context, ['keys', ...args, '--admin', adminUrl], { env: { SPAREKEY_OPERATOR: 'Zoë' } });

  const disabled = await keys('disable', 'TEAM', '--reason', 'seen in a repository');
  assert.deepEqual([disabled.code, disabled.stdout], [0, `${id} (team-a) of sim is disabled.\n`]);
  const list = await keys('list', '--state', 'disabled');
  assert.match(list.stdout, /^team-a .* disabled +- +disabled by hand by Zoë: seen in a repository$/m);
  assert.match(list.stdout, /\n\n1 of 2 keys matches: 1 disabled\n$/);
  const explained = await keys('explain', 'sim/team-a');
  assert.match(
    explained.stdout,
    /^Why +Zoë disabled it by hand: seen in a repository\.\n +Only the operator puts it back\.$/m,
  );
  assert.match(explained.stdout, / +disabled by hand: seen in a repository +- +- +Zoë +-$/m);

  const enabled = await keys('enable', id.slice(0, 6), '--json');
  assert.partialDeepStrictEqual(JSON.parse(enabled.stdout), { id, state: 'in-service' });
  assert.match((await keys('explain', 'team-a')).stdout, /^Why +Zoë enabled it by hand\.$/m);
  const probed = await keys('probe', 'team', '--json');
  assert.partialDeepStrictEqual(JSON.parse(probed.stdout), { passed: true, status: 200 });
  const acts = logs().filter(({ msg }) => String(msg).endsWith('by hand'));
  assert.partialDeepStrictEqual(acts, [
    { msg: 'a key was disabled by hand', name: 'team-a', operator: 'Zoë', reason: 'seen in a repository' },
    { msg: 'a key was enabled by hand', name: 'team-a', operator: 'Zoë' },
  ]);

  const refused = await keys('disable', 'team-a', '--reason', 'two\nlines');
  assert.deepEqual(
    [refused.code, refused.stderr],
    [1, 'A reason is text of at most 200 characters, without control characters. (invalid_reason)\n'],
  );
  assert.equal((await keyOf(GOOD)).state, 'in-service');
});

void test('keys list shows a throttled key as such, with the time and the model, and finds keys by that', async (context) => {
  const { url, adminUrl, sim } = await gatewayFor(context, {
    provider: {
      apiTokens: [
        { key: 'sk-fine-0123456789abcdef', name: 'fine' },
        { key: GOOD, name: 'hot' },
        { key: DEAD, name: 'dead' },
      ],
    },
    behaviours: {
      [GOOD]: [{ kind: 'rate-limited', retryAfter: 3_600 }],
      [DEAD]: [{ kind: 'invalid-key' }],
    },
  });
  const list = async (...args: string[]) =>
    (await finished(context, ['keys', 'list', ...args, '--admin', adminUrl])).stdout;
  await until(async () => {
    await ask(url);
    return [GOOD, DEAD].every((key) => sim.counts(key).total > 0);
  });
  const throttled = await list('--state', 'throttled');
  assert.match(
    throttled,
    /^hot +sim +\w+ +…good +throttled +in \S+ \((?:\S+ )?\d\d:\d\d:\d\d UTC\) +throttled for gpt-5 \(openai\.rate-limit\)$/m,
  );
  assert.match(throttled, /\n\n1 of 3 keys matches: 1 throttled\n$/);
  // What needs a person comes first.
  const all = await list();
  assert.deepEqual(
    all.split('\n', 4).map((line) => line.split(' ', 1)[0]),
    ['NAME', 'dead', 'hot', 'fine'],
  );
  assert.match(all, /\n\n3 keys: 1 out of service \(1 refused\), 1 throttled, 1 in service\n$/);
  assert.match(await list('--reason', 'key_dead'), /^dead .*\n\n1 of 3 keys matches/m);
  assert.match(await list('--reason', 'openai.rate'), /^hot .*\n\n1 of 3 keys matches/m);
  assert.equal(await list('--reason', 'billing'), 'None of 3 keys matches.\n');
  const wrong = await finished(context, ['keys', 'list', '--state', 'throtled', '--admin', adminUrl]);
  assert.match(wrong.stderr, /Allowed choices are in-service, throttled,/);
});

void test('the token comes from the command line, the environment or the configuration', async (context) => {
  const guarded = await gatewayFor(context, {
    config: (sim) => ({
      admin: { token: TOKEN },
      providers: [{ id: 'sim', type: 'openai', baseUrl: sim.url, apiTokens: [GOOD] }],
    }),
  });
  const at = ['keys', 'list', '--admin', guarded.adminUrl];
  const without = await finished(context, at);
  assert.equal(without.code, 1);
  assert.match(without.stderr, /admin token.*\(missing_token\)/);
  assert.match((await finished(context, [...at, '--token', 'wrong'])).stderr, /\(invalid_token\)/);
  assert.equal((await finished(context, [...at, '--token', TOKEN])).code, 0);
  assert.equal((await finished(context, at, { env: { SPAREKEY_ADMIN_TOKEN: TOKEN } })).code, 0);

  const cwd = await folderFor(context);
  const { host } = new URL(guarded.adminUrl);
  await writeFile(
    join(cwd, 'sparekey.yaml'),
    `admin: { listen: '${host}', token: ${TOKEN} }\nprovider: { type: openai, apiTokens: ['\${KEY}'] }\n`,
  );
  assert.equal((await finished(context, ['keys', 'list'], { cwd, env: { KEY: GOOD } })).code, 0);
  const elsewhere = ['keys', 'list', '--config', join(cwd, 'sparekey.yaml')];
  assert.equal((await finished(context, elsewhere, { env: { KEY: GOOD } })).code, 0);
  // Keys that are not known here are no reason not to ask the gateway that has them, nor are mistakes in a changed file.
  const unset = await finished(context, elsewhere);
  assert.equal(unset.code, 0);
  assert.match(unset.stderr, /sparekey\.yaml:2:\d+: .*KEY.*\. The gateway is asked at the admin listener/);
  assert.match(unset.stdout, /\n1 key: /);
  await writeFile(join(cwd, 'sparekey.yaml'), `admin: { listen: '${host}', token: ${TOKEN}x, tokn: x }\n`);
  const wrong = await finished(context, elsewhere);
  assert.equal(wrong.code, 1);
  assert.match(wrong.stderr, /The configuration cannot be used/);
});

void test('a gateway that does not run, or is none, is reported in a line', async (context) => {
  const server = await rawUpstream(context, ({ end }) => end(rawAnswer('200 OK', [], '<html>')));
  const admin = server.origin;
  const other = await finished(context, ['keys', 'list', '--admin', admin]);
  assert.deepEqual(
    [other.code, other.stderr],
    [1, `What answers at ${admin} is no admin listener of this version.\n`],
  );
  await server.close();
  const none = await finished(context, ['keys', 'list', '--admin', admin]);
  assert.deepEqual(
    [none.code, none.stderr],
    [1, `No gateway answers at ${admin} (ECONNREFUSED). Is it running?\n`],
  );
  const wrong = await finished(context, ['keys', 'list', '--admin', 'here']);
  assert.equal(wrong.code, 1);
  assert.match(wrong.stderr, /--admin is here, expected a URL/);
});

void test('keys lift ends the holds of a provider, and keys probe asks the model that is named', async (context) => {
  const { url, adminUrl, keyOf } = await gatewayFor(context, {
    provider: { apiTokens: [{ key: GOOD, name: 'team-a' }] },
    behaviours: { [GOOD]: [{ kind: 'rate-limited', retryAfter: 3_600 }] },
  });
  await ask(url);
  assert.match((await keyOf(GOOD)).reason ?? '', /throttled/);
  const lift = ['keys', 'lift', '--provider', 'sim', '--admin', adminUrl];
  const { id } = await keyOf(GOOD);
  const lifted = await finished(context, lift);
  assert.deepEqual([lifted.code, lifted.stdout], [0, `1 key of sim can be used again: ${id}.\n`]);
  assert.equal((await keyOf(GOOD)).reason, null);
  const none = await finished(context, [...lift, '--model', 'gpt-5']);
  assert.equal(none.stdout, 'No key of sim was held from gpt-5.\n');
  await ask(url);
  const one = await finished(context, ['keys', 'lift', 'team-a', '--admin', adminUrl]);
  assert.equal(one.stdout, `${id} (team-a) of sim can be used again.\n`);
  const again = await finished(context, ['keys', 'lift', 'team-a', '--admin', adminUrl]);
  assert.equal(again.stdout, `${id} (team-a) of sim was not held from any model.\n`);
  const neither = await finished(context, ['keys', 'lift', '--admin', adminUrl]);
  assert.equal(neither.stderr, 'Which keys? Name one, or all of a provider with --provider ID.\n');
  const probed = await finished(context, ['keys', 'probe', id, '--model', 'o9', '--admin', adminUrl]);
  assert.match(probed.stderr, /^The check of o9 failed: rate_limit /);
});
