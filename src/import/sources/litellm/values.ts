import { listOf, mapOf, textOf } from '../../loose.ts';
import type { LooseMap } from '../../loose.ts';
import { variable } from '../../plan.ts';
import type { Text } from '../../plan.ts';

/** Reads what LiteLLM says in its own way: variables, and credentials that are written elsewhere in the file. */
export interface Values {
  /** Text, with `os.environ/NAME` as a reference. */
  readonly text: (value: unknown) => Text | undefined;
  /** The values of one of `credential_list`. */
  readonly credential: (name: string) => LooseMap | undefined;
}

/** Values of a file. What `environment_variables` sets is put in its place. */
export function valuesOf(file: LooseMap): Values {
  const set = mapOf(file['environment_variables']);
  const text: Values['text'] = (value) => {
    const plain = textOf(value);
    const name = plain === undefined ? undefined : /^os\.environ\/(\S+)$/.exec(plain)?.[1];
    if (name === undefined) return plain;
    const known = textOf(set[name]);
    return known === undefined || known.startsWith('os.environ/') ? variable(name) : known;
  };
  return {
    text,
    credential: (name) => {
      const found = listOf(file['credential_list'])
        .map(mapOf)
        .find((each) => textOf(each['credential_name']) === name);
      return found === undefined ? undefined : mapOf(found['credential_values']);
    },
  };
}
