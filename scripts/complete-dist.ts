import { chmodSync, cpSync } from 'node:fs';

// The compiler takes along only what it compiles.
const scripts = 'src/store/redis/scripts';
cpSync(new URL(`../${scripts}`, import.meta.url), new URL(`../dist/${scripts}`, import.meta.url), {
  recursive: true,
});
// It runs by itself, wherever it was unpacked.
chmodSync(new URL('../dist/src/cli/sparekey.js', import.meta.url), 0o755);
