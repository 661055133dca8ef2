import type { FileText } from './token-files.ts';

/**
 * What a configuration was made from, as plain data: with the same environment any process makes the same one of it,
 * whatever has become of the files. It holds secrets.
 */
export type ConfigSource = (TextSource | { readonly kind: 'environment' }) & {
  /** What stands beside, and above, the variables that a process was started with. */
  readonly variables?: Readonly<Record<string, string>>;
};

/** A configuration file and the files it names, as they were read. */
export interface TextSource {
  readonly kind: 'text';
  readonly text: string;
  /** Of the file, absolute; absent where the text has none. */
  readonly path?: string;
  /** Those of `apiTokensFile`, by their absolute paths. */
  readonly tokenFiles: readonly (readonly [path: string, file: FileText])[];
  /** Those of `${file:PATH}`, and of certificates and their keys, in the same way. */
  readonly files: readonly (readonly [path: string, file: FileText])[];
}
