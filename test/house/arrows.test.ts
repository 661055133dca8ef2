import assert from 'node:assert/strict';
import { test } from 'node:test';
import { matching } from './files.ts';
import { importsOf, type Import } from './imports.ts';

/** A folder of src/, or a file that stands beside them. */
interface Module {
  readonly name: string;
  /** The modules that its files may import, types included. */
  readonly imports: readonly string[];
  /** The packages and built-in modules whose code it may run; absent where it may run any. */
  readonly outside?: readonly string[];
}

/**
 * The order of the house: a module imports from those above it alone, and of these only what it names. What decides
 * (records, verdicts) may not reach anything that does I/O.
 */
const MODULES: readonly Module[] = [
  { name: 'base', imports: [], outside: ['node:os', 'node:util', 'node:v8'] },
  { name: 'clock', imports: [] },
  { name: 'listener', imports: ['base'] },
  { name: 'upstream', imports: ['base'] },
  { name: 'store', imports: ['base', 'clock'] },
  { name: 'keys', imports: ['base', 'store'], outside: ['node:crypto', 'node:util'] },
  { name: 'dialects', imports: ['base', 'upstream'] },
  { name: 'catalog', imports: [], outside: [] },
  { name: 'translate', imports: ['base', 'upstream', 'dialects', 'catalog'] },
  { name: 'verdict', imports: ['upstream', 'keys'], outside: [] },
  { name: 'config', imports: ['base', 'listener', 'keys', 'catalog', 'verdict'] },
  {
    name: 'providers',
    imports: ['base', 'upstream', 'keys', 'dialects', 'translate', 'catalog', 'config'],
  },
  { name: 'routing', imports: ['base', 'store', 'keys', 'dialects', 'providers'] },
  {
    name: 'failover',
    imports: ['base', 'upstream', 'keys', 'dialects', 'translate', 'verdict', 'providers', 'routing'],
  },
  {
    name: 'probe',
    imports: ['base', 'store', 'keys', 'dialects', 'catalog', 'verdict', 'providers', 'failover'],
  },
  { name: 'cluster', imports: ['store', 'providers'] },
  {
    name: 'gateway',
    imports: [
      'base',
      'listener',
      'upstream',
      'keys',
      'dialects',
      'config',
      'providers',
      'routing',
      'failover',
    ],
  },
  {
    name: 'admin',
    imports: [
      'base',
      'clock',
      'listener',
      'keys',
      'verdict',
      'providers',
      'routing',
      'failover',
      'probe',
      'cluster',
    ],
  },
  { name: 'telemetry', imports: ['clock', 'listener', 'keys', 'failover', 'cluster', 'gateway'] },
  {
    name: 'node',
    imports: [
      'base',
      'clock',
      'listener',
      'store',
      'keys',
      'config',
      'providers',
      'routing',
      'failover',
      'probe',
      'cluster',
      'gateway',
      'admin',
      'telemetry',
    ],
  },
  { name: 'main.ts', imports: ['listener', 'config', 'gateway', 'telemetry', 'node'] },
  {
    name: 'workers',
    imports: ['base', 'listener', 'keys', 'config', 'gateway', 'admin', 'telemetry', 'node', 'main.ts'],
  },
  { name: 'import', imports: ['base', 'catalog'] },
  {
    name: 'cli',
    imports: [
      'base',
      'listener',
      'verdict',
      'config',
      'admin',
      'telemetry',
      'node',
      'main.ts',
      'workers',
      'import',
      'simulator',
    ],
  },
];

/** A program of its own, which knows nothing of the gateway. It ships in the same package. */
const SIMULATOR: Module = { name: 'simulator', imports: [] };

/** All modules by their names. */
const BY_NAME = new Map([SIMULATOR, ...MODULES].map((module) => [module.name, module]));

const GRAPH = new Map(matching('{src,simulator}/**/*.ts').map((path) => [path, importsOf(path)]));

void test('every source file stands in a module of the list, and every module has files', () => {
  const found = new Set([...GRAPH.keys()].map(moduleOf));
  assert.deepEqual([...found].toSorted(), [...BY_NAME.keys()].toSorted());
});

void test('a module of the list imports from those above it alone', () => {
  const above = new Set([SIMULATOR.name]);
  for (const { name, imports } of MODULES) {
    assert.deepEqual(
      imports.filter((each) => !above.has(each)),
      [],
      `${name} imports from below`,
    );
    above.add(name);
  }
});

void test('files import only what their module may, types included', () => {
  assert.deepEqual(
    [...GRAPH].flatMap(([path, imports]) =>
      imports.filter((each) => !isAllowed(path, each)).map((each) => `${path} → ${each.target}`),
    ),
    [],
  );
});

void test('the list names no import that nothing makes', () => {
  const made = new Set(
    [...GRAPH].flatMap(([path, imports]) =>
      imports.filter(({ ours }) => ours).map(({ target }) => importName(moduleOf(path), moduleOf(target))),
    ),
  );
  const named = MODULES.flatMap(({ name, imports }) => imports.map((each) => importName(name, each)));
  assert.deepEqual(
    named.filter((each) => !made.has(each)),
    [],
  );
});

void test('nothing but main and the processes of a gateway puts a node together', () => {
  const importers = [...GRAPH].filter(([, imports]) =>
    imports.some(({ target }) => target.startsWith('src/node/') && target !== 'src/node/worker-count.ts'),
  );
  assert.deepEqual(
    importers.map(([path]) => path).filter((path) => !path.startsWith('src/node/')),
    ['src/main.ts', 'src/workers/control.ts', 'src/workers/worker.ts'],
  );
});

/** What the gateway and those behind it see of how a request is answered: the answer, what is logged of it, the plan's types. */
const ANSWERS = ['answer/answer.ts', 'answer/serve-trace.ts', 'attempt/attempt-plan.ts'];

void test('attempts, and which failure a client sees, are known to failover and health checks alone', () => {
  const hidden = [...GRAPH].flatMap(([path, imports]) =>
    imports
      .filter(({ target }) => /^src\/failover\/(?:answer|attempt)\//.test(target))
      .filter(({ target }) => !ANSWERS.some((each) => target.endsWith(each)))
      .filter(() => !['failover', 'probe'].includes(moduleOf(path)))
      .map(({ target }) => `${path} → ${target}`),
  );
  assert.deepEqual(hidden, []);
  const deciders = [...GRAPH].filter(([, imports]) =>
    imports.some(({ target }) => target === 'src/failover/answer/client-failure.ts'),
  );
  assert.deepEqual(
    deciders.map(([path]) => path).filter((path) => !path.startsWith('src/failover/answer/')),
    ['src/failover/serve.ts'],
  );
});

void test('no file imports itself, over however many others', () => {
  assert.deepEqual(findCycle(), undefined);
});

/** `src/keys/pool.ts` is of `keys`, `src/main.ts` of `main.ts`, `simulator/…` of `simulator`. */
function moduleOf(path: string): string {
  return /^(?:src\/)?(?<name>[^/]+)/.exec(path)?.groups?.['name'] ?? path;
}

function isAllowed(path: string, { target, ours, typeOnly }: Import): boolean {
  const name = moduleOf(path);
  const module = BY_NAME.get(name);
  if (module === undefined) return false;
  if (!ours) return typeOnly || (module.outside?.includes(target) ?? true);
  const targetName = moduleOf(target);
  return targetName === name || module.imports.includes(targetName);
}

function importName(from: string, to: string): string {
  return `${from} → ${to}`;
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
  for (const path of GRAPH.keys()) {
    const cycle = search(path, []);
    if (cycle !== undefined) return cycle;
  }
  return undefined;
}
