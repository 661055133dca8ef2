import { brotliDecompressSync, gunzipSync, inflateSync, zstdDecompressSync } from 'node:zlib';

/** Of an error's text, once decoded: as much as rules may have to read. */
const MAX_TEXT_BYTES = 256 * 1024;

/**
 * The text of an error's body, even where the provider encoded it although it was not to. Empty where it cannot be
 * decoded: the status is all there is to judge by then.
 */
export function decodeBody(body: Buffer, contentEncoding: string | string[] | undefined): string {
  return (decompress(body, String(contentEncoding ?? '')) ?? '').toString();
}

function decompress(body: Buffer, encoding: string): Buffer | undefined {
  const options = { maxOutputLength: MAX_TEXT_BYTES };
  try {
    switch (encoding.trim().toLowerCase()) {
      case '':
      case 'identity':
        return body.subarray(0, MAX_TEXT_BYTES);
      case 'gzip':
      case 'x-gzip':
        return gunzipSync(body, options);
      case 'deflate':
        return inflateSync(body, options);
      case 'br':
        return brotliDecompressSync(body, options);
      case 'zstd':
        return zstdDecompressSync(body, options);
      default:
        return undefined;
    }
  } catch {
    // A body that is not what its header says, or too large: there is nothing to read in it.
    return undefined;
  }
}
