import { checksum } from './answer-text.ts';
import type { Behaviour, KeyScript, Script } from './behaviour.ts';
import {
  remaining,
  initialProgress,
  nextBehaviour,
  type Progress,
  type RequestTraits,
  type NextBehaviour,
} from './script-state.ts';

/** Keys with a place of their own; unknown keys beyond share one. */
const MOST_KEYS = 100_000;

const ANSWER: KeyScript = { behaviours: [] };
const REFUSE: KeyScript = { behaviours: [{ kind: 'invalid-key' }] };

interface KeyState {
  readonly script: KeyScript;
  progress: Progress;
}

/** All keys, their scripts and how far each has come. */
export class KeyRing {
  readonly #initial: Script;
  readonly #random: () => number;
  readonly #keys = new Map<string, KeyState>();
  readonly #scripted = new Set<string>();
  readonly #unknown: KeyScript;
  readonly #overflow: KeyState;

  constructor(script: Script, random: () => number) {
    this.#initial = script;
    this.#random = random;
    this.#unknown = script.knownKeysOnly === true ? REFUSE : (script.unknownKeys ?? ANSWER);
    this.#overflow = newKeyState(this.#unknown);
    this.reset();
  }

  /** Every key back to the beginning of its first script. */
  reset(): void {
    this.#keys.clear();
    this.#scripted.clear();
    this.#overflow.progress = initialProgress(this.#unknown);
    for (const [key, script] of Object.entries(this.#initial.keys)) this.set(key, script);
  }

  set(key: string, script: KeyScript): void {
    this.#keys.set(key, newKeyState(script));
    this.#scripted.add(key);
  }

  /** Keys with a script of their own, in the order they got one. */
  get scripted(): readonly string[] {
    return [...this.#scripted];
  }

  isScripted(key: string): boolean {
    return this.#scripted.has(key);
  }

  /** What the next request with this key meets; the script moves on. */
  next(key: string, request: RequestTraits, now: number): NextBehaviour {
    const state = this.#stateOf(key);
    const next = nextBehaviour(state.script, state.progress, request, now, this.#random);
    state.progress = next.progress;
    return next;
  }

  scriptOf(key: string): KeyScript {
    return this.#stateOf(key).script;
  }

  remaining(key: string, now: number): readonly Behaviour[] {
    const { script, progress } = this.#stateOf(key);
    return remaining(script, progress, now);
  }

  /** As the script says, else one that follows from the key. */
  organizationOf(key: string): string {
    const named = this.#stateOf(key).script.organization;
    return named ?? `org-sim${checksum(key).toString(16).padStart(8, '0')}`;
  }

  #stateOf(key: string): KeyState {
    const known = this.#keys.get(key);
    if (known !== undefined) return known;
    if (this.#keys.size >= MOST_KEYS) return this.#overflow;
    const state = newKeyState(this.#unknown);
    this.#keys.set(key, state);
    return state;
  }
}

function newKeyState(script: KeyScript): KeyState {
  return { script, progress: initialProgress(script) };
}
