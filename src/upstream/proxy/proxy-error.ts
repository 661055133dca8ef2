/** A stable word for logs: why there is no tunnel. */
export type ProxyDetail = 'proxy-unreachable' | 'proxy-refused' | 'proxy-credentials' | 'proxy-no-route';

/** A proxy has opened no tunnel: nothing left for the provider. */
export class ProxyError extends Error {
  override readonly name = 'ProxyError';
  readonly detail: ProxyDetail;

  constructor(detail: ProxyDetail, cause?: unknown) {
    super(detail, { cause });
    this.detail = detail;
  }

  /** The proxy is in the way itself; else it says that it cannot get through to what lies behind it. */
  get isProxys(): boolean {
    return this.detail !== 'proxy-no-route';
  }
}

/** Where a tunnel is to lead. */
export interface Destination {
  /** A name, which the proxy looks up, or an address without brackets. */
  readonly host: string;
  readonly port: number;
}
