import { readdir, readFile } from 'node:fs/promises';
import { keyVariables } from '../../config/load/key-variables.ts';
import { unreadVariables } from '../../config/load/unread-variables.ts';
import { USUAL_ENV_FILE, usualVariables } from '../environment.ts';

/** Names that mean a configuration of ours, though not the one that is looked for. */
const OUR_FILE = /^\.?sparekey(?:[-_.]config)?\.(?:ya?ml|json)(?:\.txt)?$/iu;
/** Names that anything may have: what such a file says tells whether it is meant. */
const ANY_FILE = /^config\.(?:ya?ml|json)$/iu;
const NAMES_PROVIDERS = /^["'{\s]*providers?["']?\s*:/mu;

/**
 * What was probably meant to configure the gateway and does not: files and variables with nearly the right name, empty variables,
 * and a `.env` that is not read. A sentence each, without values.
 * @param env - the variables that are read
 * @param usualFile - the configuration that is looked for here
 */
export async function nearMisses(env: NodeJS.ProcessEnv, usualFile: string): Promise<readonly string[]> {
  const files = await nearFiles(usualFile);
  const variables = unreadVariables(env).map(({ name, why }) => `${name} ${why}.`);
  return [...files, ...variables, ...(await unreadEnvFile(env))];
}

async function nearFiles(usualFile: string): Promise<readonly string[]> {
  // A folder that may not be listed tells nothing.
  const entries = await readdir('.', { withFileTypes: true }).catch(() => []);
  const here = entries.filter((entry) => entry.isFile() || entry.isSymbolicLink()).map(({ name }) => name);
  const ours = here.filter((name) => OUR_FILE.test(name) && name !== usualFile);
  const others = await Promise.all(here.filter((name) => ANY_FILE.test(name)).map(ifOurs));
  return [...ours, ...others.flat()].map(
    (name) => `${name} is here, but ${usualFile} is what is read: rename it, or say --config ${name}.`,
  );
}

async function ifOurs(name: string): Promise<readonly string[]> {
  const text = await readFile(name, 'utf8').catch(() => '');
  return NAMES_PROVIDERS.test(text) ? [name] : [];
}

async function unreadEnvFile(env: NodeJS.ProcessEnv): Promise<readonly string[]> {
  const set = new Set(keyVariables(env));
  const unread = keyVariables(await usualVariables()).filter((name) => !set.has(name));
  if (unread.length === 0) return [];
  return [
    `${USUAL_ENV_FILE} here has ${unread.join(' and ')}, but is read only with --env-file ${USUAL_ENV_FILE}.`,
  ];
}
