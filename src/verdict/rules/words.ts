/*
 * What messages say, by meaning: short stems rather than sentences, since providers reword those. Each is asked in
 * its order and only under the statuses that its rule names; alone none of them proves anything.
 */

/** Any of several expressions, without regard to case. */
function anyOf(...sources: readonly string[]): RegExp {
  return new RegExp(sources.join('|'), 'i');
}

/** The expression for whatever one of several fits. */
function either(...expressions: readonly RegExp[]): RegExp {
  return anyOf(...expressions.map(({ source }) => source));
}

const MONEY = String.raw`(?:balances?|credits?|funds|points)`;

/** Nothing left to spend. "Quota" alone is not among them: it may be a minute's. */
export const OUT_OF_CREDIT = anyOf(
  String.raw`\b(?:insufficient|not enough|no more|no remaining|low|negative|exhausted|depleted)\b (?:\w+ ){0,4}${MONEY}\b`,
  String.raw`\b${MONEY}\b.{0,40}\b(?:insufficient|exhausted|depleted|too low|not enough|not sufficient|used up|r[au]n out|negative|expired)\b`,
  String.raw`\bbalance (?:is )?(?:\$?-|\$?0\b)`,
  String.raw`\b(?:out of|used (?:up )?(?:all|your)|exhausted (?:all|your)|exceeded your|over your) (?:\w+ ){0,4}(?:${MONEY}|extra usage)\b`,
  String.raw`\b(?:not|n't) have (?:enough |any |sufficient )+(?:\w+ ){0,2}${MONEY}\b`,
  String.raw`\bspend(?:ing)? (?:limit|cap)\b|\b(?:credit|billing|hard) limit\b.{0,30}\b(?:reached|exceeded)\b`,
  String.raw`\b(?:over|exceed\w*) .{0,30}(?<!thinking )\bbudget\b|(?<!thinking )\bbudget\b.{0,100}\b(?:exceeded|exhausted|reached)\b`,
  String.raw`\bpayment\b.{0,30}\b(?:required|past due|overdue|failed|declined)\b|\binvalid_payment_instrument\b`,
  String.raw`\b(?:past due|overdue|in arrears|arrearage|unpaid|past invoices)\b`,
  String.raw`\b(?:requires?|enable|activate|set ?up) (?:\w+ ){0,3}billing\b|\bbilling\b.{0,40}\b(?:not active|inactive|disabled|not enabled|not set up)\b`,
  String.raw`\baccount is not active\b|\b(?:subscription|plan|package)\b.{0,30}\b(?:expired|ended|lapsed|inactive)\b`,
  String.raw`\bexceeded your current quota\b|\bmonthly included credits\b|\bquota is not enough\b|\b(?:user|token|remain\w*) quota: ?\S?-?\d|\bpre-?consumed? quota\b`,
  String.raw`\b(?:credits?|usage) (?:is|are) required\b|\bmonthly spend\b`,
  String.raw`\b(?:inactive|expired|no (?:active|valid)|not have an? (?:active|valid)) (?:\w+ ){0,2}(?:subscription|plan)\b|\bsubscription\b.{0,40}\bdisabled\b`,
  String.raw`\b(?:resource|token|traffic|quota|model) (?:packs?|packages?|bundles?)\b.{0,60}\b(?:exhausted|used up|r[au]n out|insufficient|depleted|expired|not enough|empty)\b|\b(?:no|exhausted|used up|insufficient|depleted) (?:\w+ ){0,3}(?:resource|token|traffic|quota) (?:packs?|packages?|bundles?)\b`,
  '欠费|余额不足|余额不够|账户余额|预扣费额度失败|额度(?:不足|已用尽|已用完|用完|已耗尽|耗尽)|(?:资源包|流量包|套餐包|资源套餐).{0,12}(?:用尽|用完|耗尽|不足|过期|到期)|(?:无|没有)(?:可用|有效)的?.{0,4}(?:资源包|流量包|套餐)|请.{0,4}充值',
);

