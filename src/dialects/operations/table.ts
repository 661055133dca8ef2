import { anthropicOperations } from './anthropic.ts';
import { bedrockOperations } from './bedrock.ts';
import { geminiOperations } from './gemini.ts';
import { openaiOperations } from './openai.ts';
import type { Operation } from './operation.ts';
import { vendorOperations } from './vendor.ts';
import { hunyuanOperations } from './vendors/hunyuan.ts';

/** Every operation that clients may call by its path. */
export const operations: readonly Operation[] = [
  ...openaiOperations,
  ...anthropicOperations,
  ...geminiOperations,
  ...bedrockOperations,
  ...vendorOperations,
];

const byName = new Map([...operations, ...hunyuanOperations].map((each) => [each.name, each]));

/** The operation of that name. Throws where there is none. */
export function operationNamed(name: string): Operation {
  const operation = byName.get(name);
  if (operation === undefined) throw new RangeError(`there is no operation ${name}`);
  return operation;
}
