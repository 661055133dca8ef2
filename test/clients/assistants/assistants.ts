import type { Assistant } from './assistant.ts';
import { claudeCode } from './claude-code.ts';
import { codex } from './codex.ts';
import { geminiCli } from './gemini-cli.ts';
import { opencode } from './opencode.ts';

/** All that are run, in the order of the page about them. */
export const ASSISTANTS: readonly Assistant[] = [claudeCode, codex, geminiCli, opencode];
