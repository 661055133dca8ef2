import { crc32 } from 'node:zlib';

/** The lengths of frame and headers, and a checksum of both. */
const PRELUDE_BYTES = 12;
const CHECKSUM_BYTES = 4;
/** The type of a header whose value is text. */
const TEXT = 7;

/**
 * An exception as a frame of an AWS event stream, which ends it: smithy.io/2.0/aws/amazon-eventstream.html.
 * @param exception - its name: `ThrottlingException`. Events of a stream have it with a small first letter
 */
export function awsExceptionFrame(exception: string, message: string): Buffer {
  const headers = Buffer.concat([
    headerBytes(':exception-type', exception.slice(0, 1).toLowerCase() + exception.slice(1)),
    headerBytes(':content-type', 'application/json'),
    headerBytes(':message-type', 'exception'),
  ]);
  const payload = Buffer.from(JSON.stringify({ message }));
  const frame = Buffer.alloc(PRELUDE_BYTES + headers.length + payload.length + CHECKSUM_BYTES);
  frame.writeUInt32BE(frame.length, 0);
  frame.writeUInt32BE(headers.length, 4);
  frame.writeUInt32BE(crc32(frame.subarray(0, 8)), 8);
  headers.copy(frame, PRELUDE_BYTES);
  payload.copy(frame, PRELUDE_BYTES + headers.length);
  frame.writeUInt32BE(crc32(frame.subarray(0, -CHECKSUM_BYTES)), frame.length - CHECKSUM_BYTES);
  return frame;
}

function headerBytes(name: string, value: string): Buffer {
  const text = Buffer.from(value);
  const head = Buffer.alloc(name.length + 4);
  head.writeUInt8(name.length, 0);
  head.write(name, 1, 'latin1');
  head.writeUInt8(TEXT, name.length + 1);
  head.writeUInt16BE(text.length, name.length + 2);
  return Buffer.concat([head, text]);
}
