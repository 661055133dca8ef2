import { rmSync } from 'node:fs';

// A stale file in dist/ would be published; a build starts from nothing.
rmSync(new URL('../dist', import.meta.url), { recursive: true, force: true });
