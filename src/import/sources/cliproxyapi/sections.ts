import type { NamedVendor } from '../../models.ts';

/** A list of credentials in the file. */
export interface Section {
  /** What its providers are called. */
  readonly name: string;
  readonly type: string;
  /** What its base URLs lack of one here. */
  readonly path: string;
  /** Whose models it serves where it names none. */
  readonly vendor?: NamedVendor;
  /** The address that need not be named. */
  readonly usual?: string;
}

export const SECTIONS: Readonly<Record<string, Section>> = {
  'gemini-api-key': {
    name: 'gemini',
    type: 'gemini',
    path: '/v1beta',
    vendor: 'gemini',
    usual: 'https://generativelanguage.googleapis.com',
  },
  'claude-api-key': {
    name: 'claude',
    type: 'claude',
    path: '/v1',
    vendor: 'claude',
    usual: 'https://api.anthropic.com',
  },
  'codex-api-key': {
    name: 'codex',
    type: 'openai',
    path: '',
    vendor: 'openai',
    usual: 'https://api.openai.com/v1',
  },
  'xai-api-key': { name: 'xai', type: 'grok', path: '', vendor: 'grok', usual: 'https://api.x.ai/v1' },
  'vertex-api-key': { name: 'vertex', type: 'vertex', path: '', vendor: 'gemini' },
  'openai-compatibility': { name: 'compatible', type: 'openai-compatible', path: '' },
};
