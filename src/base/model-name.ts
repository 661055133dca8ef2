/* Names of models: clients choose them, and where one stands in a path it may lead nowhere else, with our credential. */

/** Of a name. UTF-16 units. */
const MAX_LENGTH = 1024;

/** Servers decode a path once, and proxies before them once more. */
const MAX_DECODINGS = 3;

/**
 * Whether a text can be the name of a model anywhere: no provider has one of another kind, and some are told it in a path, where
 * these would lead elsewhere or cannot be written. Who pays: a server whose models are named so, for instance one that
 * was started with `../model`, until `modelMapping` gives it another name.
 */
export function isModelName(text: string): boolean {
  if (text.length > MAX_LENGTH || !text.isWellFormed()) return false;
  let name = text;
  for (let decodings = 0; decodings <= MAX_DECODINGS; decodings++) {
    if (CONTROL.test(name) || name.split(/[/\\]/u).some((segment) => DOTS.test(segment))) return false;
    const decoded = decodedOnce(name);
    if (decoded === name) return true;
    name = decoded;
  }
  return false;
}

/** Segments that mean a folder, with a parameter of a path behind them too (RFC 3986, 3.3). */
const DOTS = /^\.{1,2}(?:;.*)?$/su;

const CONTROL = /\p{Cc}/u;

function decodedOnce(name: string): string {
  if (!name.includes('%')) return name;
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
