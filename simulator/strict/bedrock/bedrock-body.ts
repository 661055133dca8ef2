import { objectOf, stringOf, type JsonObject } from '../../surface/json.ts';
import { objectsAt, type Finding, type Located, type Path } from '../rule.ts';

/** What breaks a rule. */
export function finding(path: Path, message: string): Finding {
  return { path, message };
}

/** A constraint of the model of the API; its lists count from 1. */
export function constraint(value: string, path: Path, rule: string): Finding {
  const place = path.map((step) => (typeof step === 'number' ? `${step + 1}.member` : step)).join('.');
  const shown = value === 'null' ? 'null' : `'${value}'`;
  return finding(
    path,
    `1 validation error detected: Value ${shown} at '${place}' failed to satisfy constraint: ${rule}`,
  );
}

/** The messages. */
export function messagesOf({ messages }: JsonObject): readonly Located<JsonObject>[] {
  return objectsAt(messages, ['messages']);
}

/** The blocks of a message. */
export function blocksOf({ path, value }: Located<JsonObject>): readonly Located<JsonObject>[] {
  return objectsAt(value['content'], [...path, 'content']);
}

/** The blocks of all messages, of some kinds where they are named. */
export function blocksIn(body: JsonObject, ...kinds: readonly string[]): readonly Located<JsonObject>[] {
  const blocks = messagesOf(body).flatMap(blocksOf);
  return kinds.length === 0
    ? blocks
    : blocks.filter(({ value }) => kinds.some((kind) => value[kind] !== undefined));
}

/** The ids of the calls of a message, or of its results. */
export function idsIn(message: Located<JsonObject>, kind: 'toolUse' | 'toolResult'): readonly string[] {
  return blocksOf(message).flatMap(({ value }) => stringOf(objectOf(value[kind])['toolUseId']) ?? []);
}
