import { writeFile } from 'node:fs/promises';
import { editorSchema, referencePage } from '../src/config/reference.ts';

/** Writes docs/CONFIGURATION.md and docs/sparekey.schema.json from the configuration's schema. */

const docs = new URL('../docs/', import.meta.url);

await writeFile(new URL('CONFIGURATION.md', docs), referencePage());
await writeFile(new URL('sparekey.schema.json', docs), editorSchema());
