const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const JPEG = Buffer.from([0xff, 0xd8, 0xff]);

/**
 * The media type of an image by the bytes that it begins with: of the types that providers read
 * (mimesniff.spec.whatwg.org, 6.1, and ISO/IEC 23008-12 for HEIC). Undefined for anything else.
 */
export function imageTypeOf(bytes: Buffer): string | undefined {
  if (bytes.subarray(0, PNG.length).equals(PNG)) return 'image/png';
  if (bytes.subarray(0, JPEG.length).equals(JPEG)) return 'image/jpeg';
  const text = bytes.toString('latin1', 0, 12);
  if (text.startsWith('GIF87a') || text.startsWith('GIF89a')) return 'image/gif';
  if (text.startsWith('RIFF') && text.endsWith('WEBP')) return 'image/webp';
  if (text.startsWith('BM')) return 'image/bmp';
  return /^.{4}ftyp(?:heic|heix|hevc|mif1|msf1)$/su.test(text) ? 'image/heic' : undefined;
}
