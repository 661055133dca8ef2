import { isObject, type JsonObject } from '../../surface/json.ts';
import { objectsAt, type Finding, type Located, type Path } from '../rule.ts';

/** A member by its name, which may be written either way. */
export function member(object: unknown, name: string): unknown {
  if (!isObject(object)) return undefined;
  return object[name] ?? object[snakeCase(name)];
}

/** `generationConfig` is `generation_config` in messages. */
export function snakeCase(name: string): string {
  return name.replaceAll(/[A-Z]/gu, (letter) => `_${letter.toLowerCase()}`);
}

/** A way as Google writes it: `contents[0].parts[1].function_call`. */
export function placeOf(path: Path): string {
  return path
    .map((step) => (typeof step === 'number' ? `[${step}]` : `.${snakeCase(step)}`))
    .join('')
    .replace(/^\./u, '');
}

/** The contents; one may stand for a list of it. */
export function contentsOf(body: JsonObject): readonly Located<JsonObject>[] {
  const { contents } = body;
  return objectsAt(Array.isArray(contents) ? contents : [contents], ['contents']);
}

/** The parts of a content. */
export function partsOf({ path, value }: Located<JsonObject>): readonly Located<JsonObject>[] {
  return objectsAt(value['parts'], [...path, 'parts']);
}

/** The functions that are declared. */
export function declarationsOf(body: JsonObject): readonly Located<JsonObject>[] {
  return objectsAt(body['tools'], ['tools']).flatMap(({ path, value }) =>
    objectsAt(member(value, 'functionDeclarations'), [...path, 'functionDeclarations']),
  );
}

/** What breaks a rule. */
export function finding(path: Path, message: string): Finding {
  return { path, message };
}
