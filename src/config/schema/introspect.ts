import { z } from 'zod';
import { kinds } from './scalars.ts';
import type { Kind } from './scalars.ts';

/* Reads the schema itself: for the reference page, and to know which fields there are. */

export type Schema = z.core.$ZodType;

/** A schema without its wrappers, and what those say. */
export interface Option {
  readonly inner: Schema;
  readonly required: boolean;
  /** As it would be written in the configuration. */
  readonly default?: unknown;
  readonly description?: string;
  readonly kind?: Kind;
}

/** Unwraps defaults, optionality and transforms. Of several descriptions, kinds or defaults the outermost counts. */
export function describeOption(schema: Schema): Option {
  const description = z.globalRegistry.get(schema)?.description;
  const kind = kinds.get(schema);
  const own = {
    ...(description === undefined ? {} : { description }),
    ...(kind === undefined ? {} : { kind }),
  };
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault)
    return {
      ...describeOption(schema.def.innerType),
      default: schema.def.defaultValue,
      required: false,
      ...own,
    };
  if (schema instanceof z.ZodExactOptional)
    return { ...describeOption(schema.def.innerType), required: false, ...own };
  if (schema instanceof z.ZodPipe) return { ...describeOption(schema.def.in), ...own };
  return { inner: schema, required: true, ...own };
}

/** The fields of a map; undefined for anything else. */
export function fieldsOf(schema: Schema): Readonly<Record<string, Schema>> | undefined {
  const { inner } = describeOption(schema);
  if (inner instanceof z.ZodObject) return inner.shape;
  // Text or a map: the map has the fields.
  if (inner instanceof z.ZodUnion)
    return inner.options.map((option) => fieldsOf(option)).find((fields) => fields !== undefined);
  return undefined;
}

/** What the items of a list are; undefined for anything else. */
export function itemsOf(schema: Schema): Schema | undefined {
  const { inner } = describeOption(schema);
  if (inner instanceof z.ZodArray) return inner.element;
  // A word or a list: the list has the items. Where a map may stand beside it, that says all there is.
  if (inner instanceof z.ZodUnion && fieldsOf(schema) === undefined)
    return inner.options.map((option) => itemsOf(option)).find((items) => items !== undefined);
  return undefined;
}

/** What the values of a map with names of any kind are; undefined for anything else. */
export function valuesOf(schema: Schema): Schema | undefined {
  const { inner } = describeOption(schema);
  return inner instanceof z.ZodRecord ? inner.valueType : undefined;
}

/** Whether text is meant, of whatever form. */
export function isText(schema: Schema): boolean {
  return describeOption(schema).inner instanceof z.ZodString;
}

/** The words of which one is meant; undefined for anything else. */
export function keywordsOf(schema: Schema): readonly unknown[] | undefined {
  const { inner } = describeOption(schema);
  return inner instanceof z.ZodEnum ? inner.options : undefined;
}

/** The schema of what stands at a path; undefined where the schema has nothing there. */
export function schemaAt(schema: Schema, path: readonly PropertyKey[]): Schema | undefined {
  let current: Schema | undefined = schema;
  for (const part of path) {
    if (current === undefined) return undefined;
    current = typeof part === 'number' ? itemsOf(current) : fieldOf(current, String(part));
  }
  return current;
}

/** A configuration may say `constructor`, which every object has. */
function fieldOf(schema: Schema, name: string): Schema | undefined {
  const fields = fieldsOf(schema) ?? {};
  return Object.hasOwn(fields, name) ? fields[name] : undefined;
}

/** The names that may stand in the map at a path, as far as the schema knows one there. */
export function fieldNamesAt(schema: Schema, path: readonly PropertyKey[]): readonly string[] {
  const found = schemaAt(schema, path);
  return found === undefined ? [] : Object.keys(fieldsOf(found) ?? {});
}
