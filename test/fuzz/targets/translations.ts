import assert from 'node:assert/strict';
import { noFacts } from '../../../src/dialects/scan/body-facts.ts';
import type { Call } from '../../../src/dialects/operations/call.ts';
import type { Dialect } from '../../../src/dialects/operations/operation.ts';
import { findTarget, type Target } from '../../../src/dialects/operations/find-target.ts';
import { NO_QUIRKS } from '../../../src/translate/codec.ts';
import { canTranslate } from '../../../src/translate/can-translate.ts';
import { translate } from '../../../src/translate/translate.ts';
import type { FuzzTarget } from '../target.ts';
import { requestBodies } from './request-bodies.ts';

/** The paths that a body with this member is for. */
const PATHS: Readonly<Record<string, readonly string[]>> = {
  messages: ['/v1/chat/completions', '/v1/messages'],
  prompt: ['/v1/completions'],
  input: ['/v1/responses', '/v1/embeddings', '/v1/chat/completions'],
  contents: ['/v1beta/models/m:generateContent', '/v1beta/models/m:streamGenerateContent'],
  requests: ['/v1beta/models/m:batchEmbedContents'],
  content: ['/v1beta/models/m:embedContent'],
};
const TO: readonly Dialect[] = ['openai-chat', 'anthropic-messages', 'gemini-generate', 'bedrock-converse'];

/** Whatever a client sends, it is translated to the provider's dialect, or refused with a reason. */
export function translations(): FuzzTarget {
  return {
    name: 'translations',
    newInputs: 300,
    words: [
      'data:image/png;base64,iVBORw0KGgo=',
      '"type":"tool_result"',
      '"cache_control":{"type":"ephemeral"}',
    ],
    seeds: requestBodies.map((body) => Buffer.from(JSON.stringify(body))),
    run: async (input, random) => {
      const body = objectIn(input);
      if (body === undefined) return;
      const dialect = random.pick(TO);
      const target = findTarget('POST', random.pick(pathsFor(body)));
      assert.ok(typeof target === 'object');
      if (!canTranslate(target.operation, dialect)) return;
      const result = await translate(callOf(input, target, random.chance(0.5)), 'model', dialect, NO_QUIRKS);
      if (result.kind === 'not-expressible') {
        assert.ok(result.reason.length > 0);
        return;
      }
      assert.equal(result.kind, 'translated', 'there is only one at a time');
      result.translator.drop();
      const sent = result.call.body;
      assert.ok(sent.kind === 'buffered');
      assert.ok(objectIn(sent.bytes) !== undefined, 'what would be sent is no JSON object');
    },
  };
}

function pathsFor(body: object): readonly string[] {
  const fitting = Object.entries(PATHS).flatMap(([member, paths]) => (member in body ? paths : []));
  return fitting.length > 0 ? fitting : Object.values(PATHS).flat();
}

function callOf(bytes: Buffer, target: Target, stream: boolean): Call {
  return {
    id: 'req_1',
    target,
    headers: [],
    body: { kind: 'buffered', bytes },
    model: 'model',
    modelSpan: undefined,
    hints: noFacts(),
    stream,
    creates: false,
    credential: undefined,
    acceptedAt: 0,
    signal: new AbortController().signal,
  };
}

function objectIn(bytes: Buffer): object | undefined {
  try {
    const value: unknown = JSON.parse(bytes.toString());
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
