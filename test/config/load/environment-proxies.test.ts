import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatProxy } from '../../../src/base/proxy-address.ts';
import { accepted, providerOf } from '../parsing.ts';

/** The proxy of a provider at this URL, as it is shown; `-` where there is none. */
function proxyOf(baseUrl: string, env: Readonly<Record<string, string>>, own = ''): string {
  const text = `provider: { type: openai, baseUrl: "${baseUrl}", apiTokens: [t] ${own} }`;
  const { proxy } = providerOf(text, { env });
  if (proxy === undefined || proxy === 'none') return proxy ?? '-';
  const { user, password } = proxy.credentials ?? {};
  return `${formatProxy(proxy)}${user === undefined ? '' : ` as ${user} ${password?.reveal()}`}`;
}

const PROVIDER = 'https://api.example.com/v1';

void test('the proxy of the environment is that of the scheme, else that of all', () => {
  const env = { HTTPS_PROXY: 'http://secure:3128', http_proxy: 'plain', ALL_PROXY: 'socks5h://u:p%40@any' };
  const { ALL_PROXY } = env;
  assert.deepEqual(
    [
      proxyOf(PROVIDER, env),
      proxyOf('http://api.example.com/v1', env),
      proxyOf(PROVIDER, { ALL_PROXY }),
      proxyOf(PROVIDER, { HTTPS_PROXY: '', all_proxy: 'https://over-tls' }),
      proxyOf(PROVIDER, {}),
      proxyOf(PROVIDER, { HTTPS_PROXY: 'ftp://host' }),
    ],
    ['http://secure:3128', 'http://plain:80', 'socks5://any:1080 as u p@', 'https://over-tls:443', '-', '-'],
  );
});

void test('a provider’s own word goes before the environment’s', () => {
  const env = { HTTPS_PROXY: 'http://secure:3128' };
  assert.equal(proxyOf(PROVIDER, env, ', proxy: none'), 'none');
  assert.equal(proxyOf(PROVIDER, env, ', proxy: "socks5://[::1]:9050"'), 'socks5://[::1]:9050');
});

function proxied(host: string, NO_PROXY: string): boolean {
  return proxyOf(`https://${host}/v1`, { HTTPS_PROXY: 'http://p:1', NO_PROXY }) !== '-';
}

void test('what NO_PROXY names, and this machine, is reached directly', () => {
  const direct: readonly (readonly [string, string])[] = [
    ['api.example.com', '*'],
    ['api.example.com', 'other, api.example.com'],
    ['api.example.com', 'example.com'],
    ['api.example.com', '.example.com'],
    ['api.example.com', '*.Example.com'],
    ['api.example.com:8443', 'example.com:8443'],
    ['[2001:db8::1]', '2001:db8::1'],
    ['[2001:db8::1]:8443', '[2001:db8::1]:8443'],
    ['10.0.0.1', '10.0.0.1'],
    ['10.1.2.3', '10.0.0.0/8'],
    ['[2001:db8::1]', '2001:db8::/32'],
    ['localhost:8000', ''],
    ['127.0.0.2:8000', ''],
    ['[::1]:8000', ''],
  ];
  for (const [host, list] of direct) assert.equal(proxied(host, list), false, `${host} by ${list}`);
  const others: readonly (readonly [string, string])[] = [
    ['api.example.com', 'ample.com'],
    ['api.example.com', 'example.com:8443'],
    ['10.0.0.1', '0.0.1'],
    ['11.1.2.3', '10.0.0.0/8'],
    ['10.1.2.3', '10.0.0.0/64'],
    ['10.1.2.3', '2001:db8::/32'],
    ['api.example.com', '10.0.0.0/8'],
    ['127.example.com', ''],
    ['api.example.com', ' , '],
  ];
  for (const [host, list] of others) assert.equal(proxied(host, list), true, `${host} by ${list}`);
});

void test('a variable that names no proxy is told, without what it holds', () => {
  const text = `provider: { type: openai, apiTokens: [t-0123456789] }`;
  const { warnings } = accepted(text, { env: { HTTPS_PROXY: 'ftp://user:word@host', http_proxy: '' } });
  assert.deepEqual(
    warnings.map(({ path, expected }) => `${path}: ${expected}`),
    ['HTTPS_PROXY: the URL of a proxy, such as http://proxy.internal:3128: there is none now'],
  );
});
