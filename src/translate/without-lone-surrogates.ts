/**
 * JSON without halves of characters, which are what is left of a text that was cut: Anthropic's servers take a body with one for
 * no JSON (github.com/anthropics/claude-code issue 2108, 2026-11-30). In JSON that was made here only they are written as escapes
 * that begin with `\\ud`.
 */
export function withoutLoneSurrogates(json: string): string {
  if (!json.includes('\\ud')) return json;
  return json.replaceAll(/\\(?:u(d[89a-f][0-9a-f]{2})|.)/gu, (escape, half) =>
    half === undefined ? escape : '\\ufffd',
  );
}
