import { createHash } from 'node:crypto';

/**
 * The client's user as a vendor takes it. For `user_id` DeepSeek has a pattern, and GLM at least 6 and at most 128
 * characters: api-docs.deepseek.com/api/create-chat-completion, docs.bigmodel.cn/api-reference. Others go as their SHA-256.
 * @param field - the vendor's name for it
 */
export function userFor(field: string, user: string): string {
  if (field !== 'user_id' || /^[\w-]{6,128}$/u.test(user)) return user;
  return createHash('sha256').update(user).digest('hex');
}
