/** A file's text, or what was expected of it instead. */
export type FileText =
  { readonly ok: true; readonly text: string } | { readonly ok: false; readonly expected: string };

/** The files of a configuration, as they were read. */
export interface ReadFiles {
  /** Of the configuration itself, absolute; absent where it is none. */
  readonly path?: string;
  /** Those of `apiTokensFile`, by their absolute paths. */
  readonly tokenFiles: readonly (readonly [path: string, file: FileText])[];
  /** Those of `${file:PATH}`, and of certificates and their keys, in the same way. */
  readonly files: readonly (readonly [path: string, file: FileText])[];
}
