import { callersMistake, keyDead, modelDenied, outOfCredit, regionBlocked } from '../consequences.ts';
import { openaiBody as body } from '../example-body.ts';
import type { Rule } from '../rule.ts';

/* OpenAI on the key, the account behind it, and the money in that. */

const ERROR_CODES = 'developers.openai.com/api/docs/guides/error-codes';
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

/** In the order they are tried. */
export const openaiAccountRules: readonly Rule[] = [...credentials, ...money];