/** More tokens are asked for than what is left would pay: fewer may do, and so may another account. */
export const LARGER_THAN_CREDIT = anyOf(
  String.raw`\bfewer max_tokens\b|\bcan only afford\b|\baffordable:? [1-9]|\bprompt tokens limit exceeded: \d+ > \d`,
);
/** What is left pays for nothing. */
export const NOTHING_LEFT = anyOf(String.raw`\bafford(?:able)?:? 0\b`);

/** The model is for those who pay, whatever else is said of limits. */
export const NO_FREE_TIER = anyOf(
  String.raw`\bnot (?:available|supported|included|offered) (?:in|on|for|with|under|to) (?:\w+ )?free\b|\bfree (?:\w+ )?(?:tier|plan|users?)\b.{0,40}\b(?:(?:is|are) not (?:available|supported|included|allowed)|unavailable|(?:does|do)(?: not|n't) (?:include|support|cover|have access))`,
  String.raw`\b(?:does(?: not|n't)|do not|not) have an? free (?:\w+ )?tier\b|\bno free (?:\w+ )?tier\b|\bmodels?\b.{0,40}\b(?:only|exclusively) (?:available )?(?:to|for|on|in) (?:\w+ )?paid\b`,
  String.raw`\blimit:? 0\b(?!\.\d)`,
);
/** A limit that is more than none. */
export const SOME_LIMIT = anyOf(String.raw`\blimit:? [1-9]`);

/** Weaker words for the same, believed where nothing better is said. */
export const ASKS_FOR_MONEY = anyOf(
  String.raw`\b(?:recharge|top[- ]?up|add (?:more )?(?:credits?|funds)|(?:purchase|buy) (?:more |an? )?(?:credits?|packages?)|check\b.{0,30}\bbalance\b.{0,20}\bsufficient|(?:valid|add an?|add or update|update|register) (?:\w+ )?(?:credit card|payment (?:method|instrument)))\b`,
);

/** Weakest: a plan that does not go so far. */
export const ASKS_FOR_PLAN = anyOf(
  String.raw`\b(?:need|needs|require[sd]?|upgrade|purchase|buy)\b.{0,40}\b(?:subscription|plan|tier)\b|\bnot licen[sc]ed\b|\b(?:subscription|plan)\b.{0,10}\brequired\b|\bno (?:[\w-]+ ){0,3}subscription\b|\bupgrade (?:for|to|your (?:account|plan))\b`,
);

/** "Try again after …": what has to be done first. */
const ONCE = String.raw`\b(?:again|retry) (?:\w+ )?(?:after|once|when) (?:you(?:'ve|’ve| have)? )?(?:\w+ )?`;
export const AFTER_PAYING = anyOf(
  String.raw`${ONCE}(?:upgrad(?:ing|ed|e)|recharg(?:ing|ed|e)|topp(?:ing|ed) up|top[- ]?up|add(?:ing|ed)? (?:\w+ ){0,2}(?:credits?|funds|payment|card)|pay(?:ing|ment)|paid|purchas\w+|subscrib\w+|renew\w*)\b`,
);
export const AFTER_VERIFYING = anyOf(
  String.raw`${ONCE}(?:verif\w+|complet\w+ (?:\w+ ){0,2}(?:verification|registration|kyc)|real[- ]name|accept\w*|agree\w*|register\w*|appl(?:ying|ied|y))\b`,
);

/** A window of a plan: hours, a week, a billing cycle. It ends by itself. */
export const PLAN_WINDOW = anyOf(
  String.raw`\b(?:weekly|monthly|daily|hourly|session|\d+[- ]?(?:hours?|h|days?)|usage)\b.{0,20}\blimits?\b.{0,80}\b(?:reached|exceeded|hit)\b`,
  String.raw`\b(?:reached|exceed(?:ed|s)?|hit|used)\b.{0,60}\b(?:weekly|hourly|session|\d+[- ]?(?:hours?|h|days?)|usage)\b.{0,20}\blimits?\b`,
  String.raw`\bbilling cycle\b|\b(?:quota|usage|limit)s?\b.{0,60}\b(?:resets?|refresh\w*)\b|\bresets? (?:at|on)\b`,
  String.raw`(?:小时|每周|每月|周|月).{0,8}(?:上限|限额)|(?:限额|额度).{0,30}重置`,
);

