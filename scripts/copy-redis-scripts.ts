import { cpSync } from 'node:fs';

// The compiler takes along only what it compiles.
const scripts = 'src/store/redis/scripts';
cpSync(new URL(`../${scripts}`, import.meta.url), new URL(`../dist/${scripts}`, import.meta.url), {
  recursive: true,
});
