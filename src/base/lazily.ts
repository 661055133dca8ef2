/**
 * A part of the program that is loaded when it is first asked for, and kept: `import()` itself takes some tens of microseconds
 * however often it was called. What could not be loaded, as where no file can be opened, is tried again the next time.
 */
export function lazily<Part>(load: () => Promise<Part>): () => Promise<Part> {
  let loading: Promise<Part> | undefined;
  return () =>
    (loading ??= load().catch((error: unknown) => {
      loading = undefined;
      throw error;
    }));
}
