import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { createClient } from '@redis/client';
import { parse, parseAllDocuments } from 'yaml';
import * as z from 'zod';
import { renderedFrom, TRIALS } from '../../scripts/packaging/chart.ts';
import { startSimulator } from '../../simulator/simulator.ts';
import { loadConfig } from '../../src/config/load/load.ts';
import { redisProgram } from '../store/redis/redis-server.ts';
import { folderFor } from '../support/folder.ts';
import { freePort } from '../support/free-port.ts';
import { ask } from '../support/http.ts';
import { until } from '../support/until.ts';
import { MountedVolume } from './mounted.ts';
import { fromRoot } from './repository.ts';
import { startGateway } from './started.ts';

/** Where the chart mounts the Secret. */
const SECRETS = '/run/secrets/sparekey';

const texts = z.record(z.string(), z.string());
const configMap = z.object({ kind: z.literal('ConfigMap'), data: z.object({ 'sparekey.yaml': z.string() }) });
const secret = z.object({ kind: z.literal('Secret'), stringData: texts });
const probe = z.object({ httpGet: z.object({ path: z.string(), port: z.literal('http') }) });
const deployment = z.object({
  kind: z.literal('Deployment'),
  spec: z.object({
    template: z.object({
      spec: z.object({
        terminationGracePeriodSeconds: z.number(),
        automountServiceAccountToken: z.boolean(),
        securityContext: z.looseObject({ runAsNonRoot: z.boolean(), runAsUser: z.number() }),
        containers: z.tuple([
          z.object({
            livenessProbe: probe,
            readinessProbe: probe,
            startupProbe: probe,
            lifecycle: z.object({
              preStop: z.object({ exec: z.object({ command: z.tuple([z.literal('sleep'), z.string()]) }) }),
            }),
            securityContext: z.unknown(),
            volumeMounts: z.array(
              z.looseObject({ mountPath: z.string(), subPath: z.undefined().optional() }),
            ),
          }),
        ]),
      }),
    }),
  }),
});
const statefulSet = z.object({
  kind: z.literal('StatefulSet'),
  spec: z.object({
    template: z.object({
      spec: z.object({
        containers: z.tuple([z.object({ command: z.tuple([z.literal('sh'), z.literal('-c'), z.string()]) })]),
      }),
    }),
  }),
});
const configuration = z.looseObject({
  admin: z.looseObject({}),
  providers: z.tuple([z.looseObject({})]),
  clients: z.array(z.object({ name: z.string(), key: z.string() })),
});

/** The one resource of a trial that is of a kind. */
async function resource<T>(trial: string, schema: z.ZodType<T>): Promise<T> {
  const text = await readFile(fromRoot(`test/delivery/rendered/${trial}.yaml`), 'utf8');
  const found = parseAllDocuments(text)
    .map((document) => schema.safeParse(document.toJS()).data)
    .filter((each) => each !== undefined);
  const [only] = found;
  assert.ok(only !== undefined && found.length === 1, `${found.length} of the kind in ${trial}`);
  return only;
}

void test('what Helm made of the chart is of the chart as it is now (npm run packaging)', async () => {
  for (const { rendered } of TRIALS) {
    const [first] = (await readFile(rendered, 'utf8')).split('\n', 1);
    assert.equal(`${first}\n`, renderedFrom());
  }
});

