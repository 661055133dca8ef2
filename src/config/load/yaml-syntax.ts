import type { ErrorCode } from 'yaml';

/**
 * What YAML expected, by the parser's error code. Its own messages are not used: they may quote the
 * text, and with it a secret.
 */
export const yamlSyntax: Readonly<Record<ErrorCode, string>> = {
  ALIAS_PROPS: 'an alias without anchor or tag',
  BAD_ALIAS: 'an alias with a plain name',
  BAD_COLLECTION_TYPE: 'a tag that fits the map or list',
  BAD_DIRECTIVE: 'a directive of YAML 1.2, or none',
  BAD_DQ_ESCAPE: 'an escape sequence of YAML (in single quotes a backslash is only itself)',
  BAD_INDENT: 'a line indented like those it belongs to, and every bracket or quote closed',
  BAD_PROP_ORDER: 'anchors and tags after the -, ? or : they belong to',
  BAD_SCALAR_START: 'quotes around text that begins with this character',
  BLOCK_AS_IMPLICIT_KEY: 'quotes around text with a colon in it, or a line for each field',
  BLOCK_IN_FLOW: 'no indented map or list within { } or [ ]',
  DUPLICATE_KEY: 'a field that this map does not already have',
  IMPOSSIBLE: 'valid YAML',
  KEY_OVER_1024_CHARS: 'a key of at most 1024 characters',
  MISSING_CHAR: 'a closing quote, bracket or brace, a comma, a colon or a space',
  MULTILINE_IMPLICIT_KEY: 'a key on a single line',
  MULTIPLE_ANCHORS: 'a single anchor',
  MULTIPLE_DOCS: 'a single document',
  MULTIPLE_TAGS: 'a single tag',
  NON_STRING_KEY: 'a key that is text',
  RESOURCE_EXHAUSTION: 'less deep nesting',
  TAB_AS_INDENT: 'spaces for indentation, not tabs',
  TAG_RESOLVE_FAILED: 'no tag, or one of the YAML core schema, or quotes around what begins with !',
  UNEXPECTED_TOKEN: 'nothing more behind this value, and a space behind each colon',
};