/** Counted by the day or longer, whatever else is said. */
export const PER_DAY = anyOf(
  String.raw`\bper[ _-]?(?:day|week|month)\b|\b(?:daily|weekly)\b|\/ ?(?:day|month)\b|\b[RT]PD\b|\bper \d+ ?(?:hours|days)\b|\b86400s\b|\b24[- ]hour\b`,
  '每日|每天|当日|今日',
);

/** The day's allowance is used up, said so that a server's failure may be believed. */
export const DAY_IS_USED_UP = anyOf(
  String.raw`\b(?:daily|per[ _-]day|today's|24[- ]hours?)\b.{0,40}\b(?:limits?|quotas?|allowance|requests?)\b.{0,60}\b(?:exceed\w*|reached|exhausted|hit|used up)\b`,
  String.raw`\b(?:exceed\w*|reached|exhausted|hit|used up)\b.{0,60}\b(?:daily|per[ _-]day|today's|for today)\b.{0,40}(?:\b(?:limits?|quotas?|allowance)\b)?|\b(?:limits?|quotas?)\b.{0,60}\b(?:per|a|\/ ?) ?day\b.{0,30}\b(?:exceed\w*|reached)\b`,
  '(?:今日|今天|每日|当日|每天|单日).{0,12}(?:额度|次数|限额|上限|配额|用量)|(?:额度|次数|用量).{0,8}(?:今日|当日|每日)',
);

/** A quota, a plan or hours are spoken of: a long wait is likely true. */
export const LONG_WINDOW = anyOf(
  String.raw`\bquotas?\b|\b(?:usage|plan|subscription|session|hourly|weekly|monthly) limits?\b|\b\d+[- ]?(?:hours?|hrs?|h)(?![a-z])|\b\d+ days?\b`,
  '额度|配额|小时',
);
/** A limit of seconds or minutes, beside which a day's wait is a mistake. */
export const SHORT_WINDOW = anyOf(String.raw`\bper[ -](?:second|sec|minute|min)\b|\b[RT]PM\b|每(?:秒|分钟)`);

/** Too much in too little time. */
export const TOO_FAST = anyOf(
  String.raw`\brate[- _]?limit|\btoo many (?:concurrent |\w+ )?(?:requests?|connections|calls)\b|\bthrottl`,
  String.raw`\b(?:requests?|queries|calls|tokens|images) per (?:second|sec|minute|min|hour|day|month)\b|\b[RT]P[MDSH]\b|\bQPS\b`,
  String.raw`\bconcurren(?:t|cy)\b|\bslow down\b|\bhigh[- ]frequency\b|\b(?:limits? on )?how (?:frequently|often)\b|\btoo (?:often|fast|frequent(?:ly)?)\b|\bquota (?:has been )?(?:exceeded|reached|exhausted)\b|\bexceeded .{0,20}quota\b`,
  '频率|限流|并发|请求(?:过于|太|数)?(?:频繁|过多|过快)|速率',
);

/** More in one request than the domain is ever given at once. */
export const LARGER_THAN_LIMIT = anyOf(
  String.raw`^request too large for\b|\blimit:? [\d,]+, requested:? ~?[\d,]+|\bused:? 0, requested`,
);

/** No room for anybody just now. */
export const AT_CAPACITY = anyOf(
  String.raw`\boverloaded\b|\b(?:at|over|no|insufficient|exceeds?|limited|out of)\b (?:\w+ )?capacity\b|\bcapacity\b.{0,30}\b(?:limits?|exceeded|exhausted|constraint|reached|unavailable)`,
  String.raw`\b(?:high|heavy|excessive) (?:demand|volume|load|traffic)\b|\b(?:server|model|system|service|engine|cluster)s?\b.{0,20}\b(?:busy|unavailable)\b`,
  String.raw`\btemporarily (?:unavailable|rate-limited upstream|limiting)\b|\breceiving too many requests\b|\bupstream\b.{0,40}\b(?:rate[- ]?limit|overload|unavailable|error)`,
  String.raw`\b(?:model|server|service|deployment|instance|endpoint)s?\b.{0,40}\b(?:not (?:yet )?ready|(?:still |currently )?(?:loading|warming up|scaling up|starting up))\b|\btoo busy\b|\bqueue (?:is )?full\b|\bcool(?:ing|ed)[ -]?down\b`,
  '繁忙|过载|高峰|负载(?:较高|过高|已饱和)|访问量过大|资源不足',
);

