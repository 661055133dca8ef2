import type { FileText } from './token-files.ts';

/**
 * What a configuration was made from, as plain data: with the same environment it makes the very same one
 * again, in any process and whatever has become of its files. It holds secrets.
 */
export type ConfigSource = TextSource | { readonly kind: 'environment' };

/** A configuration file and the files it names, as they were read. */
export interface TextSource {
  readonly kind: 'text';
  readonly text: string;
  /** Of the file, absolute; absent where the text is from nowhere. */
  readonly path?: string;
  /** By their absolute paths. */
  readonly tokenFiles: readonly (readonly [path: string, file: FileText])[];
}
