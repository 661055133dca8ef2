/** A name that a program says: where, and which. */
export interface Identifier {
  /** From 1. */
  readonly line: number;
  readonly name: string;
}

/**
 * One token of TypeScript as far as it matters here: what holds prose (comments, strings, regular expressions), a
 * template up to its next piece of code, or a name. Whether a slash begins an expression follows from what stands
 * before it, where the formatter has put blanks around those that divide.
 */
const TOKEN =
  /\/\/.*|\/\*[^]*?\*\/|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|(?<=[(,=:[!&|?{};>]\s*|\breturn\s+|^\s*)\/(?![*/ ])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/[a-z]*|(?<name>#?[A-Za-z_$][\w$]*)|[`{}]/gm;

/** The names in a source file. Texts and comments are none; what stands between `${` and `}` is. */
export function identifiersIn(source: string): readonly Identifier[] {
  const found: Identifier[] = [];
  const openBraces: number[] = [];
  const token = new RegExp(TOKEN);
  let line = 1;
  let counted = 0;
  for (let match = token.exec(source); match !== null; match = token.exec(source)) {
    const [text] = match;
    line += source.slice(counted, match.index).split('\n').length - 1;
    counted = match.index;
    const name = match.groups?.['name'];
    if (name !== undefined) found.push({ line, name });
    else if (text === '{') openBraces.push(0);
    else if (text === '}')
      token.lastIndex =
        openBraces.pop() === 1 ? endOfText(source, token.lastIndex, openBraces) : token.lastIndex;
    else if (text === '`') token.lastIndex = endOfText(source, token.lastIndex, openBraces);
  }
  return found;
}

/** Behind the text of a template that begins here: behind its last backtick, or behind the `${` of its next expression. */
function endOfText(source: string, from: number, openBraces: number[]): number {
  const end = /(?:\\[^]|\$(?!\{)|[^`\\$])*(?<end>`|\$\{)/y;
  end.lastIndex = from;
  const match = end.exec(source);
  if (match === null) return source.length;
  if (match.groups?.['end'] === '${') openBraces.push(1);
  return end.lastIndex;
}
