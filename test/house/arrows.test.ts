import assert from 'node:assert/strict';
import { test } from 'node:test';
import { matching } from './files.ts';
import { importsOf, type Import } from './imports.ts';

/** What the files of a room may import beside each other. */
interface Arrows {
  /** Beginnings of paths under src/ that may be imported. */
  readonly code: readonly string[];
  /** The same, for types alone. */
  readonly types?: readonly string[];
  /** The packages and built-in modules allowed; absent where the room may use any. */
  readonly outside?: readonly string[];
}

/**
 * The plan of the house. A room is named by the beginning of its paths; a file belongs to the longest name
 * that fits it. Rooms that decide may not reach anything that does I/O.
 */
const ROOMS: Readonly<Record<string, Arrows>> = {
  'keys/': { code: [], types: ['store/contract.ts'], outside: ['node:crypto', 'node:util'] },
  'clock/': { code: [] },
  'store/': { code: ['clock/'], types: ['keys/secret.ts'] },
  'upstream/': { code: [] },
  'listener/': { code: [], outside: ['node:fs', 'node:net', 'node:os'] },
  'telemetry/': {
    code: ['clock/wall-time.ts', 'keys/redacted-text.ts', 'listener/'],
    types: ['clock/', 'cluster/', 'failover/blame/notice.ts', 'gateway/request-entry.ts', 'keys/'],
  },
  'simulator/': { code: [] },
  'dialects/': { code: [], types: ['keys/secret.ts', 'upstream/memory.ts', 'upstream/watch.ts'] },
  'translate/': { code: ['dialects/', 'upstream/machine-memory.ts'], types: ['upstream/'] },
  'providers/': { code: ['dialects/', 'keys/', 'providers/', 'translate/', 'upstream/'], types: ['config/'] },
  'providers/types': { code: [], outside: [] },
  'config/': {
    code: ['failover/rules/consequences.ts', 'keys/', 'providers/types'],
    types: ['failover/rules/rule.ts', 'store/place.ts'],
  },

  // The judgement: a room of its own inside failover, so that it can be read and tested alone.
  'failover/verdict.ts': { code: [], outside: [] },
  'failover/outcome.ts': { code: [], outside: [] },
  'failover/wait': { code: ['failover/wait'], outside: [] },
  'failover/rules/': {
    code: ['failover/waits.ts'],
    types: ['failover/outcome.ts', 'failover/verdict.ts'],
    outside: [],
  },
  'failover/judge.ts': {
    code: ['failover/rules/', 'failover/verdict.ts', 'failover/waits.ts'],
    types: ['failover/outcome.ts'],
    outside: [],
  },
  'failover/effect.ts': {
    code: [],
    types: ['failover/verdict.ts', 'keys/'],
    outside: [],
  },

  'affinity/': { code: ['dialects/', 'keys/'], types: ['providers/', 'store/contract.ts'] },
  'failover/': {
    code: ['affinity/', 'dialects/', 'failover/', 'keys/', 'providers/', 'upstream/'],
    types: ['translate/retelling.ts'],
  },
  'probe/': {
    code: ['dialects/', 'failover/', 'keys/', 'providers/'],
    types: ['store/contract.ts'],
  },
  'gateway/': {
    code: [
      'affinity/',
      'dialects/',
      'failover/',
      'keys/',
      'listener/',
      'translate/retelling.ts',
      'upstream/machine-memory.ts',
      'upstream/pieces.ts',
    ],
    types: ['config/', 'providers/', 'upstream/'],
  },
  'admin/': {
    code: ['clock/wall-time.ts', 'failover/', 'keys/', 'listener/'],
    types: ['clock/', 'cluster/', 'probe/', 'providers/'],
  },
  'workers/': {
    code: ['listener/', 'telemetry/'],
    types: [
      'admin/worker-view.ts',
      'config/source.ts',
      'gateway/memory-budget.ts',
      'gateway/server.ts',
      'keys/known-records.ts',
    ],
  },
  // What runs in either kind of process is part of a gateway, and puts it together from what a node has.
  'workers/control.ts': {
    code: ['node/', 'telemetry/', 'workers/'],
    types: ['config/', 'keys/known-records.ts', 'main.ts'],
  },
  'workers/worker.ts': { code: ['config/', 'node/', 'telemetry/', 'workers/'] },
  'workers/entry.ts': { code: ['workers/worker.ts'] },
  'cluster/': { code: [], types: ['providers/', 'store/contract.ts'] },
  'node/': {
    code: [
      'admin/',
      'affinity/',
      'clock/',
      'cluster/',
      'failover/',
      'gateway/',
      'keys/',
      'listener/',
      'probe/',
      'providers/',
      'store/',
      'telemetry/',
      'workers/count.ts',
    ],
    types: ['config/'],
  },
  'main.ts': { code: ['node/'], types: [''] },
  'cli/': { code: ['config/', 'failover/', 'listener/', 'main.ts', 'simulator/', 'telemetry/', 'workers/'] },
};

const SOURCES = matching('src/**/*.ts');
const GRAPH = new Map(SOURCES.map((path) => [path, importsOf(path)]));

void test('every source file stands in a room of the plan', () => {
  assert.deepEqual(
    SOURCES.filter((path) => roomOf(path) === undefined),
    [],
  );
});

void test('folders import only in the direction of the plan', () => {
  assert.deepEqual(
    [...GRAPH].flatMap(([path, imports]) =>
      imports.filter((each) => !isAllowed(path, each)).map((each) => describe(path, each)),
    ),
    [],
  );
});

void test('nothing but main and the processes of a gateway puts a node together', () => {
  const importers = SOURCES.filter((path) =>
    GRAPH.get(path)?.some(({ target }) => target.startsWith('src/node/')),
  );
  assert.deepEqual(
    importers.filter((path) => !path.startsWith('src/node/')),
    ['src/main.ts', 'src/workers/control.ts', 'src/workers/worker.ts'],
  );
});

void test('no file imports itself, over however many others', () => {
  assert.deepEqual(findCycle(), undefined);
});

function roomOf(path: string): string | undefined {
  return Object.keys(ROOMS)
    .filter((room) => path.startsWith(`src/${room}`))
    .toSorted((a, b) => b.length - a.length)
    .at(0);
}

function isAllowed(path: string, { target, ours, typeOnly }: Import): boolean {
  const room = roomOf(path);
  const arrows = room === undefined ? undefined : ROOMS[room];
  if (arrows === undefined) return false;
  if (!ours) return typeOnly || (arrows.outside?.includes(target) ?? true);
  if (roomOf(target) === room) return true;
  const allowed = typeOnly ? [...arrows.code, ...(arrows.types ?? [])] : arrows.code;
  return allowed.some((beginning) => target.startsWith(`src/${beginning}`));
}

function describe(path: string, { target, typeOnly }: Import): string {
  return `${path} → ${target}${typeOnly ? ' (types)' : ''}`;
}

/** The first cycle found, as the files on its way, or undefined where there is none. */
function findCycle(): string[] | undefined {
  const cleared = new Set<string>();
  const search = (path: string, way: readonly string[]): string[] | undefined => {
    if (way.includes(path)) return [...way.slice(way.indexOf(path)), path];
    if (cleared.has(path)) return undefined;
    for (const { target, ours } of GRAPH.get(path) ?? []) {
      const cycle = ours ? search(target, [...way, path]) : undefined;
      if (cycle !== undefined) return cycle;
    }
    cleared.add(path);
    return undefined;
  };
  for (const path of SOURCES) {
    const cycle = search(path, []);
    if (cycle !== undefined) return cycle;
  }
  return undefined;
}
