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

/** Whether a key may be used, as one looks at it. */
export type KeyStatus = 'in service' | 'throttled' | 'out of service';

export function statusOf(view: KeyView): KeyStatus {
  if (view.state !== 'in-service') return 'out of service';
  return Object.keys(view.models).length > 0 ? 'throttled' : 'in service';
}

/** Keeps the story of a run: what befell the keys at the provider, and what Sparekey made of it. */
export class EventLog {
  readonly #startedAt = performance.now();
  readonly #onHappening: (event: DemoEvent) => void;
  readonly #standings = new Map<string, KeyStatus>();
  readonly events: DemoEvent[] = [];
  /** Times a key left service, and times one came back. */
  left = 0;
  returned = 0;

  constructor(onHappening: (event: DemoEvent) => void) {
    this.#onHappening = onHappening;
  }

  get elapsedMs(): number {
    return performance.now() - this.#startedAt;
  }

  /** A turn of the plot, at the provider. */
  atProvider(name: Name, tale: string, isWell: boolean): void {
    this.#tell(isWell ? 'plain' : 'bad', `provider: ${name} ${tale}`);
  }

  /** Compares the keys with what they were, and tells what has changed. */
  update(views: readonly KeyView[]): void {
    for (const view of views) {
      const name = view.name ?? view.id;
      const before = this.#standings.get(name) ?? 'in service';
      const standing = statusOf(view);
      if (standing === before) continue;
      this.#standings.set(name, standing);
      if (before === 'in service') this.left++;
      if (standing === 'in service') {
        this.returned++;
        this.#tell('good', `sparekey: ${name} is back in service`);
      } else {
        const reason = view.reason ?? '';
        const news = standing === 'throttled' ? reason : `${standing}: ${reason}`;
        this.#tell('plain', `sparekey: ${name} ${news}`);
      }
    }
  }

  #tell(tone: Tone, text: string): void {
    const event = { atMs: this.elapsedMs, tone, text };
    this.events.push(event);
    this.#onHappening(event);
  }
}