for (const { name } of TRIALS) {
  void test(`gateways of the chart cannot write, are nobody, and have time to finish: ${name}`, async (context) => {
    const { spec } = (await resource(name, deployment)).spec.template;
    const [container] = spec.containers;
    assert.deepEqual(container.securityContext, {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
    assert.ok(spec.securityContext.runAsNonRoot && spec.securityContext.runAsUser > 0);
    assert.equal(spec.automountServiceAccountToken, false);
    assert.deepEqual(
      [container.startupProbe, container.livenessProbe, container.readinessProbe].map(
        (each) => each.httpGet.path,
      ),
      ['/health', '/health', '/ready'],
    );
    assert.ok(container.volumeMounts.some(({ mountPath }) => mountPath === SECRETS));

    const { data } = await resource(name, configMap);
    const folder = await folderFor(context);
    const secretFiles = Object.fromEntries(
      [...data['sparekey.yaml'].matchAll(/\/run\/secrets\/sparekey\/([\w-]+)/g)].map(([, file = '']) => [
        file,
        `${file}-0123456789abcdef`,
      ]),
    );
    await MountedVolume.mount(join(folder, 'secrets'), secretFiles);
    const volume = await MountedVolume.mount(join(folder, 'config'), {
      'sparekey.yaml': data['sparekey.yaml'].replaceAll(SECRETS, join(folder, 'secrets')),
    });
    const loaded = await loadConfig(join(volume.folder, 'sparekey.yaml'), {});
    assert.ok(loaded.ok, JSON.stringify(loaded));
    const graceMs = spec.terminationGracePeriodSeconds * 1_000;
    const [, beforeStop] = container.lifecycle.preStop.exec.command;
    assert.ok(graceMs > Number(beforeStop) * 1_000 + loaded.config.limits.drain);
  });
}

void test('a gateway of the chart takes up a ConfigMap and a Secret that change while it runs', async (context) => {
  const simulator = await startSimulator();
  context.after(() => simulator.close());
  const folder = await folderFor(context);
  const { stringData } = await resource('valkey', secret);
  const secrets = await MountedVolume.mount(join(folder, 'secrets'), stringData);
  const { data } = await resource('valkey', configMap);
  const rendered = configuration.parse(parse(data['sparekey.yaml'].replaceAll(SECRETS, secrets.folder)));
  const [provider] = rendered.providers;
  const given = {
    ...rendered,
    listen: '127.0.0.1:0',
    admin: { ...rendered.admin, listen: '127.0.0.1:0' },
    state: 'memory:',
    providers: [{ ...provider, baseUrl: simulator.url }],
  };
  const config = await MountedVolume.mount(join(folder, 'config'), {
    'sparekey.yaml': JSON.stringify(given),
  });
  const path = join(config.folder, 'sparekey.yaml');
  const start = [process.execPath, fromRoot('src/cli/sparekey.ts'), 'start', '--config', path];
  const { url } = await startGateway(context, start, { env: { PATH: process.env['PATH'] } });
  const statusFor = async (key: string): Promise<number | undefined> =>
    (await ask(url, { headers: { authorization: `Bearer ${key}` } })).status;
  assert.equal(await statusFor('web-0123456789abcdef'), 200);

  await secrets.update({
    ...stringData,
    'web-key': 'web-another-0123456789',
    'openai-keys': 'sk-three-0123456789abcdef',
  });
  await until(async () => (await statusFor('web-another-0123456789')) === 200);
  assert.equal(await statusFor('web-0123456789abcdef'), 401);
  assert.equal(simulator.counts('sk-three-0123456789abcdef').total, 1);

  const clients = [...rendered.clients, { name: 'new', key: 'new-0123456789abcdef' }];
  await config.update({ 'sparekey.yaml': JSON.stringify({ ...given, clients }) });
  await until(async () => (await statusFor('new-0123456789abcdef')) === 200);
});

void test('the Valkey of the chart asks for the password, which no list of processes shows', async (context) => {
  const folder = await folderFor(context);
  const port = await freePort();
  const password = 'valkey-0123456789abcdef';
  const [bin, data] = [join(folder, 'bin'), join(folder, 'data')];
  await Promise.all([mkdir(bin), mkdir(data)]);
  await symlink(redisProgram(), join(bin, 'valkey-server'));
  await MountedVolume.mount(join(folder, 'secrets'), { 'valkey-password': password });
  const [container] = (await resource('valkey', statefulSet)).spec.template.spec.containers;
  const [shell, option, script] = container.command;
  const local = script
    .replace('--dir /data', `--dir ${data} --port ${port} --bind 127.0.0.1`)
    .replaceAll(SECRETS, join(folder, 'secrets'));
  const server = spawn(shell, [option, local], {
    env: { PATH: `${bin}:${process.env['PATH']}` },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  context.after(async () => {
    const gone = once(server, 'exit');
    if (server.kill('SIGKILL')) await gone;
  });
  const answerTo = async (withPassword: boolean): Promise<unknown> => {
    const socket = { host: '127.0.0.1', port, reconnectStrategy: false as const };
    const client = createClient({ RESP: 2, socket, ...(withPassword && { password }) });
    client.on('error', () => {});
    try {
      await client.connect();
      return await client.sendCommand(['CONFIG', 'GET', 'appendonly']);
    } catch (error) {
      return String(error);
    } finally {
      if (client.isOpen) client.destroy();
    }
  };
  await until(async () => Array.isArray(await answerTo(true)));
  assert.deepEqual(await answerTo(true), ['appendonly', 'yes']);
  assert.match(String(await answerTo(false)), /NOAUTH/);
  assert.doesNotMatch(await readFile(`/proc/${server.pid}/cmdline`, 'utf8'), new RegExp(password));
});
