import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import * as z from 'zod';
import { finished } from './tools.ts';

const ROOT = new URL('../../', import.meta.url);
const EXAMPLE = 'examples/cluster.yaml';
const PLACE = '/etc/sparekey/sparekey.yaml';

const service = z.looseObject({
  environment: z.record(z.string(), z.string()),
  volumes: z.array(z.string()),
  ports: z.array(z.string()),
});
const composition = z.object({
  services: z.object({ 'gateway-1': service, 'gateway-2': service, valkey: z.looseObject({}) }),
});

function textOf(path: string): Promise<string> {
  return readFile(new URL(path, ROOT), 'utf8');
}

/** The names in every `${NAME}` of a text. */
function variablesIn(text: string): readonly string[] {
  return [...new Set(Array.from(text.matchAll(/\$\{([A-Z\d_]+)\}/g), ([, name = '']) => name))].toSorted(
    (a, b) => a.localeCompare(b),
  );
}

void test('the example of a cluster is a valid configuration', async (context) => {
  const names = variablesIn(await textOf(EXAMPLE));
  const env = Object.fromEntries(names.map((name) => [name, `value-of-${name}-0123456789`]));
  const path = fileURLToPath(new URL(EXAMPLE, ROOT));
  const { code, stdout, stderr } = await finished(context, ['check', '--config', path], { env });
  assert.deepEqual([code, stderr], [0, '']);
  assert.match(stdout, /redis:\/\/valkey:6379\/0/);
});

void test('the compose file gives each of its two gateways the example, and all that the example asks for', async () => {
  const names = variablesIn(await textOf(EXAMPLE));
  const { services } = composition.parse(parse(await textOf('compose.yaml'), { merge: true }));
  const gateways = [services['gateway-1'], services['gateway-2']];
  for (const { environment, volumes } of gateways) {
    assert.deepEqual(
      Object.keys(environment).toSorted((a, b) => a.localeCompare(b)),
      names,
    );
    assert.ok(volumes.includes(`./${EXAMPLE}:${PLACE}:ro`));
  }
  assert.match(await textOf('Dockerfile'), new RegExp(`"--config", "${PLACE}"`));
  const ports = gateways.flatMap((gateway) =>
    gateway.ports.map((port) => port.split(':').slice(0, 2).join(':')),
  );
  assert.equal(new Set(ports).size, 4, 'on ports of their own');
});
