import { readFileSync } from 'node:fs';

/** The version in package.json, which the sources and what is built of them find by the same name. */
export function packageVersion(): string {
  const text = readFileSync(new URL(import.meta.resolve('#package.json')), 'utf8');
  const manifest: unknown = JSON.parse(text);
  if (typeof manifest !== 'object' || manifest === null || !('version' in manifest)) return 'unknown';
  return String(manifest.version);
}
