import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countAlike } from '../../src/telemetry/alike-requests.ts';
import type { LogFields, SharedLog } from '../../src/telemetry/contract.ts';
import type { RequestLogEntry } from '../../src/gateway/request-log-entry.ts';
import { entry } from './entries.ts';

type Written = readonly [level: string, message: string, fields: LogFields];

function keep(): { readonly log: SharedLog; readonly lines: Written[] } {
  const lines: Written[] = [];
  const writer =
    (level: string) =>
    (message: string, fields: LogFields = {}): void =>
      void lines.push([level, message, fields]);
  const log = {
    debug: writer('debug'),
    info: writer('info'),
    warn: writer('warn'),
    error: writer('error'),
    request: ({ id }: RequestLogEntry) => void lines.push(['request', id, {}]),
    writeLines: () => undefined,
    flush: () => Promise.resolve(),
  };
  return { log: countAlike(log), lines };
}

function lost(id: string, more: Partial<RequestLogEntry> = {}): RequestLogEntry {
  const { verdict: _verdict, provider: _provider, ...rest } = entry;
  return { ...rest, id, status: 503, code: 'no_key_available', ...more };
}

void test('requests that fail alike are three lines a minute and one that counts the rest', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { log, lines } = keep();
  for (let n = 0; n < 1_000; n++) log.request(lost(`lost ${n}`, { model: `any-${n}` }));
  log.request(lost('of another route', { route: 'claude-*' }));
  log.request({ ...entry, id: 'answered' });
  assert.deepEqual(
    lines.map(([, what]) => what),
    ['lost 0', 'lost 1', 'lost 2', 'of another route', 'answered'],
  );
  t.mock.timers.tick(60_000);
  assert.deepEqual(lines.slice(5), [
    [
      'error',
      '997 more requests failed like these within a minute',
      { status: 503, code: 'no_key_available', verdict: undefined, route: 'gpt-*', provider: undefined },
    ],
  ]);
  log.request(lost('in the next minute'));
  assert.equal(lines.at(-1)?.[1], 'in the next minute');
});

void test('what fails in ever new ways is bounded as well', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { log, lines } = keep();
  for (let n = 0; n < 5_000; n++) log.request(lost(`lost ${n}`, { route: `route-${n}` }));
  t.mock.timers.tick(60_000);
  assert.equal(lines.length, 100 + 3 + 1);
  assert.deepEqual(lines.at(-1), ['error', '4897 more requests failed like these within a minute', {}]);
});
