/** What the operator should hear of a provider as a whole. */
export type ProviderNotice =
  | {
      readonly kind: 'ejection-frozen';
      readonly provider: string;
      /** The rule that judged the failures alike. */
      readonly rule: string;
      /** How many keys failed alike. */
      readonly keys: number;
    }
  | {
      /** Clients' requests met verdicts with keys that answer others: none of those keys is blamed before it is checked. */
      readonly kind: 'verdicts-doubted';
      readonly provider: string;
      /** The rule that judged the newest of them. */
      readonly rule: string;
      /** How many keys are doubted so far. */
      readonly keys: number;
      /** The newest of the requests. */
      readonly requestId: string | undefined;
    }
  | {
      readonly kind: 'circuit-opened';
      readonly provider: string;
      /** As the provider names it, or `ANY_MODEL`. */
      readonly model: string;
      /** The rule that judged the failure that opened it. */
      readonly rule: string;
      /** When it is tried again. Milliseconds since the epoch. */
      readonly until: number;
    }
  | {
      /** It answers again; or it was a request that failed, and nothing was wrong with the provider. */
      readonly kind: 'circuit-closed' | 'circuit-withdrawn';
      readonly provider: string;
      readonly model: string;
      /** How long it was open. Milliseconds. */
      readonly openMs: number;
    };
