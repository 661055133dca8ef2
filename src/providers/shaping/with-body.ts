import type { Call } from '../../dialects/operations/call.ts';
import { scanBody } from '../../dialects/scan/json-scan.ts';

/** The same call with another body, whose facts are read anew. */
export function withBody(call: Call, bytes: Buffer): Call {
  const facts = scanBody(bytes);
  if (facts.kind === 'fault') throw new TypeError(`an edited body is not valid: ${facts.message}`);
  const isAsAsked = call.target.operation.streams === 'as-asked';
  return {
    ...call,
    body: { kind: 'buffered', bytes },
    modelSpan: facts.modelSpan,
    hints: facts,
    stream: isAsAsked ? facts.stream : call.stream,
  };
}
