import type { Dice } from './dice.ts';
import type { Owner, VirtualTime } from './time.ts';

/** How the network treats messages. */
export interface NetworkConditions {
  /** Most messages take up to this. Milliseconds. */
  readonly delayMs: number;
  /** Share of messages that take up to `lateMs`, and so come behind later ones. */
  readonly late: number;
  readonly lateMs: number;
  /** Share of messages that never come. */
  readonly lost: number;
  /** Share of messages that come twice. */
  readonly twice: number;
}

export const GOOD_CONDITIONS: NetworkConditions = { delayMs: 4, late: 0, lateMs: 0, lost: 0, twice: 0 };

/** The way between one node and the store. */
export interface Path {
  readonly name: string;
  /** Nothing comes through. */
  cut: boolean;
  /** Told where a message was lost: a connection notices, sooner or later. */
  onLoss: () => void;
}

/** Carries messages between the nodes and the store, as well as the network lets it. */
export class Network {
  conditions = GOOD_CONDITIONS;
  readonly #time: VirtualTime;
  readonly #dice: Dice;

  constructor(time: VirtualTime, dice: Dice) {
    this.#time = time;
    this.#dice = dice;
  }

  /** Delivers a message some time later, once, twice or never. */
  send(path: Path, receiver: Owner | undefined, deliver: () => void): void {
    const copies = this.#dice.chance(this.conditions.twice) ? 2 : 1;
    for (let copy = 0; copy < copies; copy++) this.#sendOne(path, receiver, deliver);
  }

  #sendOne(path: Path, receiver: Owner | undefined, deliver: () => void): void {
    const { delayMs, late, lateMs, lost } = this.conditions;
    if (path.cut || this.#dice.chance(lost)) {
      path.onLoss();
      return;
    }
    const longestMs = this.#dice.chance(late) ? lateMs : delayMs;
    const arrive = (): void => {
      if (path.cut) path.onLoss();
      else deliver();
    };
    this.#time.after(this.#dice.between(0.1, longestMs), receiver, arrive);
  }
}
