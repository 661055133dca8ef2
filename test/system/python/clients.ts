/** What of PyPI one group of clients needs, and which scripts try them. */
export interface ClientGroup {
  /** Of its file in `requirements/`. Groups of their own have what would not go together. */
  readonly requirements: string;
  /** In `clients/`, without ending. */
  readonly scripts: readonly string[];
}

export const CLIENT_GROUPS: readonly ClientGroup[] = [
  {
    requirements: 'libraries',
    scripts: [
      'openai_chat',
      'openai_responses',
      'anthropic_messages',
      'google_genai',
      'langchain_openai_chat',
      'langchain_openai_responses',
      'langchain_anthropic_messages',
      'pydantic_ai_openai_chat',
      'pydantic_ai_openai_responses',
      'pydantic_ai_anthropic',
      'pydantic_ai_google',
    ],
  },
  { requirements: 'instructor', scripts: ['instructor_openai'] },
  { requirements: 'litellm', scripts: ['litellm_openai', 'litellm_anthropic', 'litellm_gemini'] },
];
