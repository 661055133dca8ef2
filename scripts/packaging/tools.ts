import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/* The programs that judge what stands in packaging/, each by the ordinary means of its registry, kept for the next time. */

const FOLDER = fileURLToPath(new URL('../../.cache/packaging', import.meta.url));

/** Builds a program of a Go module, some two minutes for a large one. */
export function goProgram(name: string, source: string): string {
  const path = join(FOLDER, name);
  if (!existsSync(path)) run('go', ['install', source], { GOBIN: FOLDER });
  return path;
}

/** What a package for Python holds, unpacked. */
export function pythonPackage(requirement: string): string {
  const folder = join(FOLDER, requirement.replace('==', '-'));
  if (existsSync(folder)) return folder;
  const download = `${folder}.download`;
  rmSync(download, { recursive: true, force: true });
  run('python3', ['-m', 'pip', 'download', '--quiet', '--no-deps', '--dest', download, requirement]);
  const [wheel = ''] = globSync('*.whl', { cwd: download });
  run('python3', ['-m', 'zipfile', '--extract', join(download, wheel), join(download, 'unpacked')]);
  renameSync(join(download, 'unpacked'), folder);
  rmSync(download, { recursive: true });
  return folder;
}

/**
 * A folder with a JSON schema for each kind of resource of a version of Kubernetes.
 * @param requirement - the package for Python that has them
 */
export function kubernetesSchemas(requirement: string, version: string): string {
  const target = join(FOLDER, `kubernetes-${version}`);
  if (existsSync(target)) return target;
  const schemas = 'kubernetes_validate/kubernetes-json-schema';
  const source = join(pythonPackage(requirement), schemas, `v${version}-local-strict`);
  const unfinished = `${target}.unfinished`;
  mkdirSync(FOLDER, { recursive: true });
  cpSync(source, unfinished, { recursive: true });
  for (const name of globSync('*.json', { cwd: unfinished })) {
    const path = join(unfinished, name);
    // They name each other, and themselves, by places on a web site; here they are neighbours.
    const text = readFileSync(path, 'utf8').replaceAll('"/api/_definitions.json', '"_definitions.json');
    writeFileSync(path, text.replaceAll('"$id": "https:', '"$comment": "https:'));
  }
  renameSync(unfinished, target);
  return target;
}

/**
 * Runs a program, with what it says on the terminal.
 * @throws Error where it fails
 */
export function run(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): void {
  execFileSync(program, args, { stdio: ['ignore', 'inherit', 'inherit'], env: { ...process.env, ...env } });
}
