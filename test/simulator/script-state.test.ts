import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KeyScript } from '../../simulator/behaviour.ts';
import {
  remaining,
  initialProgress,
  nextBehaviour,
  type RequestTraits,
} from '../../simulator/script-state.ts';

const CHAT: RequestTraits = { operation: 'chat', model: 'm' };

/** The kinds met by requests, each at its own time. */
function met(
  script: KeyScript,
  requests: readonly (readonly [now: number, traits?: RequestTraits])[],
  random: () => number = () => 0,
): string[] {
  let progress = initialProgress(script);
  return requests.map(([now, traits = CHAT]) => {
    const turn = nextBehaviour(script, progress, traits, now, random);
    progress = turn.progress;
    return turn.behaviour?.kind ?? 'nothing';
  });
}

void test('behaviours follow one another, each for its number of requests', () => {
  const script: KeyScript = {
    behaviours: [
      { kind: 'hang', times: 2 },
      { kind: 'invalid-key', times: 1 },
    ],
  };
  assert.deepEqual(met(script, [[0], [0], [0], [0]]), ['hang', 'hang', 'invalid-key', 'nothing']);
});

void test('a time runs from the first request that meets the behaviour', () => {
  const script: KeyScript = { behaviours: [{ kind: 'hang', forMs: 100 }] };
  assert.deepEqual(met(script, [[5_000], [5_099], [5_100]]), ['hang', 'hang', 'nothing']);
});

void test('a step has when its behaviour ends', () => {
  const script: KeyScript = { behaviours: [{ kind: 'rate-limited', forMs: 100 }] };
  const first = nextBehaviour(script, initialProgress(script), CHAT, 1_000, Math.random);
  assert.equal(first.endsAt, 1_100);
  assert.equal(nextBehaviour(script, first.progress, CHAT, 1_050, Math.random).endsAt, 1_100);
});

void test('a behaviour without a number or a time lasts for ever and changes nothing', () => {
  const script: KeyScript = { behaviours: [{ kind: 'hang' }] };
  const progress = initialProgress(script);
  assert.equal(nextBehaviour(script, progress, CHAT, 0, Math.random).progress, progress);
  assert.deepEqual(met(script, [[0], [1e12]]), ['hang', 'hang']);
});

void test('a behaviour for some models or operations leaves the others to the next', () => {
  const script: KeyScript = {
    behaviours: [
      { kind: 'hang', models: ['a'], times: 1 },
      { kind: 'overloaded', operations: ['embeddings'] },
      { kind: 'refuse' },
    ],
  };
  assert.deepEqual(
    met(script, [
      [0, { operation: 'chat', model: 'b' }],
      [0, { operation: 'embeddings', model: 'b' }],
      [0, { operation: 'embeddings', model: 'a' }],
      [0, { operation: 'embeddings', model: 'a' }],
      [0, { operation: 'files', model: undefined }],
    ]),
    ['refuse', 'overloaded', 'hang', 'overloaded', 'refuse'],
  );
});

void test('a script that repeats begins again when all of it is over', () => {
  const script: KeyScript = {
    repeat: true,
    behaviours: [
      { kind: 'hang', times: 1 },
      { kind: 'answer', forMs: 100 },
    ],
  };
  assert.deepEqual(met(script, [[0], [10], [109], [110], [111]]), [
    'hang',
    'answer',
    'answer',
    'hang',
    'answer',
  ]);
});

void test('a chance that is lost goes to the next behaviour and uses nothing up', () => {
  const draws = [0.9, 0.1, 0.9];
  const script: KeyScript = { behaviours: [{ kind: 'hang', chance: 0.5, times: 1 }, { kind: 'refuse' }] };
  assert.deepEqual(
    met(script, [[0], [0], [0]], () => draws.shift() ?? 0),
    ['refuse', 'hang', 'refuse'],
  );
});

void test('what remains is what is not over', () => {
  const script: KeyScript = {
    behaviours: [
      { kind: 'hang', times: 1 },
      { kind: 'refuse', times: 1 },
    ],
  };
  const { progress } = nextBehaviour(script, initialProgress(script), CHAT, 0, Math.random);
  assert.deepEqual(
    remaining(script, progress, 0).map(({ kind }) => kind),
    ['refuse'],
  );
});
