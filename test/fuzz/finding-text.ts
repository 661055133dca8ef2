import { inspect } from 'node:util';
import type { Finding } from './run.ts';

/** What a person needs to see a finding again. */
export function findingText(target: string, { input, error }: Finding): string {
  return (
    `${target}: ${inspect(error)}\n` +
    `  input: ${JSON.stringify(input.toString('latin1'))}\n` +
    `  again: npm run fuzz -- --target ${target} --input ${input.toString('base64')}`
  );
}
