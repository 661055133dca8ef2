import assert from 'node:assert/strict';
import { parseObject } from '../../../src/base/json.ts';
import type { Json } from '../../../src/base/json.ts';
import { idWithState, packOpaqueState } from '../../../src/translate/opaque-state.ts';
import type { ConfigParts } from '../../support/gateway.ts';
import { outgoing } from '../../providers/outgoing.ts';

/* What the gateway packs into a conversation for a client of another family. */
export const CLAUDE_STATE = packOpaqueState({ anthropic: { signature: 'sigABC' } });
export const GEMINI_STATE = packOpaqueState({ google: { thoughtSignature: 'sigGEM' } });
export const MARKED_CALL = idWithState('call_1', { google: { thoughtSignature: 'sigGEM' } });

/** What leaves of a body that passes through. */
export async function sent(parts: ConfigParts, path: string, body: object): Promise<Json> {
  const { body: written } = await outgoing(parts, { path, body });
  const value = parseObject(written);
  assert.ok(value, written);
  return value;
}
