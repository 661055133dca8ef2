import assert from 'node:assert/strict';
import type { IncomingHttpHeaders } from 'node:http';
import { test } from 'node:test';
import { adminCsrfGuard, dataCsrfGuard } from '../../src/listener/csrf-guard.ts';

const guard = dataCsrfGuard(['App.Example.com', 'obsidian.md'], 'Build-7.corp.example');
const post = (headers: IncomingHttpHeaders) => guard({ method: 'POST', headers });
const get = (headers: IncomingHttpHeaders) => guard({ method: 'GET', headers });

void test('programs are admitted by every name that a page could not use unmarked', () => {
  for (const host of [
    '127.0.0.1:5397',
    '10.1.2.3',
    '[::1]:5397',
    '[2001:db8::1]',
    'localhost',
    'LOCALHOST.:5397',
    'api.localhost',
    'sparekey:8080',
    'gateway.internal',
    'host.docker.internal:5397',
    'mac.local',
    'sparekey.default.svc',
    'sparekey.default.svc.cluster.local',
    'nas.home.arpa',
    'build-7.corp.example:5397',
    'app.example.com',
  ]) {
    assert.equal(get({ host }), undefined, host);
    assert.equal(post({ host }), undefined, host);
  }
  // HTTP/1.0 need not say one.
  assert.equal(get({}), undefined);
  // Node's own fetch says this of itself.
  assert.equal(get({ host: 'sparekey:8080', 'sec-fetch-mode': 'cors', 'accept-language': '*' }), undefined);
});

void test('by a public name a program may send what a browser would have marked', () => {
  for (const host of [
    'gateway.example.org',
    'gateway.example.org:5397',
    'local.',
    'a b',
    'evil@127.0.0.1',
    'x/y',
  ]) {
    const isName = /^local\.$/.test(host);
    assert.equal(post({ host }), undefined, host);
    assert.equal(guard({ method: 'DELETE', headers: { host } }), undefined, host);
    assert.equal(get({ host, upgrade: 'websocket' }), undefined, host);
    assert.equal(get({ host }), isName ? undefined : 'foreign_host', host);
    assert.equal(guard({ method: 'HEAD', headers: { host } }), isName ? undefined : 'foreign_host', host);
  }
});

void test('a page that rebinds its name is refused, whatever it does', () => {
  for (const host of ['evil.example:5397', 'evil.example', 'evil', 'evil.local', 'localhost.evil.example']) {
    const own = { host, origin: `http://${host}` };
    for (const more of [{}, { 'sec-fetch-site': 'same-origin' }, { upgrade: 'websocket' }]) {
      assert.equal(post({ ...own, ...more }), 'foreign_host', host);
      assert.equal(get({ ...own, ...more }), 'foreign_host', host);
    }
    assert.equal(get({ host, 'sec-fetch-site': 'same-origin' }), 'foreign_host', host);
  }
  // Over plain HTTP a browser signs no GET to a name of the page's own.
  assert.equal(get({ host: 'evil.example', 'user-agent': 'curl/8' }), 'foreign_host');
});

void test('a page of another site is refused, by whatever name it calls', () => {
  for (const host of [
    '127.0.0.1:5397',
    'localhost:5397',
    'gateway.internal',
    'sparekey',
    'app.example.com',
  ]) {
    for (const origin of [
      'https://evil.example',
      'http://localhost:3000',
      'null',
      'file://',
      '',
      `http://${host}.evil.example`,
      `http://evil.example/${host}`,
    ]) {
      assert.equal(post({ host, origin }), 'cross_site', `${origin} to ${host}`);
      assert.equal(get({ host, origin, upgrade: 'websocket' }), 'cross_site', `${origin} to ${host}`);
    }
    assert.equal(get({ host, 'sec-fetch-site': 'cross-site' }), 'cross_site');
    assert.equal(get({ host, 'sec-fetch-site': 'same-site' }), 'cross_site');
  }
});

void test('pages of its own, of names that are allowed, and of applications installed here may call', () => {
  const host = 'localhost:5397';
  assert.equal(post({ host, origin: 'http://localhost:5397', 'sec-fetch-site': 'same-origin' }), undefined);
  assert.equal(post({ host: 'LOCALHOST:5397', origin: 'http://localhost:5397' }), undefined);
  assert.equal(post({ host: '127.0.0.1', origin: 'https://127.0.0.1' }), undefined);
  assert.equal(get({ host, 'sec-fetch-site': 'none' }), undefined);
  assert.equal(post({ host, origin: 'https://app.example.com', 'sec-fetch-site': 'cross-site' }), undefined);
  assert.equal(post({ host: 'app.example.com', origin: 'https://app.example.com:8443' }), undefined);
  assert.equal(post({ host, origin: 'app://obsidian.md', 'sec-fetch-site': 'cross-site' }), undefined);
  assert.equal(post({ host, origin: 'chrome-extension://abc', 'sec-fetch-site': 'none' }), undefined);
  assert.equal(post({ host: 'evil', origin: 'chrome-extension://abc' }), 'foreign_host');
});

void test('the admin listener knows loopback names alone, and pages of its own', () => {
  let isSecured = false;
  const admin = adminCsrfGuard(() => isSecured);
  for (const host of [
    'sparekey',
    'gateway.internal',
    '10.0.0.1',
    '[::2]',
    'build-7',
    'localhost.evil.example',
  ])
    for (const method of ['GET', 'POST'])
      assert.equal(admin({ method, headers: { host } }), 'foreign_host', host);
  const host = 'localhost:5398';
  assert.equal(admin({ method: 'POST', headers: { host } }), undefined);
  assert.equal(admin({ method: 'POST', headers: { host, origin: 'http://localhost:5398' } }), undefined);
  for (const origin of ['https://localhost:5398', 'chrome-extension://abc', 'null', 'http://localhost'])
    assert.equal(admin({ method: 'POST', headers: { host, origin } }), 'cross_site', origin);
  isSecured = true;
  assert.equal(admin({ method: 'POST', headers: { host, origin: 'https://localhost:5398' } }), undefined);
  const plain = { host, origin: 'http://localhost:5398' };
  assert.equal(admin({ method: 'POST', headers: plain }), 'cross_site');
});

void test('names that routes are for may be used by programs, and not by their pages', () => {
  const routed = dataCsrfGuard([], 'build-7', ['api.example.com', '*.example.net', '*']);
  const asked = (headers: IncomingHttpHeaders) => routed({ method: 'GET', headers });
  assert.equal(asked({ host: 'API.example.com:443' }), undefined);
  assert.equal(asked({ host: 'a.example.net' }), 'foreign_host');
  assert.equal(asked({ host: 'example.com' }), 'foreign_host');
  const page = { host: 'api.example.com', origin: 'https://api.example.com' };
  assert.equal(asked(page), 'foreign_host');
  assert.equal(asked({ host: 'api.example.com', 'sec-fetch-site': 'same-origin' }), 'foreign_host');
});
