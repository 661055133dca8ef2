/**
 * The first header of a name; empty where there is none.
 * @param headers - names and values in turn, as Node has them
 */
export function rawHeader(headers: readonly string[], lowerName: string): string {
  const at = headers.findIndex((name, index) => index % 2 === 0 && name.toLowerCase() === lowerName);
  return at < 0 ? '' : (headers[at + 1] ?? '');
}
