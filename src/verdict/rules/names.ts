/*
 * What errors call themselves, by meaning, in lower case. Words are parted by `_`, `-`, `.` or nothing, since one
 * provider's `rate_limit_exceeded` is another's `RateLimitExceeded`.
 */

/** The credential, or whose it is. */
export const KEY_NAMES = [
  /^(?:invalid|incorrect|expired|revoked|disabled|unknown|bad|wrong)[_.-]?(?:x[_-])?(?:api[_-]?key|access[_-]?key|key|access[_-]?token|iam[_-]?token|credentials?|auth(?:entication|orization)?|subscription[_-]?key|issuer)(?:[_.-]?error)?$/,
  /^(?:api[_-]?key|access[_-]?key|key|token|credentials?)[_.-]?(?:is[_-]?)?(?:invalid|expired|revoked|disabled|deleted|not[_-]?found|suspended|leaked)$/,
  /^(?:unauthenticated|authentication[_-]?(?:error|failed|failure)|authenticationerror|authorized_error|auth[_-]?failure)(?:[.:].*)?$/,
  /^(?:account|organization|user|consumer)[_-]?(?:deactivated|suspended|disabled|banned|restricted|terminated|locked|inactive)$/,
  /^(?:access_terminated|no_organization|invalid_grant|invalid_client)$/,
];

/** A 401 that calls itself so has looked at the credential. */
export const UNAUTHORIZED_NAMES = [
  /^(?:unauthori[sz]ed|not[_-]?authori[sz]ed|not[_-]?authenticated|unauthenticated|auth(?:entication)?|invalid[_-]?(?:bearer[_-]?)?token|token_\w+)(?:[_-]?error)?$/,
];

/** Nothing left to spend. */
export const BILLING_NAMES = [
  /(?:^|[_.-])(?:insufficient|not[_-]?enough|no[_-]?more|exhausted|no)[_-]?(?:user[_-]?|account[_-]?)?(?:quota|balance|credits?|funds)(?:[_-]?error)?$/,
  /(?:balance|credits?|funds)[_-]?(?:exhausted|insufficient|not[_-]?enough|depleted)/,
  /^pre[_-]?consume[_-]|^billing[_-](?!cycle)|^arrearage$|overdue|^payment[_-]?required|spend(?:ing)?[_-]?limit|budget[_-]?exceeded|hard[_-]?limit[_-]?reached/,
];

/** Too much in too little time. */
export const RATE_NAMES = [
  /rate[_-]?limit|too[_-]?many[_-]?requests|^throttl|request[_-]?limit[_-]?exceeded|^resource[_-]?exhausted$|^slow[_-]?down$/,
  /(?:rpm|tpm|rpd|tpd|qps)[_-]?(?:rate[_-]?)?(?:limit|exceed)|concurren(?:t|cy)|usage[_-]?limit|^limit[_-]?(?:requests|tokens|burst)|^quota[_-]?exceeded|token[_-]?quota/,
];

/** No room for anybody, or the provider's own failure. */
export const OVERLOAD_NAMES = [
  /overloaded|capacity|^(?:(?:system|service|model|engine)[_-]?busy|queue[_-]?(?:exceeded|full)|service[_-]?unavailable(?:[_-]?(?:error|exception))?|unavailable|engine[_-].*|server[_-]?busy)$/,
];

/** The model is not to be had any more, by anybody. */
export const RETIRED_NAMES = [
  /^model[_-]?(?:\w+[_-])?(?:decommissioned|deprecated|retired|removed|discontinued|deactivated|sunset)$/,
];

/** The model is not to be had with this key. */
export const MODEL_NAMES = [
  /^(?:invalid|unknown|unsupported)[_-]?(?:model|endpoint[_-]?or[_-]?model)(?:[_.-].*)?$/,
  /^model[_-]?(?:\w*[_-])?(?:not[_-]?(?:found|exists?|available|supported|open|allowed|enabled)|decommissioned|denied|disabled|blocked(?:[_-]\w+)?|deprecated|unavailable)(?:[_.-].*)?$/,
  /^modelnot(?:found|open|available|supported)|^model[._]access[_.]?denied|^model_(?:permission|terms|gated)|^no_access$|^no_available_model|^notauthorizedornotfound$|^(?:subscription|(?:paid_)?plan|upgrade)_required$|^deployment[_-]?not[_-]?found$|^accessdenied\.unpurchased$/,
];

/** More text than the model takes. */
export const LENGTH_NAMES = [
  /context[_-]?(?:length|window|size)|^too[_-]?many[_-]?(?:prompt[_-]?|input[_-]?)?tokens$|^(?:prompt|input|request|payload)[_-]?too[_-]?(?:long|large)$|max[_-]?tokens[_-]?exceeded/,
];

/** Too much or too little for one field. */
export const BOUND_NAMES = [/^(?:string|array|integer|decimal|object)_(?:above|below)/];

/** A filter looked at what was asked or answered. */
export const CONTENT_NAMES = [
  /content[_-]?(?:filter|policy|moderation|blocked|violation|safety)|data[_-]?inspection[_-]?failed|responsibleai|^moderation|risk[_-]?(?:detection|control)|sensitive[_-]?content|guardrail|prohibited[_-]?content|^prompt[_-]?(?:blocked|flagged)$|^(?:input|output)[_-]?(?:text|image)[_-]?(?:risk|sensitive)|^censor|(?:^|[_-])unsafe(?:$|[_-])/,
];

/** Where the request comes from is not served. */
export const REGION_NAMES = [
  /^unsupported[_-]?(?:country|region|location|territory)|^ip[_-]?not[_-]?(?:authorized|allowed|in[_-]?whitelist)|^(?:region|country|geo)[_-]?(?:blocked|restricted|not[_-]?(?:supported|allowed))|^location[_-]?not[_-]?supported/,
];

/** A permission that this key was not given. */
export const PERMISSION_NAMES = [
  /^(?:permission|access)[_-]?(?:denied|error)(?:[_-]?(?:exception|error))?$|^iam[_-]?permission[_-]?denied$|^insufficient[_-]?(?:permissions?|scope)$|^not[_-]?authorized$/,
];

/** The caller's mistake. */
export const REQUEST_NAMES = [
  /^(?:invalid|bad|malformed|unprocessable)[_-]?(?:request|argument|parameter|input|payload|prompt)(?:[_-]?error)?$|^validation[_-]?(?:error|exception)$|^tool[_-]?use[_-]?failed$/,
];
