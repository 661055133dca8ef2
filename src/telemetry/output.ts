/** Where the lines of a log go. */
export interface Output {
  /** Neither throws nor waits. @param line - one or several whole lines, with their ends */
  write(line: string): void;
  /** Resolves when everything so far has been written, or cannot be. */
  flush(): Promise<void>;
}

/** Any stream, which buffers for itself. */
export function streamOutput(stream: NodeJS.WritableStream): Output {
  return {
    write: (line) => {
      stream.write(line);
    },
    flush: () => new Promise((resolve) => stream.write('', () => resolve())),
  };
}
