/** The fields of a map. */
export type Fields = Readonly<Record<string, unknown>>;

/** Whether a value is a map. */
export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** As good as not written, to the plugin. */
export function isBlank(value: unknown): boolean {
  return value === undefined || value === null || value === '';
}

/** An empty list, which is how some write an empty map. */
export function isBlankList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}
