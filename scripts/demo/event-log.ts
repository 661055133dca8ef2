import type { KeyView } from '../../src/admin/contract.ts';
import type { Name } from './pool.ts';

export type Tone = 'bad' | 'good' | 'plain';

/** Something that happened, for the ticker. */
export interface DemoEvent {
  /** Milliseconds since the start. */
  readonly atMs: number;
  readonly tone: Tone;
  readonly text: string;
}

/** Whether a key may be used. */
export type KeyStatus = 'in service' | 'throttled' | 'out of service';

export function statusOf(view: KeyView): KeyStatus {
  if (view.state !== 'in-service') return 'out of service';
  return Object.keys(view.models).length > 0 ? 'throttled' : 'in service';
}

/** The events of a run: what happened to keys at the provider, and what Sparekey did about it. */
export class EventLog {
  readonly #startedAt = performance.now();
  readonly #onEvent: (event: DemoEvent) => void;
  readonly #statuses = new Map<string, KeyStatus>();
  readonly events: DemoEvent[] = [];
  /** Times a key left service, and times one came back. */
  left = 0;
  returned = 0;

  constructor(onEvent: (event: DemoEvent) => void) {
    this.#onEvent = onEvent;
  }

  get elapsedMs(): number {
    return performance.now() - this.#startedAt;
  }

  /** A key began to fail at the provider, or works again. */
  atProvider(name: Name, description: string, isHealthy: boolean): void {
    this.#add(isHealthy ? 'plain' : 'bad', `provider: ${name} ${description}`);
  }

  /** Compares the keys with what they were, and logs what has changed. */
  update(views: readonly KeyView[]): void {
    for (const view of views) {
      const name = view.name ?? view.id;
      const before = this.#statuses.get(name) ?? 'in service';
      const status = statusOf(view);
      if (status === before) continue;
      this.#statuses.set(name, status);
      if (before === 'in service') this.left++;
      if (status === 'in service') {
        this.returned++;
        this.#add('good', `sparekey: ${name} is back in service`);
      } else {
        const reason = view.reason ?? '';
        const news = status === 'throttled' ? reason : `${status}: ${reason}`;
        this.#add('plain', `sparekey: ${name} ${news}`);
      }
    }
  }

  #add(tone: Tone, text: string): void {
    const event = { atMs: this.elapsedMs, tone, text };
    this.events.push(event);
    this.#onEvent(event);
  }
}
