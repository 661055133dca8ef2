import { isObject, type JsonObject } from '../../surface/json.ts';
import { objectsAt, type Finding, type Located, type Path } from '../rule.ts';

/** What breaks a rule. */
export function finding(path: Path, message: string): Finding {
  return { path, message };
}

/** The messages. */
export function messagesOf({ messages }: JsonObject): readonly Located<JsonObject>[] {
  return objectsAt(messages, ['messages']);
}

/** The blocks of a message, of some types where they are named. */
export function blocksOf(
  { path, value }: Located<JsonObject>,
  ...types: readonly string[]
): readonly Located<JsonObject>[] {
  const blocks = objectsAt(value['content'], [...path, 'content']);
  return types.length === 0 ? blocks : blocks.filter((each) => types.includes(String(each.value['type'])));
}

/** The texts of a message, a text that stands for the whole of its content too. */
export function textsIn(message: Located<JsonObject>): readonly Located<string>[] {
  const { path, value } = message;
  const { content } = value;
  if (typeof content === 'string')
    return content === '' ? [] : [{ path: [...path, 'content'], value: content }];
  return blocksOf(message).flatMap((block) => {
    if (block.value['type'] === 'tool_result') return textsIn(block);
    const { text } = block.value;
    return typeof text === 'string' ? [{ path: block.path, value: text }] : [];
  });
}

/** The texts of instructions and messages. */
export function textsOf(body: JsonObject): readonly Located<string>[] {
  const instructions = objectsAt(body['system'], ['system']).flatMap(({ path, value: { text } }) =>
    typeof text === 'string' ? [{ path, value: text }] : [],
  );
  return [...instructions, ...messagesOf(body).flatMap(textsIn)];
}

/** Messages of one role that stand side by side are one turn. */
interface TurnOfRole {
  readonly role: unknown;
  readonly path: Path;
  readonly blocks: Located<JsonObject>[];
}

/** The messages as turns. */
export function turnsOf(body: JsonObject): readonly TurnOfRole[] {
  const turns: TurnOfRole[] = [];
  for (const message of messagesOf(body)) {
    const { role, content } = message.value;
    const blocks =
      typeof content === 'string'
        ? [{ path: [...message.path, 'content'], value: { type: 'text', text: content } }]
        : blocksOf(message);
    const last = turns.at(-1);
    if (last !== undefined && last.role === role) last.blocks.push(...blocks);
    else turns.push({ role, path: message.path, blocks: [...blocks] });
  }
  return turns;
}

/** The blocks with marks for the cache. */
export function* markedIn(value: unknown, path: Path = []): Generator<Located<JsonObject>> {
  if (Array.isArray(value)) {
    for (const [index, each] of value.entries()) yield* markedIn(each, [...path, index]);
    return;
  }
  if (!isObject(value)) return;
  if (isObject(value['cache_control'])) yield { path, value };
  for (const name of MARKED) yield* markedIn(value[name], [...path, name]);
}

/** Where blocks with marks may stand. */
const MARKED = ['tools', 'system', 'messages', 'content'];
