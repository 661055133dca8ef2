import { cpSync } from 'node:fs';

// The compiler takes along only what it compiles.
const scripts = 'store/redis/scripts';
cpSync(new URL(`../src/${scripts}`, import.meta.url), new URL(`../dist/${scripts}`, import.meta.url), {
  recursive: true,
});
