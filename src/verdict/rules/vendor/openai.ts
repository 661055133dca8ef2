import {
  blocked,
  callersMistake,
  keyDead,
  largerThanLimit,
  modelDenied,
  modelGone,
  outOfCredit,
  overloaded,
  regionBlocked,
  throttled,
  throttledForLong,
} from '../consequences.ts';
import { openaiBody as body } from '../example-body.ts';
import type { Rule } from '../rule.ts';
import { RETIRED } from '../words.ts';

const ERROR_CODES = 'developers.openai.com/api/docs/guides/error-codes';
const RESPONSES_CODES = 'openai/openai-node src/resources/responses/responses.ts (ResponseError.code)';
const SPEND_LIMITS = 'help.openai.com/en/articles/6614457 (API usage and spend limits)';

const credentials: readonly Rule[] = [
  {
    id: 'openai.key-invalid',
    when: { named: 'invalid_api_key' },
    verdict: keyDead,
    source: `${ERROR_CODES}: 401 Incorrect API key provided`,
    example: {
      status: 401,
      headers: { 'www-authenticate': 'Bearer realm="OpenAI API"' },
      body: body('Incorrect API key provided: wrong-key. You can find your API key at …', 'invalid_api_key'),
    },
  },
  {
    id: 'openai.key-invalid-words',
    when: { status: [401, 403, 404], message: /^Incorrect API key provided/ },
    verdict: keyDead,
    source: 'help.openai.com/en/articles/6891839 (API error codes); the code has been null',
    example: { status: 401, body: body('Incorrect API key provided: wrong-key.', null) },
  },
  {
    id: 'openai.account-deactivated',
    when: { named: 'account_deactivated' },
    verdict: keyDead,
    source: 'github.com/nat/openplayground issue 143',
    example: {
      status: 401,
      body: body(
        'The OpenAI account associated with this API key has been deactivated.',
        'account_deactivated',
      ),
    },
  },
  {
    id: 'openai.account-deactivated-words',
    when: {
      status: [401, 403, 429],
      message:
        /^(?:Your OpenAI account|This key is associated with|The OpenAI account).{0,100}\bdeactivated\b/,
    },
    verdict: keyDead,
    source: 'github.com/aandrew-me/tgpt issue 171',
    example: {
      status: 401,
      body: body(
        'Your OpenAI account has been deactivated, please check your email for more information.',
        null,
        'requests',
      ),
    },
  },
  {
    id: 'openai.access-terminated',
    when: { named: 'access_terminated' },
    verdict: keyDead,
    source: 'github.com/ChatGPTNextWeb/NextChat issue 1719; Python clients raised it as a rate limit error',
    example: {
      status: 429,
      body: body('Your access was terminated due to violation of our policies.', null, 'access_terminated'),
    },
  },
  {
    id: 'openai.access-terminated-words',
    when: { status: [401, 403, 429], message: /^Your access was terminated\b/ },
    verdict: keyDead,
    source: 'github.com/chenfei-wu/TaskMatrix issue 78',
    example: {
      status: 429,
      body: body('Your access was terminated due to violation of our policies.', null),
    },
  },
  {
    id: 'openai.no-organization',
    when: { named: 'no_organization' },
    verdict: keyDead,
    source: `${ERROR_CODES}: 401 You must be a member of an organization; github.com/OpenHands/OpenHands issue 2562`,
    example: {
      status: 401,
      body: body('You must be a member of an organization to use the API.', 'no_organization'),
    },
  },
  {
    // The caller named an organization or project that this key is not of; a key of another may fit.
    id: 'openai.organization-mismatch',
    when: {
      named: ['mismatched_organization', 'mismatched_project', 'invalid_organization', 'invalid_project'],
    },
    verdict: { ...callersMistake, retry: 'other-domain' },
    source: 'github.com/openai/codex issue 1000',
    example: {
      status: 401,
      body: body(
        'OpenAI-Organization header should match organization for API key',
        'mismatched_organization',
      ),
    },
  },
  {
    id: 'openai.no-key-sent',
    when: { status: 401, message: /^You didn't provide an API key/ },
    verdict: callersMistake,
    source: 'github.com/chatboxai/chatbox issue 382',
    example: {
      status: 401,
      body: body("You didn't provide an API key. You need to provide your API key in …", null),
    },
  },
  {
    // An allowlist belongs to one organization or project: keys of others may be used from here, this one never.
    id: 'openai.address-not-allowed',
    when: { named: 'ip_not_authorized' },
    verdict: { ...modelDenied, retry: 'other-domain' },
    source: 'developers.openai.com/api/docs/guides/ip-allowlist',
    example: { status: 401, body: body('Your IP is not authorized', 'ip_not_authorized') },
  },
  {
    id: 'openai.country',
    when: { named: 'unsupported_country_region_territory' },
    verdict: regionBlocked,
    source: `${ERROR_CODES}: 403; github.com/openai/codex issue 9714`,
    example: {
      status: 403,
      body: body(
        'Country, region, or territory not supported',
        'unsupported_country_region_territory',
        'request_forbidden',
      ),
    },
  },
];

const money: readonly Rule[] = [
  {
    // The project's own budget: its organization's other projects still have theirs.
    id: 'openai.project-spend-limit',
    when: { code: 'project_spend_limit_exceeded' },
    verdict: { ...outOfCredit, scope: 'quota_domain' },
    source: SPEND_LIMITS,
    example: {
      status: 429,
      body: body(
        'Your project reached its spend limit.',
        'project_spend_limit_exceeded',
        'insufficient_quota',
      ),
    },
  },
  {
    id: 'openai.organization-limit',
    when: { named: ['organization_spend_limit_exceeded', 'organization_usage_limit_exceeded'] },
    verdict: outOfCredit,
    source: SPEND_LIMITS,
    example: {
      status: 429,
      body: body(
        'Your organization reached its usage limit.',
        'organization_usage_limit_exceeded',
        'insufficient_quota',
      ),
    },
  },
  {
    id: 'openai.credit-exhausted',
    when: { named: 'credit_balance_exhausted' },
    verdict: outOfCredit,
    source: SPEND_LIMITS,
    example: {
      status: 429,
      body: body('Your credit balance is exhausted.', 'credit_balance_exhausted', 'insufficient_quota'),
    },
  },
  {
    // The images API says it with 400.
    id: 'openai.hard-limit',
    when: { named: 'billing_hard_limit_reached' },
    verdict: outOfCredit,
    source: 'github.com/dfinke/PowerShellAI issue 127',
    example: {
      status: 400,
      body: body('Billing hard limit has been reached', 'billing_hard_limit_reached'),
    },
  },
  {
    id: 'openai.billing-inactive',
    when: { named: 'billing_not_active' },
    verdict: outOfCredit,
    source: 'github.com/RamiAwar/dataline issue 175',
    example: {
      status: 429,
      body: body(
        'Your account is not active, please check your billing details on our website.',
        'billing_not_active',
        'billing_not_active',
      ),
    },
  },
  {
    id: 'openai.insufficient-quota',
    when: { named: 'insufficient_quota' },
    verdict: outOfCredit,
    source: `${ERROR_CODES}; vercel/ai packages/openai/src/responses/__fixtures__/openai-error.1.json`,
    example: {
      status: 200,
      stream: true,
      body: 'event: error\ndata: {"type":"error","sequence_number":2,"error":{"type":"insufficient_quota","code":"insufficient_quota","message":"You exceeded your current quota","param":null}}\n\n',
    },
  },
  {
    id: 'openai.insufficient-quota-words',
    when: { status: [200, 403, 429], message: /^You exceeded your current quota\b/ },
    verdict: outOfCredit,
    source: 'github.com/openai/openai-quickstart-python issue 52',
    example: {
      status: 429,
      body: body('You exceeded your current quota, please check your plan and billing details.', null),
    },
  },
];

const limits: readonly Rule[] = [
  {
    // No wait helps, since it exceeds the whole limit; a quota domain with a larger one may accept it.
    id: 'openai.larger-than-limit',
    when: { code: 'rate_limit_exceeded', message: /^Request too large\b|\bLimit:? \d+, Requested:? \d+/ },
    verdict: largerThanLimit,
    source: 'github.com/DrShushen/climb issue 13',
    example: {
      status: 429,
      body: body(
        'Request too large for gpt-4o in organization org-x on tokens per min (TPM): Limit 30000, Requested 30601.',
        'rate_limit_exceeded',
        'tokens',
      ),
    },
  },
  {
    id: 'openai.daily-limit',
    when: { code: 'rate_limit_exceeded', message: /\bper day\b|\((?:RPD|TPD)\)/ },
    verdict: throttledForLong,
    source: 'github.com/openai/codex issue 797',
    example: {
      status: 429,
      body: body(
        'Rate limit reached for o4-mini in organization org-x on requests per day (RPD): Limit 200, Used 200, Requested 1. Please try again in 7m12s.',
        'rate_limit_exceeded',
        'requests',
      ),
    },
  },
  {
    id: 'openai.rate-limit',
    when: { named: 'rate_limit_exceeded' },
    verdict: throttled,
    source: `${ERROR_CODES}: 429; ${RESPONSES_CODES}`,
    example: {
      status: 429,
      headers: { 'retry-after': '2', 'retry-after-ms': '1200' },
      body: body(
        'Rate limit reached for gpt-4o in organization org-x on tokens per min (TPM): Limit 30000, Used 29937, Requested 385. Please try again in 644ms.',
        'rate_limit_exceeded',
        'tokens',
      ),
    },
  },
  {
    // Older answers have no code, and advice on payment.
    id: 'openai.rate-limit-words',
    when: { status: [200, 429], message: /^Rate limit reached\b/ },
    verdict: throttled,
    source: 'github.com/openai/openai-cookbook issue 141',
    example: {
      status: 429,
      body: body(
        'Rate limit reached for m on requests per min. Please add a payment method.',
        null,
        'requests',
      ),
    },
  },
  {
    id: 'openai.slow-down',
    when: { named: 'slow_down' },
    verdict: throttled,
    source: `${ERROR_CODES}: slow_down`,
    example: { status: 429, body: body('Slow down.', 'slow_down', 'rate_limit_error') },
  },
];

const service: readonly Rule[] = [
  {
    id: 'openai.overloaded',
    when: { named: ['server_is_overloaded', 'engine_overloaded', 'service_unavailable_error'] },
    verdict: overloaded,
    source: `${ERROR_CODES}: 503 server_is_overloaded; inside a 200 in github.com/openai/codex issue 43337`,
    example: {
      status: 200,
      stream: true,
      body: 'event: error\ndata: {"type":"error","error":{"type":"service_unavailable_error","code":"server_is_overloaded","message":"Our servers are currently overloaded.","param":null},"sequence_number":2}\n\n',
    },
  },
  {
    // It has come with 429 and even 400, worded like a rate limit.
    id: 'openai.overloaded-words',
    when: {
      message:
        /^(?:That model|The (?:engine|server|model)|Our servers|Selected model)\b.{0,60}\b(?:is|are) (?:currently |at )?(?:overloaded|capacity)\b/,
    },
    verdict: overloaded,
    source: 'help.openai.com/en/articles/6891839; github.com/tontinton/maki issue 777',
    example: { status: 429, body: body('The engine is currently overloaded, please try again later.', null) },
  },
  {
    id: 'openai.server-error',
    when: { status: [200, 429, '5xx'], named: ['server_error', 'vector_store_timeout'] },
    verdict: overloaded,
    source: RESPONSES_CODES,
    example: {
      status: 200,
      stream: true,
      body: 'data: {"type":"response.failed","response":{"id":"resp_1","status":"failed","error":{"code":"server_error","message":"The server had an error."}}}\n\n',
    },
  },
];

const models: readonly Rule[] = [
  {
    id: 'openai.model-retired',
    when: { named: 'model_not_found', says: RETIRED },
    verdict: modelGone,
    source: 'traceloop/openllmetry cassettes; developers.openai.com/api/docs/deprecations',
    example: {
      status: 404,
      body: body('The model `m` has been deprecated, learn more here', 'model_not_found'),
    },
  },
  {
    id: 'openai.model-not-found',
    when: { named: 'model_not_found' },
    verdict: modelDenied,
    source:
      'pydantic/pydantic-ai tests/cassettes/test_embeddings; 403 in github.com/cursor/cursor issue 2953',
    example: {
      status: 403,
      body: body('Project `proj_x` does not have access to model `gpt-4o-mini`', 'model_not_found'),
    },
  },
  {
    id: 'openai.model-not-allowed',
    when: { status: 403, message: /^You are not allowed to .{0,40}\bfrom this model\b/ },
    verdict: modelDenied,
    source: 'DataDog/dd-trace-js packages/dd-trace/test/llmobs/cassettes/openai',
    example: { status: 403, body: body('You are not allowed to sample from this model', null) },
  },
  {
    // Streaming some models is for verified organizations only; it is said with 400, 403 or 404.
    id: 'openai.organization-unverified',
    when: { message: /^Your organization must be verified to\b/ },
    verdict: modelDenied,
    source: 'github.com/langflow-ai/openrag issue 257',
    example: {
      status: 400,
      body: body('Your organization must be verified to stream this model.', 'unsupported_value'),
    },
  },
  {
    // A restricted key or a reader's role: valid, but not for this.
    id: 'openai.missing-scope',
    when: { status: [401, 403], message: /^You have insufficient permissions for this operation\b/ },
    verdict: modelDenied,
    source: 'github.com/continuedev/continue issue 10059',
    example: {
      status: 401,
      body: body(
        'You have insufficient permissions for this operation. Missing scopes: model.request.',
        null,
      ),
    },
  },
];

const contents: readonly Rule[] = [
  {
    id: 'openai.content-policy',
    when: {
      named: [
        'content_policy_violation',
        'content_filter',
        'moderation_blocked',
        'image_content_policy_violation',
        'misalignment_policy_violation',
        'bio_policy',
        'cyber_policy',
      ],
    },
    verdict: blocked,
    source: `${RESPONSES_CODES}; github.com/UKGovernmentBEIS/inspect_ai pull 3607`,
    example: {
      status: 400,
      body: body(
        'This request has been flagged for potentially high-risk cyber activity.',
        'cyber_policy',
        'invalid_request',
      ),
    },
  },
  {
    id: 'openai.prompt-flagged',
    when: { code: 'invalid_prompt', message: /\bflagged\b|\busage policy\b|\bfor safety reasons\b/ },
    verdict: blocked,
    source: 'github.com/microsoft/PyRIT pull 1463',
    example: {
      status: 400,
      body: body(
        'Invalid prompt: your prompt was flagged as potentially violating our usage policy.',
        'invalid_prompt',
      ),
    },
  },
  {
    id: 'openai.safety-system',
    when: {
      status: 400,
      message: /^Your request was rejected (?:as a result of our|by the) safety system\b/,
    },
    verdict: blocked,
    source: 'github.com/TheoKanning/openai-java issue 446',
    example: {
      status: 400,
      body: body('Your request was rejected as a result of our safety system.', null),
    },
  },
  {
    id: 'openai.context-length',
    when: { named: 'context_length_exceeded' },
    verdict: callersMistake,
    source: 'crmne/ruby_llm spec/fixtures/vcr_cassettes',
    example: {
      status: 400,
      body: body('Your input exceeds the context window of this model.', 'context_length_exceeded'),
    },
  },
  {
    // What else a response can fail with after its 200, by the caller's doing.
    id: 'openai.response-input',
    when: {
      code: [
        'invalid_prompt',
        'data_residency_mismatch',
        'invalid_image',
        'invalid_image_format',
        'invalid_base64_image',
        'invalid_image_url',
        'invalid_image_mode',
        'image_too_large',
        'image_too_small',
        'image_parse_error',
        'image_file_too_large',
        'image_file_not_found',
        'unsupported_image_media_type',
        'empty_image_file',
        'failed_to_download_image',
      ],
    },
    verdict: callersMistake,
    source: RESPONSES_CODES,
    example: {
      status: 200,
      stream: true,
      body: 'data: {"type":"response.failed","response":{"status":"failed","error":{"code":"image_parse_error","message":"The image could not be parsed."}}}\n\n',
    },
  },
];

/**
 * What OpenAI's own words mean, in the order they are tried. Its error type is too coarse to tell an empty account from
 * a rate limit, so the code decides, and messages are matched only where it sent no code. Plain statuses fall through to
 * the general table.
 */
export const openaiRules: readonly Rule[] = [
  ...credentials,
  ...money,
  ...limits,
  ...service,
  ...models,
  ...contents,
];
