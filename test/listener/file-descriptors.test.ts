import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import * as z from 'zod';
import {
  connectionCaps,
  descriptorLimit,
  pendingConnectionCap,
} from '../../src/listener/file-descriptors.ts';
import { startSimulator } from '../../simulator/simulator.ts';
import { folderFor } from '../support/folder.ts';
import { GOOD_KEY, simulatedProvider } from '../support/gateway.ts';
import { GatewayProcess, type LogLine } from '../support/gateway-process.ts';
import { ask } from '../support/http.ts';
import { stubbornClient } from '../support/stubborn-client.ts';
import { until } from '../support/until.ts';

const DESCRIPTORS_FILE = new URL('../../src/listener/file-descriptors.ts', import.meta.url).href;
const DESCRIPTORS = 512;
/** What so many descriptors allow: a third of them, less those that are kept for other things. */
const MOST = 53;
const IDLE_CLIENTS = 300;
const CLIENT = 'client-key-0123456789';
const HEAD = 'POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n';
const KNOWN = `${HEAD}authorization: Bearer ${CLIENT}\r\n`;

/** What clients send that never close. Those of the first kind are refused, and so closed in the end. */
const REFUSED: Readonly<Record<string, string>> = {
  'what is not HTTP': 'hello\r\n\r\n',
  'a bad chunk': `${KNOWN}transfer-encoding: chunked\r\n\r\nxyz\r\n`,
  'a head that is too large': `${HEAD}x-flood: ${'a'.repeat(100 * 1024)}\r\n\r\n`,
  'no key on an upgrade':
    'GET /v1/realtime?model=v HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n',
  'no key, and a part of a large body': `${HEAD}content-length: 5000000\r\n\r\n{`,
  'no key, and a part of a small body': `${HEAD}content-length: 1000\r\n\r\n{`,
};
const IDLE: Readonly<Record<string, string>> = {
  nothing: '',
  'half a head': 'POST /v1/chat',
  'a health check, and no more': 'GET /health HTTP/1.1\r\nhost: x\r\n\r\n',
};

const state = z.object({
  connections: z.object({ open: z.number(), most: z.number(), gaveWay: z.number(), refused: z.number() }),
});

for (const workers of [1, 2]) {
  void test(`with few descriptors and ${workers} worker(s), clients that never close keep nobody from being answered`, async (t) => {
    const simulator = await startSimulator();
    t.after(() => simulator.close());
    const cwd = await folderFor(t);
    const config = {
      workers,
      state: 'memory:',
      clients: [{ name: 'app', key: CLIENT }],
      providers: [simulatedProvider(simulator, [GOOD_KEY])],
    };
    // Workers share what they know.
    if (workers > 1) config.state = 'sqlite:./state.db';
    await writeFile(join(cwd, 'sparekey.yaml'), JSON.stringify(config));
    const lines: LogLine[] = [];
    await using gateway = await GatewayProcess.start(cwd, (line) => lines.push(line), {
      descriptors: DESCRIPTORS,
    });
    const port = Number(new URL(gateway.url).port);
    const connections = async () => {
      const answer = await ask(gateway.adminUrl, { method: 'GET', path: '/api/state' });
      return state.parse(answer.json()).connections;
    };
    const good = async () => {
      const { status, text } = await ask(gateway.url, { headers: { authorization: `Bearer ${CLIENT}` } });
      assert.equal(status, 200, text);
    };

    // What one process does with each kind, several need not show again.
    const kinds = Object.entries({ ...IDLE, ...REFUSED }).slice(workers === 1 ? 0 : -3);
    for (const [what, bytes] of kinds) {
      for (let opened = 0; opened < IDLE_CLIENTS; opened += 50) {
        await Promise.all(Array.from({ length: 50 }, () => stubbornClient(t, port, bytes)));
        await good();
      }
      const { open, refused } = await connections();
      assert.ok(open <= MOST * workers, `${open} are open behind ${what}`);
      assert.equal(refused, 0);
    }
    // The last kinds are refused, and push the idle ones out: nobody is left in the end.
    await until(async () => {
      await good();
      return (await connections()).open <= 1;
    });
    const { most, gaveWay } = await connections();
    // A process that has not closed one yet has not logged how many it may have.
    assert.equal(most, MOST * workers);
    assert.ok(gaveWay >= IDLE_CLIENTS, `${gaveWay} gave way`);
    const logged = lines.filter(({ descriptors }) => descriptors === DESCRIPTORS);
    assert.deepEqual(
      logged.map(({ level, connections: caps }) => [level, caps]),
      [['warn', MOST]],
    );
    assert.ok(lines.filter(({ gaveWay: count }) => count !== undefined).length <= workers);
    assert.deepEqual(
      lines.filter(({ level }) => level === 'error'),
      [],
    );
  });
}

void describe('the bounds on connections', () => {
  void test('follow from the descriptors, and configuration can only lower them', () => {
    assert.deepEqual(connectionCaps(20_000, {}), { total: 6_549, perAddress: 5_731 });
    assert.deepEqual(connectionCaps(1_048_576, {}), { total: 16_384, perAddress: 14_336 });
    assert.deepEqual(connectionCaps(Infinity, { connections: 40_000 }), {
      total: 40_000,
      perAddress: 35_000,
    });
    assert.deepEqual(connectionCaps(undefined, {}), { total: 16_384, perAddress: 14_336 });
    assert.deepEqual(connectionCaps(4_096, { connections: 10_000 }), { total: 1_248, perAddress: 1_092 });
    assert.deepEqual(connectionCaps(64, {}), { total: 16, perAddress: 14 });
    assert.deepEqual(connectionCaps(4_096, { connections: 100, connectionsPerAddress: 500 }), {
      total: 100,
      perAddress: 100,
    });
    assert.equal(pendingConnectionCap(20_000, 10_000), 10_000);
    assert.equal(pendingConnectionCap(1_024, 10_000), 672);
    assert.equal(pendingConnectionCap(undefined, 10_000), 10_000);
  });

  void test('follow from the limit that the system has for this process', () => {
    const limit = descriptorLimit();
    assert.ok(limit !== undefined && limit >= 64, String(limit));
  });

  void test('cannot help where something else took all descriptors: that is noticed', async () => {
    const program = `
      import { closeSync, openSync } from 'node:fs';
      import { watchDescriptors } from ${JSON.stringify(DESCRIPTORS_FILE)};
      let reports = 0;
      watchDescriptors((code) => { reports++; process.stdout.write(code + ' '); }, 5);
      const opened = [];
      try { for (;;) opened.push(openSync('/dev/null')); } catch {}
      const timer = setInterval(() => {
        if (reports < 2) return;
        clearInterval(timer);
        opened.forEach((each) => closeSync(each));
        process.stdout.write('over');
      }, 5);`;
    const child = spawn('/bin/sh', [
      '-c',
      `ulimit -n 100; exec "$0" --input-type=module -e "$1"`,
      process.execPath,
      program,
    ]);
    let said = '';
    child.stdout.on('data', (piece: Buffer) => (said += piece.toString()));
    await once(child, 'close');
    // One look may have been under way.
    assert.match(said, /^(?:EMFILE ){2,}over(?:EMFILE )?$/);
  });
});
