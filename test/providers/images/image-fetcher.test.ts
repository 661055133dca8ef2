import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { IncomingHttpHeaders, RequestListener } from 'node:http';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { request as get } from 'undici';
import { parseConfig } from '../../../src/config/load/load.ts';
import { guardedAgent } from '../../../src/providers/images/guarded-agent.ts';
import { imageHosts } from '../../../src/providers/images/image-hosts.ts';
import { imageFetcher } from '../../../src/providers/images/image-fetcher.ts';
import type { ImageFetcher } from '../../../src/providers/images/image-fetcher.ts';

/* The server is on loopback, where no image may be fetched from unless the configuration names it. */

const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGP6DwABBQECz6AuzQAAAABJRU5ErkJggg==';
const PNG = Buffer.from(PIXEL, 'base64');

function fetcherWith(inlineImageHosts: readonly string[]): ImageFetcher {
  const provider = { id: 'p', type: 'gemini', apiTokens: ['k'], inlineImageUrls: true, inlineImageHosts };
  const parsed = parseConfig(JSON.stringify({ provider }), { env: {} });
  assert.ok(parsed.ok, JSON.stringify(parsed));
  const fetcher = imageFetcher(parsed.config.providers[0] ?? assert.fail());
  return fetcher ?? assert.fail();
}

interface ImageServer {
  readonly url: string;
  readonly port: number;
  /** How many were made to it. */
  readonly connections: () => number;
  /** The paths that were asked for, and the headers they came with. */
  readonly asked: readonly (readonly [path: string, headers: IncomingHttpHeaders])[];
}

async function serve(
  context: TestContext,
  pages: Readonly<Record<string, RequestListener>>,
): Promise<ImageServer> {
  const asked: [string, IncomingHttpHeaders][] = [];
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    asked.push([path, request.headers]);
    const page = pages[path];
    if (page === undefined) response.writeHead(404).end();
    else page(request, response);
  });
  let connections = 0;
  server.on('connection', () => void connections++);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  context.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  return {
    url: `http://127.0.0.1:${address.port}`,
    port: address.port,
    connections: () => connections,
    asked,
  };
}

function sends(body: Buffer, headers: Readonly<Record<string, string>> = {}): RequestListener {
  return (_, response) => response.writeHead(200, { 'content-type': 'image/png', ...headers }).end(body);
}

function leadsTo(location: string): RequestListener {
  return (_, response) => response.writeHead(302, { location }).end('elsewhere');
}

function newCall(): Parameters<ImageFetcher>[1] {
  return { signal: new AbortController().signal };
}

void test('images are fetched, and nothing goes along', async (context) => {
  const server = await serve(context, {
    '/a.png?sig=1': sends(PNG),
    '/b': sends(PNG, { 'content-type': 'application/octet-stream' }),
    '/c': leadsTo('/a.png?sig=1'),
  });
  const fetch = fetcherWith(['127.0.0.1']);
  const urls = ['/a.png?sig=1', '/b', '/c'].map((path) => server.url + path);
  const call = newCall();
  const fetched = await fetch([...urls, ...urls], call);
  assert.ok(fetched.kind === 'fetched', JSON.stringify(fetched));
  for (const url of urls) assert.deepEqual(fetched.images[url], { mediaType: 'image/png', data: PIXEL });
  assert.equal(server.asked.length, 4, 'each once, and once more for what leads there');
  for (const [, headers] of server.asked) {
    const { host: _, connection: __, ...sent } = headers;
    assert.deepEqual(sent, { accept: 'image/*', 'accept-encoding': 'identity', 'user-agent': 'sparekey' });
  }
  // The next attempt, at this provider or another one under the same rules.
  assert.equal(await fetcherWith(['127.0.0.1'])(urls, call), fetched);
  assert.equal(server.asked.length, 4);
  await fetch(urls, newCall());
  assert.equal(server.asked.length, 8);
});

