import type { KeyScript, Script } from './behaviour.ts';

/** A key for demonstrations. */
export interface DemoKey {
  readonly key: string;
  readonly script: KeyScript;
}

const MINUTE_MS = 60_000;

/** Five keys for first contact: two good ones, and three that fail in different ways. */
export const demoKeys: readonly DemoKey[] = [
  {
    key: 'sim-key-1-healthy-Jq4vT8xZ2bLm-ok-1',
    script: { note: 'healthy', behaviours: [] },
  },
  {
    key: 'sim-key-2-healthy-Rw7cN3yK9dHs-ok-2',
    script: { note: 'healthy', behaviours: [] },
  },
  {
    key: 'sim-key-3-revoked-Bz5mQ1pV6fGt-dead',
    script: { note: 'revoked', behaviours: [{ kind: 'invalid-key' }] },
  },
  {
    key: 'sim-key-4-limited-Xk2hW9sD4jCn-wait',
    script: {
      note: 'throttled, a minute at a time',
      repeat: true,
      behaviours: [
        { kind: 'rate-limited', forMs: MINUTE_MS },
        { kind: 'answer', forMs: MINUTE_MS },
      ],
    },
  },
  {
    key: 'sim-key-5-flaky-Ty8gE6rM3aPv-flak',
    script: {
      note: 'flaky',
      repeat: true,
      behaviours: [
        { kind: 'answer', times: 2 },
        { kind: 'error-event', times: 1 },
      ],
    },
  },
];

/** What `sparekey simulate` plays without a script, and `sparekey start` without a configuration. */
export const defaultScript: Script = {
  keys: Object.fromEntries(demoKeys.map(({ key, script }) => [key, script])),
};