/** What serves a model is being brought down, or is not well: at a client's status, and none of its doing. */
export const FUNCTION_DOWN = anyOf(
  String.raw`\b(?:degraded|draining|errored) (?:function|deployment|endpoint|instance|worker)s?\b|\b(?:function|deployment|endpoint|instance|worker|model)s?\b.{0,80}\b(?:is|are|in) (?:(?:currently|a|now|being) ){0,2}(?:degraded|draining|drained|shutting down|errored)\b`,
);

/** Words of haste or load, which are counted in tokens too. */
export const BUSY_OR_FAST = either(AT_CAPACITY, TOO_FAST);

/**
 * Reasoning of another account, vendor or model that a conversation holds cannot be read, or is not kept here: OpenAI's,
 * Anthropic's and Google's words for it.
 */
export const UNREADABLE_REASONING = anyOf(
  String.raw`\bencrypted content\b.{0,200}\bcould not be (?:verified|decrypted|parsed)`,
  String.raw`\binvalid \W?(?:signature|data)\W? in \W?(?:redacted_)?thinking\b`,
  String.raw`\b(?:corrupted|invalid) thought[ _]signature\b|\bthought[ _]signature is (?:not valid|invalid|corrupted)\b`,
  String.raw`\bthought_?signature\b.{0,40}\bbase64 decoding failed\b`,
  String.raw`\bwithout its required \W?reasoning\W? item\b`,
  String.raw`\bitem (?:with id )?\W?rs_\w+\W? not found\b`,
);

const CREDENTIAL = String.raw`(?:api[ _-]?keys?|api secret|access[ _-]?keys?|secret key|auth(?:entication|orization)?(?: (?:token|header|key|credentials?))?|credentials?|access token|bearer(?: token)?|security token|oauth2? (?:access )?token|signature|subscription key)`;
const BAD = String.raw`(?:invalid|incorrect|expired|revoked|wrong|bad|unknown|malformed|unrecognized|disabled|deleted|leaked)`;

/** The credential is not good, said so plainly that a 400 may be believed. */
export const KEY_REFUSED = anyOf(
  String.raw`\b${BAD}\b (?:or (?:missing|expired|invalid) )?(?:\w+[- ]){0,2}${CREDENTIAL}`,
  String.raw`\b(?:api|access|secret|subscription)[ _-]?keys?\b.{0,60}\b(?:(?:is|are|was|has been|have been)\b (?:\w+ ){0,2}(?:${BAD}|not (?:valid|found|active|authorized)|blocked|banned|frozen|locked|inactive|suspended)|not (?:valid|found)|(?:does not|doesn't) exist|expired|revoked|reported as leaked)`,
  String.raw`\b(?:security|access|bearer|auth(?:entication)?|oauth2?(?: access)?) token\b.{0,40}\b(?:${BAD}|not (?:valid|found)|could not be validated|no longer valid)`,
  String.raw`\bauthentication (?:has )?(?:fail(?:s|ed|ure)?|error)\b|\bfailed to authenticate\b|\blogin fail|\bcredentials\b.{0,40}\b(?:${BAD}|could not be validated|not valid)`,
  String.raw`\bnot (?:pass|provide|supply)\w* a valid (?:auth|api|token)|\b(?:pass|provide|use|supply|enter) an? (?:valid|correct) api[ _-]?key\b|\bnot authenticated\b|\bcould not (?:validate|verify|authenticate) (?:\w+ )?(?:credentials?|api[ _-]?key|token)`,
  String.raw`\binvalid username or password\b|\bsignature\b.{0,30}\b(?:cannot be verified|mismatch|does not match|expired)|\bapi[ _-]?keys? (?:could not be found|is inactive)\b|\bbad or missing api\b`,
  String.raw`(?:密钥|令牌|鉴权|身份验证|认证|api ?key).{0,12}(?:无效|错误|过期|失败|不正确|不存在|禁用|失效|不可用)|无效的?(?:令牌|密钥|api)`,
);

