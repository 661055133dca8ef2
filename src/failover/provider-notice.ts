/** What is logged about a provider as a whole. */
export type ProviderNotice =
  | {
      readonly kind: 'ejection-frozen';
      readonly provider: string;
      /** The rule that judged the correlated failures. */
      readonly rule: string;
      /** How many keys failed by it. */
      readonly keys: number;
    }
  | {
      /** Verdicts from clients' requests on keys that answer others are not believed until health checks confirm them. */
      readonly kind: 'verdicts-doubted';
      readonly provider: string;
      /** The rule that judged the newest of them. */
      readonly rule: string;
      /** How many keys are in doubt so far. */
      readonly keys: number;
      /** The newest of the requests. */
      readonly requestId: string | undefined;
    }
  | {
      /** It refused signatures for their time, and takes them by its own. */
      readonly kind: 'vendor-clock-differs';
      readonly provider: string;
      /** How far its clock is ahead of this machine's. Milliseconds. */
      readonly aheadMs: number;
    }
  | {
      /** It has nothing at the path of a known operation, and its base URL has no version. */
      readonly kind: 'url-unversioned';
      readonly provider: string;
      readonly operation: string;
      readonly baseUrl: string;
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
      /** `closed`: it answers again; `withdrawn`: a poison request had opened it. */
      readonly kind: 'circuit-closed' | 'circuit-withdrawn';
      readonly provider: string;
      readonly model: string;
      /** How long it was open. Milliseconds. */
      readonly openMs: number;
    };
