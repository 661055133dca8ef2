import { decodeSegment } from './request-target.ts';
import { json, type PlainAnswer } from './answer.ts';
import type { KeyScript } from './behaviour.ts';
import { describeScript } from './describe.ts';
import type { KeyRing } from './key-ring.ts';
import type { RequestLog, LoggedRequest } from './request-log.ts';

import { keyScriptSchema, formatPath, problemsOf } from './script-schema.ts';
import { parseJson } from './surface/json.ts';
import { malformedJson, unknownUrl } from './vendor-errors/openai.ts';
import { maskKey, type Refusal } from './vendor-errors/vendor-errors.ts';

/** Everything under it is for people and tests, not for gateways. */
export const CONTROL_PATH = '/__sim/';

/** What the control path may see and change. */
export interface ControlledSimulator {
  readonly ring: KeyRing;
  readonly log: RequestLog;
  readonly connections: number;
  script(key: string, script: KeyScript): void;
  reset(): void;
}

/**
 * Answers a request to the control path:
 * - `GET /__sim/state`: every key, what it does, what is left of its script, and its counts
 * - `GET /__sim/requests`: the newest requests, oldest first, credentials masked
 * - `PUT /__sim/keys/{key}` with a list of behaviours, or a whole key script: it starts at once
 * - `POST /__sim/reset`: scripts back to their beginning, counts and requests forgotten
 */
export function answerControl(
  method: string,
  path: string,
  body: Buffer,
  simulator: ControlledSimulator,
): PlainAnswer | Refusal {
  switch (`${method} ${path.slice(CONTROL_PATH.length)}`) {
    case 'GET state':
      return json(stateOf(simulator));
    case 'GET requests':
      return json({ requests: simulator.log.requests.map((logged) => masked(logged, simulator.ring)) });
    case 'POST reset':
      simulator.reset();
      return json(stateOf(simulator));
    default:
      break;
  }
  const key = /^keys\/([^/]+)$/u.exec(path.slice(CONTROL_PATH.length))?.[1];
  if (method !== 'PUT' || key === undefined) return unknownUrl(method, path);
  return putKey(decodeSegment(key), body, simulator);
}

function putKey(key: string, body: Buffer, simulator: ControlledSimulator): PlainAnswer | Refusal {
  const value = parseJson(body);
  if (value === undefined) return malformedJson;
  const result = keyScriptSchema.safeParse(value);
  if (!result.success) {
    const problems = problemsOf(result.error, value).map(
      ({ path, message }) => `${formatPath(path) || 'the body'}: ${message}`,
    );
    const error = {
      message: problems.join('; '),
      type: 'invalid_script',
      param: null,
      code: 'invalid_script',
    };
    return { kind: 'refusal', status: 400, body: { error } };
  }
  simulator.script(key, result.data);
  return json({ ...keyState(key, simulator), key });
}

function stateOf(simulator: ControlledSimulator): object {
  const { ring, log } = simulator;
  const others = log.keys.filter((key) => !ring.isScripted(key));
  return {
    requests: log.total,
    open: log.open,
    connections: simulator.connections,
    keys: [...ring.scripted, ...others].map((key) => keyState(key, simulator)),
  };
}

function keyState(key: string, { ring, log }: ControlledSimulator): object {
  const script = ring.scriptOf(key);
  return {
    key: shownKey(key, ring),
    note: script.note,
    organization: ring.organizationOf(key),
    does: describeScript(script),
    remaining: ring.remaining(key, performance.now()),
    ...log.counts(key),
  };
}

/** A key that no script names may be a real one that came here by mistake: it is not shown. */
function shownKey(key: string, ring: KeyRing): string {
  return key === '' || ring.isScripted(key) ? key : maskKey(key);
}

const CREDENTIAL_HEADERS = new Set([
  'authorization',
  'x-api-key',
  'api-key',
  'x-goog-api-key',
  'x-amz-security-token',
  'cookie',
]);

function masked(logged: LoggedRequest, ring: KeyRing): object {
  const headers = Object.fromEntries(
    Object.entries(logged.headers).map(([name, value]) => [
      name,
      CREDENTIAL_HEADERS.has(name) ? '********' : value,
    ]),
  );
  const path = logged.path.replace(/([?&]key=)[^&]*/gu, '$1********');
  return { ...logged, key: shownKey(logged.key, ring), path, headers };
}