/** The same as a sentence's beginning: believed wherever an answer came under a status that says nothing of it. */
export const KEY_REFUSED_OUTRIGHT = anyOf(
  String.raw`^(?:error:? |sorry,? )?(?:(?:your|the|this|that|provided|given|supplied|current) ){0,3}(?:api|access|secret|subscription)[ _-]?keys?(?: '_')?(?: (?:you|provided|used|supplied|given|id)){0,3} (?:(?:is|was|has|have) )(?:\w+ ){0,2}(?:${BAD}|blocked|banned|inactive|suspended|frozen|locked|not valid|not active)\b`,
  String.raw`^(?:error:? )?(?:${BAD}|blocked|banned|suspended|frozen|inactive) (?:api|access|secret|subscription)[ _-]?keys?\b|^(?:api|access|secret)[ _-]?keys? (?:${BAD}|blocked|banned|suspended|inactive)\b`,
  '^(?:您的|该|此)?(?:访问)?(?:密钥|令牌|api ?key|access ?key|ak).{0,6}(?:封禁|禁用|停用|冻结|失效|无效|过期|删除|锁定)',
);

/** The same in words that mean something else in a 400, where a token is a piece of text. */
export const TOKEN_REFUSED = anyOf(
  String.raw`\b${BAD}\b (?:\w+ )?(?:token|key)\b|\btoken\b.{0,40}\b(?:${BAD}|not valid|not found)\b|\bkey\b.{0,30}\b(?:not valid|not found|${BAD})`,
);

/** A 401 that speaks of who is asking, in whatever words, is about the credential. */
export const WHO_ASKS = anyOf(
  String.raw`\b(?:un)?authenticat|\bcredentials?\b|\btokens?\b|\bsession\b|\bapi[ _-]?keys?\b|\bauthori[sz]ation\b|\b(?:log|sign)[ -]?in\b|\bnot authori[sz]ed$`,
);

/** No credential arrived. */
export const NO_KEY_SENT = anyOf(
  String.raw`\b(?:did(?: not|n't) provide|no|missing|must provide|provide an?)\b (?:\w+ ){0,3}(?:api[ _-]?key|credentials?|auth(?:entication|orization)?(?: (?:header|token|information))?|subscription key)\b`,
  String.raw`\b(?:api[ _-]?key|auth(?:entication|orization)?(?: header)?|credentials?) (?:is |are |was )?(?:missing|required|not (?:provided|set|supplied))\b|\bunregistered callers\b`,
);

/** Whose the key is has been shut out. */
export const ACCOUNT_CLOSED = anyOf(
  String.raw`\b(?:accounts?|organi[sz]ations?|team|workspace|consumer|tenant|project|app ?id|user (?:is|has been|was))\b.{0,80}\b(?:deactivated|suspended|terminated|disabled|banned|restricted|blocked|closed|locked|frozen|deleted|unactivated)\b`,
  String.raw`\b(?:deactivated|suspended|terminated|disabled|banned|blocked|closed|locked|frozen) (?:account|organi[sz]ation|team|user|workspace)\b|\baccess (?:was|has been) (?:terminated|revoked)\b|\b(?:project|account) has been denied access\b|\bresource\b.{0,30}\btemporarily blocked\b|\b(?:suspicious|unusual) (?:\w+ )?activity\b(?! (?:from|on|in) your (?:system|network|device|ip|computer))(?!.{0,60}\b(?:temporary limits?|how (?:frequently|often))\b)|\buser ?id\b.{0,60}\b(?:suspended|disabled|banned|blocked|locked)\b|\baccount (?:requires|needs|is pending|must be) .{0,20}verif`,
  String.raw`\bdisabled\b.{0,40}\bviolation of\b|\bno longer (?:a member|active)\b|\bmust be a member of an organi[sz]ation\b`,
  '(?:账户|账号|用户|帐号).{0,12}(?:封禁|禁用|锁定|停用|冻结|注销|异常)',
);

