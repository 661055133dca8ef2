/**
 * What a model takes, at one type of provider: what its vendor's documentation says that it refuses, or limits. Absent
 * members are not known, and nothing is changed for them.
 */
export interface ModelCapabilities {
  /** The most tokens of one answer. Where a dialect wants a limit and the client named none, it is this one. */
  readonly maxOutputTokens?: number;
  /** It refuses function calls of its earlier turns that have no signature. */
  readonly wantsSignedCalls?: boolean;
}

/** One row of the table: what is known of some models. */
export interface ModelRow {
  /** The types of provider that it holds for. Absent: every one. */
  readonly types?: readonly string[];
  /** The names of the models, in lower case, as the provider has them: whole names, with `*` for any characters. */
  readonly models: readonly string[];
  readonly takes: ModelCapabilities;
  /** The page of the vendor's documentation that says so. */
  readonly source: string;
  /** When it was read: year, month, day. */
  readonly date: string;
}

/** The same in a configuration: for models of one provider, above all rows of the table. */
export type CapabilityOverride = Pick<ModelRow, 'models' | 'takes'>;
