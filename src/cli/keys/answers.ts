/** Prints text as it is, all else as JSON. */
export function printAnswer(answer: unknown): void {
  process.stdout.write(`${typeof answer === 'string' ? answer : JSON.stringify(answer, undefined, 2)}\n`);
}

/** A warning beside the answer, which is right as far as this gateway knows. */
export function warnStoreAway(since: string): void {
  process.stderr.write(
    `The store is away since ${since}: what other processes and machines have met since then is not known here.\n`,
  );
}

/** A warning beside the answer to a change. */
export function warnNotStored(): void {
  process.stderr.write('The store is away: this counts already, and is written when it is back.\n');
}
