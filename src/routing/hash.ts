const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/** FNV-1a of 32 bits over UTF-8 (Fowler, Noll, Vo): the same on every machine. Not for secrets. */
export function fnv1a(text: string): number {
  return fnv1aOf([Buffer.from(text)]);
}

/** The same over several pieces, one after the other. */
export function fnv1aOf(pieces: readonly Uint8Array[]): number {
  let hash = FNV_OFFSET;
  for (const piece of pieces) {
    for (let at = 0; at < piece.length; at++) hash = Math.imul(hash ^ (piece[at] ?? 0), FNV_PRIME);
  }
  return hash >>> 0;
}

/** Spreads a number over all 32 bits, one to one: the finishing step of MurmurHash3 (Appleby). */
export function spread(number: number): number {
  let bits = number ^ (number >>> 16);
  bits = Math.imul(bits, 0x85ebca6b);
  bits ^= bits >>> 13;
  bits = Math.imul(bits, 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}
