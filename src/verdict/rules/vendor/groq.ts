import { atCapacity, callersMistake, keyDead } from '../consequences.ts';
import type { Rule } from '../rule.ts';

const ERRORS = 'console.groq.com/docs/errors';

/** Groq: the general table knows its words; these statuses are its own. */
export const groqRules: readonly Rule[] = [
  {
    id: 'groq.flex-capacity',
    when: { status: 498 },
    verdict: atCapacity,
    source: `${ERRORS}: 498 flex tier capacity exceeded`,
    example: { status: 498, body: '{"error":{"message":"Flex tier capacity exceeded"}}' },
  },
  {
    // Under 400, but unmistakable.
    id: 'groq.organization-restricted',
    when: { status: [400, 401, 403], message: /^(?:Error: )?(?:Your )?organization has been restricted\b/i },
    verdict: keyDead,
    source: 'github.com/songquanpeng/one-api issue 271',
    example: {
      status: 400,
      body: '{"error":{"message":"Organization has been restricted. Please reach out to support.","type":"invalid_request_error","code":"organization_restricted"}}',
    },
  },
  {
    // The model's output did not match the tool's schema: another key would get the same.
    id: 'groq.tool-use',
    when: { named: ['tool_use_failed', 'json_validate_failed', 'output_parse_failed'] },
    verdict: callersMistake,
    source: 'pydantic/pydantic-ai tests/models/cassettes/test_groq/test_tool_use_failed_error.yaml',
    example: {
      status: 400,
      body: '{"error":{"message":"Tool call validation failed","type":"invalid_request_error","code":"tool_use_failed"}}',
    },
  },
];
