import type { Plan } from './plan.ts';
import { readSource } from './source-file.ts';
import type { SourceFile } from './source-file.ts';
import { readChannels } from './sources/channels/channels.ts';
import { readCliProxyApi } from './sources/cliproxyapi/cliproxyapi.ts';
import { readGptLoad } from './sources/gpt-load/gpt-load.ts';
import { readLiteLlm } from './sources/litellm/litellm.ts';

/** What a reader needs beside the file. */
interface Circumstances {
  readonly env: NodeJS.ProcessEnv;
  /** Seconds since 1970. */
  readonly now: number;
}

type Reader = (file: SourceFile, circumstances: Circumstances) => Plan;

/** The gateways that can be imported from. */
export const IMPORT_SOURCES = ['litellm', 'one-api', 'new-api', 'gpt-load', 'cliproxyapi'] as const;

/** A gateway to come from. */
export type ImportSource = (typeof IMPORT_SOURCES)[number];

const READERS: Readonly<Record<ImportSource, Reader>> = {
  litellm: readLiteLlm,
  'one-api': (file, { now }) => readChannels(file, 'one-api', now),
  'new-api': (file, { now }) => readChannels(file, 'new-api', now),
  'gpt-load': (file, { env }) => readGptLoad(file, env['ENCRYPTION_KEY']),
  cliproxyapi: readCliProxyApi,
};

/**
 * Reads the configuration of another gateway, without touching it.
 * @throws ImportFailure where the file is none of that gateway, or cannot be read
 */
export async function readPlan(
  source: ImportSource,
  path: string,
  circumstances: Circumstances,
): Promise<Plan> {
  return READERS[source](await readSource(path), circumstances);
}