/** What may be believed of somebody's key or account; of ours only where it is ours. */
export const REFUSED_OR_BROKE = either(KEY_REFUSED, OUT_OF_CREDIT, ACCOUNT_CLOSED);

/** A page that keeps an address out: of an edge or a firewall, which has not looked at any key. */
export const ADDRESS_BLOCKED = anyOf(
  String.raw`\byou have been blocked\b|\battention required\b|\berror (?:code:? ?)?1(?:00[5-9]|01[0-5]|020)\b|\bused cloudflare to restrict access\b|\b(?:banned|blocked) your (?:ip|access)\b`,
  String.raw`\byour (?:computer or network|ip(?: address)?)\b.{0,80}\b(?:automated|blocked|banned|denied)|\brequest (?:is |was |has been )?blocked\b|\bincapsula incident\b|\bwebsite firewall\b|\byou don't have permission to access\b|\b(?:checking your browser|just a moment|verify (?:that )?you are (?:a )?human)\b`,
);

/** Where the request comes from is not served. */
export const REGION = anyOf(
  String.raw`\b(?:suspicious|unusual|automated) (?:\w+ )?(?:activity|queries|traffic|requests) (?:from|on|in) your (?:system|network|device|ip|computer)`,
  String.raw`\bunsupported (?:countr|region|territor|location)|\b(?:country|region|territory|location)\b.{0,60}\b(?:(?:is|are)? ?not (?:supported|available|allowed|permitted)|unsupported|restricted|blocked|prohibited)\b`,
  String.raw`\b(?:(?:not|n't) (?:\w+ )?(?:available|supported|allowed|accessible|permitted)|unavailable|unsupported|blocked|restricted) (?:in|from|for) (?:your|this|the current) (?:country|region|location|territory|ip)`,
  String.raw`\b(?:firewall|virtual network)\b|\bpublic (?:network )?access is disabled\b|\bcheck your network settings\b|\bip(?: address)?\b.{0,60}\b(?:not (?:\w+ )?(?:allowed|authori[sz]ed|permitted|whitelisted|in)|blocked|denied|restricted)\b`,
  'ip.{0,10}(?:不在|未授权|不允许|白名单)|(?:地区|区域|国家).{0,8}(?:不支持|限制|不可用)',
);

/** The provider serves programs of its choice, and this is none of them. */
export const OTHER_CLIENTS = anyOf(
  String.raw`\bonly (?:[\w-]+ ){0,3}clients? (?:can|may|are|is)\b|\bnot allow the current client\b|\bonly available (?:for|to) (?:[\w-]+ ){0,3}(?:agents?|clients?|apps?|applications?)\b`,
);

/** The model is there, but for another way of asking. */
export const WRONG_ENDPOINT = anyOf(
  String.raw`\b(?:not|n't|only) supported (?:in|for|on|with|by) (?:the |this |that )?(?:v1\/|(?:[\w./]+ )?(?:endpoint|operation|method|route|request type)\b)|\bdid you mean to use v\d\/|\boperation does not work with\b`,
);

/** The model is not to be had any more, by anybody. */
export const RETIRED = anyOf(
  String.raw`\bmodels?\b(?:[\s:(]+[\x60'"“]?[\w./:@+-]{1,120}[\x60'"”]?\)?)?,?\s+(?:is|are|was|were|has been|have been|will be)?\s*(?:now |being |already |permanently )?(?:deprecated|decommissioned|removed|retired|discontinued|sunset|shut ?down)\b`,
  String.raw`\bmodels?\b.{0,120}\b(?:no longer (?:available|supported|offered|served)(?! to\b)|(?:reached|end of) (?:its |their )?(?:end of )?life)\b`,
  '模型.{0,20}(?:下线|停用|退役)',
);

