/** A tool that is offered. */
export interface Tool {
  readonly name: string;
  readonly schema: unknown;
  /** Of Responses: the namespace that it stands in. */
  readonly namespace?: string;
  /** Of Responses: it takes a text instead of an object. */
  readonly custom?: boolean;
}

/** Whether tools may or must be called; an object names the one that must be. */
export type ToolChoice = 'auto' | 'none' | 'required' | { readonly name: string };

/** What a request wants of its answer, whatever dialect it came in. */
export interface GenerationOptions {
  readonly tools: readonly Tool[];
  readonly choice: ToolChoice;
  /** Whether several tools may be called at once. */
  readonly parallel: boolean;
  readonly thinks: boolean;
  /** The answer is to be JSON, of this schema where it is given. */
  readonly json: { readonly schema: unknown } | undefined;
  readonly maxTokens: number | undefined;
  readonly stops: readonly string[];
}
