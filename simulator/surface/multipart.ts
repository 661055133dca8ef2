/** A file in a form. */
export interface FormFile {
  readonly filename: string;
  readonly bytes: Buffer;
}

/** A `multipart/form-data` body: the last value of each name. */
export interface Form {
  readonly fields: ReadonlyMap<string, string>;
  readonly files: ReadonlyMap<string, FormFile>;
}

const HEAD_END = '\r\n\r\n';

/**
 * Reads a form.
 * @returns undefined where the content type is another, or the body is not a whole form
 */
export function parseForm(contentType: string, body: Buffer): Form | undefined {
  const boundary = /^multipart\/form-data\s*;.*?boundary="?([^";]+)"?/iu.exec(contentType)?.[1];
  if (boundary === undefined) return undefined;
  const fields = new Map<string, string>();
  const files = new Map<string, FormFile>();
  const delimiter = `--${boundary}`;
  let at = body.indexOf(delimiter);
  while (at !== -1) {
    const start = at + delimiter.length;
    if (body.toString('latin1', start, start + 2) === '--') return { fields, files };
    const headEnd = body.indexOf(HEAD_END, start);
    at = body.indexOf(`\r\n${delimiter}`, start);
    if (headEnd === -1 || at < headEnd) return undefined;
    const head = body.toString('utf8', start, headEnd);
    const content = body.subarray(headEnd + HEAD_END.length, at);
    const name = /[; ]name="([^"]*)"/iu.exec(head)?.[1];
    const filename = /[; ]filename="([^"]*)"/iu.exec(head)?.[1];
    if (name !== undefined && filename !== undefined) files.set(name, { filename, bytes: content });
    else if (name !== undefined) fields.set(name, content.toString('utf8'));
    at += '\r\n'.length;
  }
  return undefined;
}