/** The place itself is not there, said by a server that knows of no models. */
export const NO_SUCH_PLACE = anyOf(
  String.raw`^(?:404:? )?(?:(?:page|resource|route|path|endpoint|url) )?not found[.!]?$|^(?:404:? )?not found$|^cannot (?:post|get|put|delete) \/|^(?:invalid|unknown) (?:request )?url\b|^no (?:static resource|route matched)\b|^no route\b|^404 page not found`,
);

/** Other models are named than the one asked for. */
export const OTHER_MODELS = anyOf(
  String.raw`\b(?:supported|available|allowed|valid) (?:api )?models?(?: names?| ids?)? (?:are|is|include|for this (?:api|endpoint))\b|\bmodel (?:name )?must be one of\b|^model not exists?\b`,
);

/** The model is not to be had with this key. */
export const MODEL_DENIED = anyOf(
  String.raw`\b(?:model|deployment|endpoint)s?\b(?:[\s:(]+(?:(?:with|id|name|named|specified|identifier) ){0,3}[\x60'"“]?[\w./:@+-]{1,120}[\x60'"”]?\)?)?,?\s+(?:is |are |was |has been |have been )?(?:currently |no longer |temporarily )?(?:do(?:es)?(?: not|n't) exist|not (?:a )?(?:found|exist|available|supported|allowed|enabled|activated|deployed|valid|accessible|open)|unavailable|deprecated|removed|retired|decommissioned|disabled|unknown|invalid|offline)\b`,
  String.raw`\b(?:unknown|invalid|unsupported|no such|nonexistent|not a valid|unrecognized) model\b|\bmodel (?:id|name|identifier)\b.{0,80}\b(?:invalid|not valid|not found)`,
  String.raw`\b(?:not|n't|no|without|denied)\b.{0,40}\baccess\b.{0,40}\bmodels?\b|\baccess to (?:the |this )?(?:requested )?model\b|\bmodel access\b|\b(?:permission|allowed|authori[sz]ed|eligible|entitled)\b.{0,40}\b(?:this |the |that )?model\b`,
  String.raw`\bmodels?\b.{0,120}\b(?:(?:do|does) not have access|no access|access denied|end of (?:its )?life|not found)\b|\bnot found the model\b|\bunable to access (?:[\w-]+ )?model\b|\bplan (?:does )?not (?:support|include) (?:the |this )?models?\b|\bmodels? (?:is |are )?restricted to\b|\b(?:incorrect|wrong) model\b|\bmodels? [\w./:@-]{1,120} has no\b|\bno models? loaded\b|\bno matching \w+ found\b|\borgani[sz]ation must be verified\b`,
  String.raw`\bno (?:\w+ )?(?:endpoints?|channels?|deployments?)\b.{0,60}\b(?:found|available|match\w*|support\w*)|\bavailable (?:channels?|endpoints?|deployments?) for\b.{0,40}\bmodels?\b`,
  '模型.{0,20}(?:不存在|无权|未开通|下线|不可用|不支持|无可用)|无权.{0,12}模型',
);

/** That, in whoever's words. */
export const NO_SUCH_MODEL = either(RETIRED, OTHER_MODELS, MODEL_DENIED);

/** A thing that somebody made is refused, and no model. */
export const THING_DENIED = anyOf(
  String.raw`\b(?:access(?:ing)?|use|using|read(?:ing)?|view(?:ing)?|retriev(?:e|ing)|modify(?:ing)?|delet(?:e|ing))\b (?:to )?(?:(?:the|this|that|your|an?|requested|specified|remote) ){0,3}(?:files?|vector stores?|assistants?|threads?|batch(?:es)?|conversations?|responses?|buckets?|blobs?|images?|documents?|datasets?|repositor(?:y|ies)|urls?|mcp servers?|connectors?|containers?|prompts?|skills?)\b`,
  String.raw`\b(?:file|vector store|assistant|thread|batch|conversation|response|container)s?\b.{0,80}\bbelongs? to (?:another|a different)\b`,
);

/** A gateway has nobody behind it who serves the model. */
export const NOBODY_SERVES = anyOf(
  String.raw`\bno (?:[\w-]+ ){0,3}(?:accounts?|channels?|providers?|endpoints?|deployments?)\b.{0,40}\bmodels?\b`,
  '模型.{0,80}无可用|无可用渠道',
);

