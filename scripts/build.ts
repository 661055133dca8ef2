/**
 * `npm run build`: makes `dist/` of the sources, which an installed gateway starts in two thirds of the time: its parts are in
 * few files. What is imported only when it is needed stays apart. Packages stay packages, whose licences and warnings npm knows.
 */
import { chmodSync, cpSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'rolldown';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

await build({
  cwd: ROOT,
  platform: 'node',
  // Everything that is started by itself: the command, and by their names beside it, a process or thread each.
  input: [
    'src/cli/sparekey.ts',
    'src/config/load/load-process.ts',
    'src/workers/entry.ts',
    'src/translate/threads/thread.ts',
  ],
  external: (specifier) => /^[^./]/.test(specifier),
  output: {
    // In one folder, where each finds the others as it does among the sources.
    dir: `${ROOT}/dist`,
    cleanDir: true,
    entryFileNames: '[name].js',
    chunkFileNames: '[name].js',
    comments: { jsdoc: false },
  },
});
// Read by name.
cpSync(`${ROOT}/src/store/redis/scripts`, `${ROOT}/dist/scripts`, { recursive: true });
// It runs by itself, wherever it was unpacked.
chmodSync(`${ROOT}/dist/sparekey.js`, 0o755);
