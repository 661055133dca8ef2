/*
 * Whose credential a message means. A provider that refuses a key speaks of the key; one that refuses a request speaks of
 * its content, often by quoting it, and then "token", "signature" and "expired" are about that. What remains of a message
 * without all of that is about the key.
 */

/** A message without what is not the provider's own statement. */
interface OwnWords {
  /** Without links, and with `'_'` for each quote. */
  readonly unquoted: string;
  /** `unquoted` without sentences about other credentials than the key. */
  readonly aboutKey: string;
  /** It speaks of a credential or a signature of something that the client named. */
  readonly concernsClientResource: boolean;
}

/**
 * Removes from a message what is not about the key.
 * @param prose - without its links
 */
export function ownWordsOf(prose: string): OwnWords {
  const unquoted = prose.replaceAll(QUOTES, "'_'");
  if (namesBodyPath(prose)) return { unquoted, aboutKey: '', concernsClientResource: true };
  const sentences = unquoted.split(SENTENCE_END);
  const aboutKey = sentences.filter((sentence) => !ABOUT_CLIENT_RESOURCE.test(sentence));
  return {
    unquoted,
    aboutKey: aboutKey.join(' '),
    concernsClientResource: aboutKey.length < sentences.length,
  };
}

/** A single quote opens behind no letter and closes before none: elsewhere it is an apostrophe. */
const QUOTES =
  /"[^"]*(?:"|$)|`[^`]*(?:`|$)|(?<!\w)'[^']*'(?!\w)|“[^”]*(?:”|$)|‘[^’]*’(?!\w)|«[^»]*(?:»|$)|「[^」]*(?:」|$)/g;

const SENTENCE_END = /(?<=[.!?;])\s+|(?<=[。！？；])|\n+/;

/** "messages.1.content.0: …", "tools[0].function.name: …": a path in the request's body. */
function namesBodyPath(prose: string): boolean {
  const bodyPath = /^[a-z_][\w.[\]]{0,200}: /i.exec(prose)?.[0];
  return bodyPath !== undefined && /\.\d+\b|\[\d+\]/.test(bodyPath);
}

/** Resources that clients name in requests, and providers access on their behalf. */
const CLIENT_RESOURCE = String.raw`(?:mcp|(?:mcp|remote|external|custom|target|tool|third[- ]party|your(?: own)?) servers?|your own (?:\w+ ){0,2}(?:resource|storage|account|endpoint|cluster|deployment|service)s?|webhooks?|connectors?|plug-?ins?|tools?|functions?|callbacks?|ur[li]s?|(?<!env |config |configuration |auth |on )files?|images?(?! (?:generation|model|api|edit))|videos?(?! generation)|audios?|documents?|attachments?|(?:storage |s3 |gcs )?buckets?|blobs?|databases?|vector stores?|repositor(?:y|ies)|web ?sites?|web ?pages?|(?:redacted )?thinking|thoughts?|(?:encrypted )?reasoning)`;

const ABOUT_CLIENT_RESOURCE = new RegExp(
  [
    // "for MCP server 'x'", "in thinking block", "of the image", "at your own server"
    String.raw`\b(?:for|of|in|from|by|to|at|on|with|against)(?: (?!our )[\w'’.-]{1,40}){0,3}? ${CLIENT_RESOURCE}\b`,
    // "the webhook's secret", "MCP server authentication", "Thought signature"
    String.raw`\b${CLIENT_RESOURCE}(?:['’]s)?(?: [\w'’-]{1,40}){0,3}? (?:tokens?|keys?|credentials?|secrets?|signatures?|passwords?|authenticat\w+|authori[sz]ation|log-?in)\b`,
    // "your own resource returned: …", "the remote server rejected …", "file_url: …"
    String.raw`\b${CLIENT_RESOURCE}(?: '_')?,? (?:returned|responded|answered|replied|rejected|refused|requires|reported|said)\b|\brequests? to\s+(?:the )?(?:'_' )?(?:has |have )?failed\b|\b(?:file|image|video|audio|document|input)_(?:url|uri|file|data)\b`,
    // "failed to download https://…: access key expired"
    String.raw`\b(?:downloading|fetching|retrieving|crawling|(?:failed|unable|could not|cannot|can't) (?:to )?(?:download|fetch|retrieve|crawl|load|reach|connect))\b`,
    '(?:图片|文件|链接|网址|工具|视频|音频|回调|附件|数据库).{0,12}(?:令牌|密钥|签名|过期|无效|失效|鉴权)',
  ].join('|'),
  'i',
);

/** Whether a phrase occurs in the client's request. */
export type IsClientText = (phrase: string) => boolean;

/** Where the request is not known. */
export const nothingFromClient: IsClientText = () => false;

/** Matches tried at most, when those before are the client's text. */
const MAX_MATCHES = 8;

/** Whether an expression matches anywhere in a message where it does not echo the client's request. */
export function occursInOwnWords(pattern: RegExp, words: string, isClientText: IsClientText): boolean {
  let rest = words;
  for (let tries = 0; tries < MAX_MATCHES; tries++) {
    const found = pattern.exec(rest);
    if (found === null) return false;
    if (!isPhrase(found[0]) || !isClientText(found[0])) return true;
    rest = rest.slice(found.index + Math.max(1, found[0].length));
  }
  return false;
}

/** One word, such as "token", may be in any request by chance. Four Chinese characters are a phrase. */
function isPhrase(text: string): boolean {
  return /\S\s+\S/.test(text) || /[\u3400-\u9fff]{4}/.test(text);
}

/** Values of `param` that name no request field: placeholders, and names of the key itself. */
const NO_REQUEST_FIELD =
  /^(?:none|null|undefined|(?:x[-_])?(?:goog[-_])?api[-_]?key|key|authorization|token|\d+)?$/i;

/** Whether `param` of an error names a field of the request: then the error is about that. */
export function namesRequestField(
  param: string | undefined,
  isClientText: IsClientText | undefined,
): boolean {
  if (param === undefined || NO_REQUEST_FIELD.test(param)) return false;
  const root = /^[\w-]{1,100}/.exec(param)?.[0];
  return root !== undefined && (isClientText === undefined || isClientText(root));
}