/** A permission that this key was not given. */
export const NOT_PERMITTED = anyOf(
  String.raw`\b(?:insufficient|missing|lacks?|(?:not|n't) have|required?|update the|without)\b.{0,40}\bpermissions?\b|\bpermission\b.{0,60}\bdenied\b|\bmissing scopes?\b|\bnot (?:authorized|permitted|allowed) to\b|\baccess\b.{0,40}\bis denied\b|\bpermissions?\b.{0,20}\bis required\b`,
);

/** What a refusal may be about instead of the credential. */
export const NOT_THE_KEY = either(OUT_OF_CREDIT, NOT_PERMITTED);

/** More text than the model takes. */
export const TOO_LONG = anyOf(
  String.raw`\bcontext[ _-]?(?:length|window|size|limit)\b|\bmaximum (?:\w+ ){0,3}(?:length|tokens)\b|\bmax_(?:new_)?tokens\b|\btoo many (?:input |prompt )?tokens\b`,
  String.raw`\b(?:prompt|input|messages?|request|text|content)s?\b.{0,20}\btoo (?:long|large|big)\b|\btokens?\b.{0,40}\bexceed|\bexceed\w*\b.{0,60}\b(?:tokens?|length|size)\b|\breduce (?:the |your )?(?:length|size|prompt|input|message)|\btoken limit\b`,
);

/** More than fills the model's context window. Some other maximum length may be that of a name. */
export const FILLS_CONTEXT = anyOf(
  String.raw`\bcontext[ _-]?(?:length|window|size|limit)\b|\btoo many (?:input |prompt )?tokens\b|\btoken limit\b`,
  String.raw`\bmaximum (?:\w+ ){0,3}(?:context|model|sequence|input|prompt|position|conversation|message)s? (?:\w+ )?length\b|\bmaximum (?:\w+ ){0,3}tokens\b`,
  String.raw`\b(?:prompt|input|messages?|request|text|content|conversation)s?\b.{0,20}\btoo (?:long|large|big)\b|\btokens?\b.{0,40}\bexceed|\bexceed\w*\b.{0,60}\btokens?\b`,
  String.raw`\b(?:prompt|input|messages?|context)s?\b.{0,60}\bexceed\w*\b.{0,60}\b(?:length|size)\b|\bexceed\w*\b.{0,60}\b(?:prompt|input|messages?|context)s? (?:\w+ )?(?:length|size)\b`,
  String.raw`\breduce (?:the |your )?(?:length|size|prompt|input|message)|\b(?:prompt|input|messages?)s?\b.{0,60}\bmax_(?:new_)?tokens\b`,
);
/** The limit of what a model writes, rather than of what it reads. */
export const ABOUT_OUTPUT = anyOf(
  String.raw`\bmax_?(?:new_|output_|completion_)?tokens\b|\bmax_?output_?tokens\b|\b(?:output|completion) tokens\b`,
);
/** What is read is spoken of as well, or no room for it now. */
export const MORE_THAN_OUTPUT = either(
  anyOf(String.raw`\b(?:inputs?|prompts?|messages|conversation|maximum context)\b`),
  BUSY_OR_FAST,
);

/** A filter looked at what was asked or answered. */
export const CONTENT = anyOf(
  String.raw`\bcontent (?:management |usage |safety )?(?:policy|policies|filter\w*)\b|(?<!-)\bmoderation\b(?!-)|\bflagged\b|\bsafety (?:system|filter|reason|polic|check)|\binappropriate (?:content|input)\b|\bsensitive (?:content|information|words?)\b|\bguardrail|\bhigh risk\b|\bviolat\w+\b.{0,40}\bterms of (?:service|use)\b|\bprohibited (?:use|content)\b|\bharmful\b|\bcontent exists risk\b|\bcensor`,
  String.raw`\bviolat\w+\b.{0,60}\b(?:content|usage|safety|community)\b.{0,20}\b(?:polic|guideline|rule)|\b(?:content|input|prompt|output)\b.{0,30}\bviolat`,
  '不安全|敏感|违规|内容安全|审核',
);
