import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from '../../support/property.ts';
import { DEFAULT_WAIT_CAP_MS, LONG_WAIT_CAP_MS, readWait } from '../../../src/verdict/waits/waits.ts';

const NOW = Date.parse('2026-03-01T12:00:00Z');
const HOUR = 3_600_000;

function waitOf(headers: Record<string, string>, text = ''): number | undefined {
  return readWait(headers, text, NOW);
}

function untilMidnight(from: 'midnight-pacific' | 'midnight-utc', now: string): number | undefined {
  return readWait({ 'retry-after': '10' }, '', Date.parse(now), { from, capMs: LONG_WAIT_CAP_MS });
}

/** Seconds since 1970. */
function epochIn(ms: number): string {
  return String(Math.floor((NOW + ms) / 1000));
}

void describe('readWait', () => {
  void it('reads Retry-After as seconds, with decimals, and as a date in all three of its forms', () => {
    assert.equal(waitOf({ 'retry-after': '7' }), 7000);
    assert.equal(waitOf({ 'retry-after': ' 1.5 ' }), 1500);
    assert.equal(waitOf({ 'retry-after': 'Sun, 01 Mar 2026 12:00:30 GMT' }), 30_000);
    assert.equal(waitOf({ 'retry-after': 'Sunday, 01-Mar-26 12:00:30 GMT' }), 30_000);
    assert.equal(waitOf({ 'retry-after': 'Sun Mar  1 12:00:30 2026' }), 30_000);
  });

  void it('prefers milliseconds, and passes over a hint that says nothing', () => {
    assert.equal(waitOf({ 'retry-after-ms': '1200', 'retry-after': '2' }), 1200);
    assert.equal(waitOf({ 'retry-after-ms': '0', 'retry-after': '1' }), 1000);
    assert.equal(waitOf({ 'retry-after': '0', 'x-ratelimit-reset': '9' }), 9000);
  });

  void it('prefers Retry-After to phrases, and phrases to the resets of limits', () => {
    const resets = { 'x-ratelimit-reset-tokens': '6m0s' };
    const words = 'Please try again in 644ms.';
    assert.equal(waitOf({ 'retry-after': '3', ...resets }, words), 3000);
    assert.equal(waitOf(resets, words), 644);
    assert.equal(waitOf(resets), 360_000);
  });

  void it('lets the exhausted limit decide, else the longest', () => {
    const both = { 'x-ratelimit-reset-requests': '59m', 'x-ratelimit-reset-tokens': '2s' };
    assert.equal(waitOf(both), 59 * 60_000);
    assert.equal(
      waitOf({ ...both, 'x-ratelimit-remaining-requests': '14000', 'x-ratelimit-remaining-tokens': '0' }),
      2000,
    );
    assert.equal(
      waitOf({ ...both, 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-remaining-tokens': '0' }),
      59 * 60_000,
    );
  });

  void it("reads the limits' names of every provider", () => {
    const at = '2026-03-01T12:00:45Z';
    assert.equal(waitOf({ 'anthropic-ratelimit-input-tokens-reset': at }), 45_000);
    assert.equal(
      waitOf({
        'anthropic-ratelimit-requests-remaining': '0',
        'anthropic-ratelimit-requests-reset': at,
        'anthropic-ratelimit-tokens-remaining': '500',
        'anthropic-ratelimit-tokens-reset': '2026-03-01T12:09:00Z',
      }),
      45_000,
    );
    assert.equal(waitOf({ 'ratelimit-reset': '30' }), 30_000);
    assert.equal(waitOf({ 'x-ratelimit-reset': String(NOW + 26_000) }), 26_000);
    assert.equal(waitOf({ 'x-ratelimit-reset-input-images': '1ms' }), 1);
    assert.equal(
      waitOf({ 'x-ratelimit-limit-requests': '30', 'x-ratelimit-remaining-requests': '0' }),
      undefined,
    );
  });

  void it('leaves the limits alone where only an outright request to wait counts', () => {
    const headers = { 'x-ratelimit-reset-requests': '59m', 'x-ratelimit-remaining-requests': '0' };
    assert.equal(readWait(headers, '', NOW, { from: 'retry-after' }), undefined);
    assert.equal(readWait({ ...headers, 'retry-after': '2' }, '', NOW, { from: 'retry-after' }), 2000);
  });

  void it("reads Google's RetryInfo and the phrases of many", () => {
    assert.equal(waitOf({}, '{"@type":"…/google.rpc.RetryInfo","retryDelay":"33.5s"}'), 33_500);
    assert.equal(waitOf({}, '"retryDelay": "0.479417207s"'), 480);
    const words: readonly (readonly [string, number])[] = [
      ['Please try again in 1.2s. Visit https://example.com', 1200],
      ['Please retry in 33.5s.', 33_500],
      ['Please try again in 9m38.016s.', 578_016],
      ['Please try again in 7m12s.', 432_000],
      ['Please retry after 20 seconds.', 20_000],
      ['Please wait 46 seconds before retrying.', 46_000],
      ['Try again in 17 seconds.', 17_000],
      ['Your quota will reset after 1h2m3s.', 3_723_000],
      ['Try again in 2 minutes and 5 seconds', 125_000],
      ['available in 250 ms', 250],
    ];
    for (const [text, waitMs] of words) {
      assert.equal(readWait({}, text, NOW, { capMs: LONG_WAIT_CAP_MS }), waitMs, text);
    }
  });

  void it('reads fields of a body that name a wait, quoted JSON included', () => {
    assert.equal(waitOf({}, '{"detail":"throttled","retry_after":5}'), 5000);
    assert.equal(waitOf({}, '{"error":{"type":"usage_limit_reached","resets_in_seconds":123}}'), 123_000);
    const at = Math.floor(NOW / 1000) + 90;
    assert.equal(waitOf({}, `{"resets_at":${at},"resets_in_seconds":5000}`), 90_000);
    assert.equal(waitOf({}, '{"resets_at":1000000000,"resets_in_seconds":50}'), 50_000);
    assert.equal(waitOf({}, '{"metadata":{"quotaResetDelay":"479.417207ms"}}'), 480);
    assert.equal(waitOf({}, '{"metadata":{"quotaResetTimeStamp":"2026-03-01T12:01:00Z"}}'), 60_000);
    assert.equal(waitOf({}, String.raw`{"message":"{\"retryDelay\":\"7s\"}"}`), 7000);
    assert.equal(waitOf({}, `{"headers":{"X-RateLimit-Reset":"${NOW + 26_000}"}}`), 26_000);
  });

  void it('reads times in phrases, by the clock of the provider', () => {
    const words: readonly (readonly [string, number, number?])[] = [
      ['Token Plan limit reached, resets at 2026-03-01T12:30:00Z (2056)', 1_800_000],
      ['You will regain access on 2026-03-02 at 00:00 UTC.', 12 * HOUR],
      ['Free quota used. Resets at 13:00 UTC.', HOUR],
      ['Free quota used. Resets at 11:00 UTC.', 23 * HOUR],
      ['Your limit will reset at 2026-03-01 20:30:00', 1_800_000, 8],
      ['您的限额将在 2026-03-01 20:30:00 重置', 1_800_000, 8],
      ['Usage resets over a rolling 5-hour window', 5 * HOUR],
      ['请在 30 秒后重试', 30_000],
      ['Your rate limit resets in ~5s.', 5000],
    ];
    for (const [text, waitMs, zoneHours = 0] of words) {
      assert.equal(readWait({}, text, NOW, { capMs: LONG_WAIT_CAP_MS, zoneHours }), waitMs, text);
    }
    assert.equal(waitOf({}, 'resets at 2026-02-01T00:00:00Z'), undefined);
  });

  void it("ends a daily quota with the provider's day, in summer and in winter", () => {
    assert.equal(untilMidnight('midnight-pacific', '2026-01-15T20:00:00Z'), 12 * HOUR);
    assert.equal(untilMidnight('midnight-pacific', '2026-07-15T20:00:00Z'), 11 * HOUR);
    assert.equal(untilMidnight('midnight-pacific', '2026-07-15T07:00:00Z'), 24 * HOUR);
    assert.equal(untilMidnight('midnight-utc', '2026-07-15T20:30:00Z'), 3.5 * HOUR);
  });

  void it("takes Anthropic's window that refused before those that did not", () => {
    const headers = {
      'anthropic-ratelimit-unified-5h-status': 'rejected',
      'anthropic-ratelimit-unified-5h-reset': epochIn(600_000),
      'anthropic-ratelimit-unified-7d-status': 'allowed',
      'anthropic-ratelimit-unified-7d-reset': epochIn(3_000_000),
    };
    assert.equal(waitOf(headers), 600_000);
  });

  void it('reads no wait from phrases that name none', () => {
    for (const text of [
      'Please try again later.',
      'retry in 3 months',
      'waited 5 seconds',
      'in 5 seconds',
      '',
    ]) {
      assert.equal(waitOf({}, text), undefined, text);
    }
  });

  void it("measures a moment by the provider's own clock where it shows one", () => {
    const headers = { date: 'Fri, 08 Aug 2025 15:40:34 GMT', 'x-ratelimit-reset': '1754667660000' };
    assert.equal(waitOf(headers), 26_000);
    assert.equal(waitOf({ date: 'no date', 'retry-after': 'Sun, 01 Mar 2026 12:00:30 GMT' }), 30_000);
  });

  void it('passes over what is negative, past, endless or no time at all', () => {
    const nonsense = [
      '-5',
      '0',
      'NaN',
      'Infinity',
      '1e9',
      'soon',
      '9'.repeat(400),
      '5 parsecs',
      '',
      '0s',
      '1s2',
    ];
    for (const value of [
      ...nonsense,
      'Sun, 01 Mar 2026 11:00:00 GMT',
      '2026-02-30T25:61:61Z',
      '2020-01-01T00:00:00Z',
    ]) {
      assert.equal(waitOf({ 'retry-after': value }), undefined, value);
      assert.equal(waitOf({ 'x-ratelimit-reset-tokens': value }), undefined, value);
    }
  });

  void it('gives whole milliseconds, rounded up', () => {
    assert.equal(waitOf({ 'retry-after': '1.1' }), 1100);
    assert.equal(waitOf({ 'retry-after': '0.0001' }), 1);
    assert.equal(waitOf({ 'x-ratelimit-reset-tokens': '1.0001s' }), 1001);
    assert.equal(waitOf({ 'x-ratelimit-reset-tokens': '250µs' }), 1);
  });

  void it('caps every hint', () => {
    assert.equal(waitOf({ 'retry-after': '561600' }), DEFAULT_WAIT_CAP_MS);
    assert.equal(waitOf({ 'retry-after-ms': '99999999999999999999' }), DEFAULT_WAIT_CAP_MS);
    assert.equal(readWait({ 'retry-after': '561600' }, '', NOW, { capMs: LONG_WAIT_CAP_MS }), 24 * HOUR);
    assert.equal(readWait({ 'retry-after': '60' }, '', NOW, { capMs: 1000 }), 1000);
  });

  void it('reads one wait alike in every notation', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3599 }), (seconds) => {
        const at = NOW + seconds * 1000;
        const minutes = Math.floor(seconds / 60);
        const notations = [
          String(seconds),
          `${seconds}s`,
          `${seconds * 1000}ms`,
          `${minutes}m${seconds % 60}s`,
          `0h${minutes}m${seconds % 60}.000s`,
          String(at / 1000),
          String(at),
          new Date(at).toISOString(),
          new Date(at).toISOString().replace('Z', '+00:00'),
          new Date(at).toUTCString(),
        ];
        for (const notation of notations) {
          for (const name of [
            'retry-after',
            'x-ratelimit-reset-requests',
            'anthropic-ratelimit-tokens-reset',
          ]) {
            assert.equal(waitOf({ [name]: notation }), seconds * 1000, `${name}: ${notation}`);
          }
        }
        assert.equal(waitOf({}, `Please try again in ${minutes}m${seconds % 60}s.`), seconds * 1000);
        assert.equal(waitOf({}, `Please wait ${seconds} seconds`), seconds * 1000);
        assert.equal(waitOf({}, `"retryDelay": "${seconds}s"`), seconds * 1000);
      }),
    );
  });

  void it('stays between nothing and the cap in every notation of any wait, and is no shorter than was named', () => {
    const notation = fc.constantFrom<(ms: number) => [Record<string, string>, string]>(
      (ms) => [{ 'retry-after-ms': String(ms) }, ''],
      (ms) => [{ 'retry-after': String(ms / 1000) }, ''],
      (ms) => [{ 'retry-after': new Date(NOW + ms + 999).toUTCString() }, ''],
      (ms) => [{ 'x-ratelimit-reset-tokens': `${ms}ms` }, ''],
      (ms) => [{ 'x-ratelimit-reset': String(NOW + ms) }, ''],
      (ms) => [{ 'anthropic-ratelimit-requests-reset': new Date(NOW + ms).toISOString() }, ''],
      (ms) => [{}, `{"retryDelay":"${ms / 1000}s"}`],
      (ms) => [{}, `{"retry_after":${ms / 1000}}`],
      (ms) => [{}, `Please try again in ${ms}ms.`],
      (ms) => [{}, `resets at ${new Date(NOW + ms).toISOString()}`],
    );
    const waits = fc.integer({ min: 1, max: 10 * 24 * HOUR });
    fc.assert(
      fc.property(notation, waits, fc.integer({ min: 1, max: 24 * HOUR }), (write, asked, capMs) => {
        const waitMs = readWait(...write(asked), NOW, { capMs });
        assert.ok(waitMs !== undefined && waitMs >= Math.min(asked, capMs) && waitMs <= capMs);
        assert.ok(waitMs <= asked + 2000);
      }),
    );
  });

  void it('never throws, and never leaves its bounds', () => {
    const name = fc.constantFrom(
      'retry-after',
      'retry-after-ms',
      'date',
      'x-ratelimit-reset',
      'x-ratelimit-reset-tokens',
      'x-ratelimit-remaining-tokens',
      'anthropic-ratelimit-requests-reset',
    );
    const value = fc.oneof(fc.string(), fc.stringMatching(/^[\d.smhd:TZ -]{0,30}$/), fc.double().map(String));
    fc.assert(
      fc.property(
        fc.dictionary(name, value),
        fc.string(),
        fc.integer({ min: 1, max: 100_000 }),
        (headers, text, capMs) => {
          const waitMs = readWait(headers, text, NOW, { capMs });
          assert.ok(waitMs === undefined || (Number.isInteger(waitMs) && waitMs > 0 && waitMs <= capMs));
        },
      ),
    );
  });
});
