import { anthropicOperations } from './anthropic.ts';
import { converse, converseStream, countTokens, invokeModel } from './bedrock.ts';
import { geminiOperations } from './gemini.ts';
import { openaiOperations } from './openai.ts';
import type { Operation } from './operation.ts';
import { vendorOperations } from './vendor.ts';

/** Every operation that clients may call. */
export const operations: readonly Operation[] = [
  ...openaiOperations,
  ...anthropicOperations,
  ...geminiOperations,
  ...vendorOperations,
];

/** Those, and some that only requests to providers have. */
const byName = new Map(
  [...operations, converse, converseStream, countTokens, invokeModel].map((each) => [each.name, each]),
);

/** The operation of that name. Throws where there is none. */
export function operationNamed(name: string): Operation {
  const operation = byName.get(name);
  if (operation === undefined) throw new RangeError(`there is no operation ${name}`);
  return operation;
}
