import type { FileData } from '../client/fields.ts';

/*
 * What files cost in tokens, by Anthropic's rules of thumb. Others count them otherwise (Gemini 258 tokens a tile, OpenAI
 * by tiles of 512 pixels), of one order of magnitude.
 */

/**
 * docs.claude.com/en/docs/build-with-claude/vision, 2026-11: an image costs `width × height / 750` tokens, and is made smaller
 * where that is more than about 1,600 tokens or an edge longer than 1,568 pixels.
 */
const PIXELS_PER_TOKEN = 750;
const MAX_EDGE = 1568;
const MAX_IMAGE_TOKENS = 1600;

/** docs.claude.com/en/docs/build-with-claude/pdf-support, 2026-11: a page costs 1,500 to 3,000 tokens. */
const TOKENS_PER_PAGE = 2250;
/** No more pages are believed: the same page has it as the bound of a request. */
const MAX_PAGES = 600;

/** Bytes of a picture in which its size is looked for; behind long metadata it is not found. */
const HEAD_BYTES = 64 * 1024;
/** Bytes of a document in which its pages are looked for. */
const DOCUMENT_BYTES = 4 * 1024 * 1024;

/** The tokens of a file; `countText` counts one that is text. What is neither image, text nor PDF counts nothing. */
export function fileTokens(mediaType: string, data: FileData, countText: (text: string) => number): number {
  if (data.type === 'text') return countText(data.text);
  if (mediaType.startsWith('image')) return imageTokens(bytesOf(data, HEAD_BYTES));
  if (mediaType === 'application/pdf') return pdfTokens(bytesOf(data, DOCUMENT_BYTES));
  return mediaType.startsWith('text/') ? countText(bytesOf(data, Infinity).toString()) : 0;
}

/** The beginning of a file; empty where it is only named. */
function bytesOf(data: FileData, maxBytes: number): Buffer {
  if (data.type !== 'data') return Buffer.alloc(0);
  const content = data.data;
  if (typeof content === 'string')
    return Buffer.from(content.length > maxBytes * 2 ? content.slice(0, maxBytes * 2) : content, 'base64');
  const length = Math.min(content.byteLength, maxBytes);
  return Buffer.from(content.buffer, content.byteOffset, length);
}

function imageTokens(bytes: Buffer): number {
  const size = sizeOfImage(bytes);
  if (size === undefined) return MAX_IMAGE_TOKENS;
  const scale = Math.min(1, MAX_EDGE / Math.max(size.width, size.height, 1));
  const tokens = (size.width * scale * (size.height * scale)) / PIXELS_PER_TOKEN;
  return Math.min(MAX_IMAGE_TOKENS, Math.ceil(tokens));
}

interface Size {
  readonly width: number;
  readonly height: number;
}

/** Pixels of a PNG, GIF, WebP or JPEG, by its header; undefined where there is none, or it is cut off. */
function sizeOfImage(bytes: Buffer): Size | undefined {
  const kind = bytes.toString('latin1', 0, 4);
  if (kind === '\x89PNG' && bytes.length >= 24)
    return { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) };
  if (kind === 'GIF8' && bytes.length >= 10)
    return { width: bytes.readUInt16LE(6), height: bytes.readUInt16LE(8) };
  if (kind === 'RIFF' && bytes.length >= 30) return sizeOfWebp(bytes);
  return bytes.length > 4 && bytes.readUInt16BE(0) === JPEG ? sizeOfJpeg(bytes) : undefined;
}

const JPEG = 0xff_d8;

/** developers.google.com/speed/webp/docs/riff_container */
function sizeOfWebp(bytes: Buffer): Size | undefined {
  switch (bytes.toString('latin1', 12, 16)) {
    case 'VP8X':
      return { width: bytes.readUIntLE(24, 3) + 1, height: bytes.readUIntLE(27, 3) + 1 };
    case 'VP8 ':
      return { width: bytes.readUInt16LE(26) & 0x3f_ff, height: bytes.readUInt16LE(28) & 0x3f_ff };
    case 'VP8L': {
      const bits = bytes.readUInt32LE(21);
      return { width: (bits & 0x3f_ff) + 1, height: ((bits >>> 14) & 0x3f_ff) + 1 };
    }
    default:
      return undefined;
  }
}

/** Goes from segment to segment up to the one that begins the picture (ITU T.81, B.2.2). */
function sizeOfJpeg(bytes: Buffer): Size | undefined {
  for (let at = 2; at + 9 <= bytes.length; at += 2 + bytes.readUInt16BE(at + 2)) {
    const marker = bytes[at + 1] ?? 0;
    if (bytes[at] !== 0xff) return undefined;
    const startsFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (startsFrame) return { width: bytes.readUInt16BE(at + 7), height: bytes.readUInt16BE(at + 5) };
  }
  return undefined;
}

/** A PDF whose pages are compressed, or that is only named, counts as one page. */
function pdfTokens(bytes: Buffer): number {
  const pages = bytes.toString('latin1').match(/\/Type\s*\/Page(?![a-zA-Z])/gu)?.length ?? 0;
  return Math.min(Math.max(pages, 1), MAX_PAGES) * TOKENS_PER_PAGE;
}