void test('what cannot be had is told, with why, and without what the network looks like', async (context) => {
  const elsewhere = await serve(context, { '/a.png': sends(PNG) });
  const server = await serve(context, {
    '/page': sends(Buffer.from('<html>'), { 'content-type': 'text/html' }),
    '/lie': sends(Buffer.from('<html>')),
    '/zipped': sends(PNG, { 'content-encoding': 'gzip' }),
    '/large': sends(PNG, { 'content-length': String(30 * 1024 * 1024) }),
    '/larger': (_, response) => {
      response.writeHead(200, { 'content-type': 'image/png' });
      for (let sent = 0; sent < 21; sent++) response.write(Buffer.alloc(1024 * 1024));
    },
    '/loop': leadsTo('/loop'),
    '/private': leadsTo(`http://10.0.0.1/a.png`),
    '/loopback': leadsTo(`https://127.0.0.2/a.png`),
    '/file': leadsTo('file:///etc/passwd'),
    '/cut': (_, response) => {
      response.writeHead(200, { 'content-type': 'image/png', 'content-length': '500' });
      response.write(PNG, () => response.destroy());
    },
  });
  const fetch = fetcherWith(['127.0.0.1']);
  const cases: readonly [url: string, reason: RegExp][] = [
    [`${server.url}/none?sig=secret`, /^its server answered 404$/u],
    [`${server.url}/page`, /^it is no image/u],
    [`${server.url}/lie`, /^it is no image/u],
    [`${server.url}/zipped`, /^it came compressed$/u],
    [`${server.url}/large`, /^it is larger than 20971520 bytes$/u],
    [`${server.url}/larger`, /^it is larger than 20971520 bytes$/u],
    [`${server.url}/loop`, /^it leads elsewhere more than 3 times$/u],
    [`${server.url}/private`, /^it leads elsewhere: only https: is fetched$/u],
    [`${server.url}/loopback`, /^its server cannot be reached$/u],
    [`${server.url}/file`, /^it leads elsewhere: only https: is fetched$/u],
    [`${server.url}/cut`, /^its server cannot be reached$/u],
    [`http://localhost:${elsewhere.port}/a.png`, /^only https: is fetched$/u],
    [`https://localhost/a.png`, /^its server cannot be reached$/u],
    [`https://[::1]/a.png`, /^its server cannot be reached$/u],
    [`https://2130706434/a.png`, /^its server cannot be reached$/u],
  ];
  for (const [url, reason] of cases) {
    const result = await fetch([url], newCall());
    assert.ok(result.kind === 'unavailable', `${url}: ${result.kind}`);
    assert.match(result.reason, reason, url);
    assert.ok(!result.image.includes('secret'), result.image);
  }
  assert.equal(elsewhere.asked.length, 0);

  const many = Array.from({ length: 21 }, (_, at) => `${server.url}/${at}`);
  const tooMany = await fetch(many, newCall());
  assert.ok(tooMany.kind === 'unavailable');
  assert.match(tooMany.reason, /no more than 20/u);
});

void test('no connection is made to an address that is not public', async (context) => {
  const server = await serve(context, { '/a.png': sends(PNG) });
  const agent = guardedAgent(imageHosts([]));
  context.after(() => agent.destroy());
  for (const host of ['127.0.0.1', 'localhost', '2130706433', '0x7f.1', '[::ffff:127.0.0.1]'])
    await assert.rejects(
      get(`http://${host}:${server.port}/a.png`, { dispatcher: agent }),
      { name: 'AddressRefused' },
      host,
    );
  assert.equal(server.connections(), 0);
});

void test('a name is looked at where it is connected to', async (context) => {
  const server = await serve(context, { '/a.png': sends(PNG) });
  const url = `http://localhost:${server.port}/a.png`;
  const byName = await fetcherWith(['localhost'])([url], newCall());
  assert.equal(byName.kind, 'fetched');
  // A name that leads to a network which is named is asked as the public internet is: by https: alone.
  const byNetwork = await fetcherWith(['127.0.0.0/8'])([url], newCall());
  assert.equal(byNetwork.kind, 'unavailable');
});

void test('memory bounds what is fetched, and a client that leaves ends it', async (context) => {
  const server = await serve(context, {
    '/a.png': sends(PNG),
    '/never': (_, response) => {
      response.writeHead(200, { 'content-type': 'image/png' }).write(PNG);
    },
  });
  const fetch = fetcherWith(['127.0.0.1']);
  let held = 0;
  const memory = {
    hold: (bytes: number) => {
      held += bytes;
      return false;
    },
    release: (bytes: number) => {
      held -= bytes;
    },
  };
  assert.deepEqual(await fetch([`${server.url}/a.png`], { ...newCall(), memory }), { kind: 'busy' });
  assert.equal(held, 0);

  const client = new AbortController();
  const pending = fetch([`${server.url}/never`], { signal: client.signal });
  client.abort();
  assert.equal((await pending).kind, 'unavailable');
});
