import { writeIdOf } from '../../../src/keys/book/codec.ts';
import { recordId } from '../../../src/keys/key.ts';
import type { Change } from '../../../src/store/contract.ts';
import { describe } from './describe.ts';
import { Dice } from './dice.ts';
import { SimulatedGateway } from './simulated-gateway.ts';
import type { Environment } from './simulated-gateway.ts';
import { Invariants, recordOf } from './invariants.ts';
import { GOOD_CONDITIONS, Network } from './network.ts';
import type { Path, NetworkConditions } from './network.ts';
import { Operator } from './operator.ts';
import { ProviderSide } from './provider-side.ts';
import type { Health } from './provider-side.ts';
import { KEYS, templatesFor } from './providers.ts';
import type { NamedKey } from './providers.ts';
import { PROVIDERS, drawSettings } from './settings.ts';
import type { NodeSettings, Settings } from './settings.ts';
import { StoreServer } from './store-server.ts';
import type { Loss } from './store-server.ts';
import { TALLY_ID, failuresIn, tally } from './tally.ts';
import { VirtualTime } from './time.ts';
import { Trace } from './trace.ts';

/** A machine: it has a clock and a way to the store, and runs one process after another. */
export interface Node {
  readonly settings: NodeSettings;
  readonly path: Path;
  process: SimulatedGateway | undefined;
  runs: number;
  /** Ids of keys that have left its configuration. */
  removed: ReadonlySet<string>;
}

const NAMES = new Map([...KEYS.map((key) => [recordId(key), key.name] as const), [TALLY_ID, 'tally']]);
/** Between two failures that a node counts on the tally, on average. Milliseconds. */
const TALLY_GAP_MS = 1_500;

/** Everything there is in one simulation, and what can be done to it. */
export class World {
  readonly dice: Dice;
  readonly time = new VirtualTime();
  readonly trace: Trace;
  readonly settings: Settings;
  readonly invariants: Invariants;
  readonly server: StoreServer;
  readonly network: Network;
  readonly providerSide: ProviderSide;
  readonly nodes: readonly Node[];
  /** Every process that ever ran. */
  readonly processes: SimulatedGateway[] = [];
  readonly operator = new Operator();
  /** A key that leaves the configurations of nodes; at most one in each world. */
  leaver: NamedKey | undefined;
  /** It leaves all of them, and for good. */
  leaves = false;
  /** Who was the last to have it, and has deleted its record since; undefined where that process was ended before. */
  lastOwner: SimulatedGateway | undefined;
  /** Clients send requests. */
  isBusy = true;
  readonly #surroundings: Environment;
  /** Failures that may count twice: see `#wroteTally`. */
  countedTwice = 0;
  /** Failures in writes of the tally, by revision, until their writer hears of it. */
  readonly #unheard = new Map<number, number>();

  constructor(seed: number, isTraced: boolean) {
    this.dice = new Dice(seed);
    this.trace = new Trace(this.time, isTraced);
    this.settings = drawSettings(this.dice);
    this.invariants = new Invariants(
      this.time,
      () => this.server,
      () => this.providerSide,
      this.operator,
      () => this.processes,
    );
    this.server = new StoreServer(() => this.time.now + this.settings.storeSkewMs, {
      wrote: (before, after) => this.#wrote(before, after),
      lost: (loss) => this.invariants.restarted(loss),
    });
    this.network = new Network(this.time, this.dice);
    this.providerSide = new ProviderSide(this.time, this.dice, (request) => {
      this.trace.add(request.owner.name, () => `${request.check ? 'checks' : 'tries'} ${request.secret}`);
      const process = this.processes.find(({ name }) => name === request.owner.name);
      if (process !== undefined) this.invariants.sends(process, request);
    });
    this.nodes = this.settings.nodes.map((settings) => ({
      settings,
      path: { name: settings.name, cut: false, onLoss: () => {} },
      process: undefined,
      runs: 0,
      removed: new Set<string>(),
    }));
    this.#surroundings = {
      time: this.time,
      dice: this.dice,
      trace: this.trace,
      server: this.server,
      network: this.network,
      providerSide: this.providerSide,
      templates: templatesFor(this.settings.policy),
      onApplied: (process, applied) => {
        const { key, event, before, after } = applied;
        if (after !== before) {
          this.trace.add(process.name, () => {
            const what = event.type === 'attempt' ? `${event.effect.kind} (${event.rule})` : event.type;
            return `counts for ${NAMES.get(recordId(key))}: ${what}; ${describe(before)} → ${describe(after)}`;
          });
        }
        this.invariants.applied(process, applied);
      },
      outage: this.invariants.outage,
      onChanged: (process, keyId, record) => this.invariants.changed(process, keyId, record),
      onWritten: (revision) => this.#unheard.delete(revision),
    };
  }

  get living(): SimulatedGateway[] {
    return this.processes.filter(({ alive }) => alive);
  }

  boot(node: Node): void {
    if (node.process?.alive === true) return;
    const { time } = this;
    const process = new SimulatedGateway(
      `${node.settings.name}.${++node.runs}`,
      node.settings,
      node.path,
      node.removed,
      this.#surroundings,
    );
    node.process = process;
    this.processes.push(process);
    this.trace.add(process.name, () => 'starts');
    this.as(process, () => process.run());
    this.#repeat(process, this.settings.requestGapMs, () => this.as(process, () => process.request()));
    this.#repeat(process, TALLY_GAP_MS, () => tally(process, process.clock(time.now)));
  }

  kill({ process }: Node): void {
    if (process?.alive !== true) return;
    this.trace.add(process.name, () => 'is killed');
    process.kill();
    this.#noteEnd(process);
  }

  /** In order, as far as the store lets it. */
  stop({ process }: Node): void {
    if (process?.alive !== true) return;
    this.trace.add(process.name, () => 'stops in order');
    this.as(process, async () => {
      await process.stop();
      this.#noteEnd(process);
    });
  }

  cut({ path, settings }: Node, isCut: boolean): void {
    this.trace.add(settings.name, () => (isCut ? 'is cut off from the store' : 'reaches the store again'));
    path.cut = isCut;
    path.onLoss();
  }

  setConditions(conditions: NetworkConditions): void {
    this.trace.add('network', () => JSON.stringify(conditions));
    this.network.conditions = conditions;
  }

  stopStore(): void {
    this.trace.add('store', () => 'stops');
    this.server.stop();
  }

  startStore(loss: Loss): void {
    if (this.server.up) return;
    this.trace.add('store', () => `is back, and has lost: ${loss}`);
    this.server.start(loss);
  }

  setHealth({ secret, name }: NamedKey, health: Health): void {
    this.trace.add('provider', () => `${name} is ${health}`);
    this.providerSide.set(secret, health);
  }

  setOutage(provider: (typeof PROVIDERS)[number], isOut: boolean): void {
    this.trace.add('provider', () => `${provider} ${isOut ? 'is out' : 'is back'}`);
    this.providerSide.setOutage(provider, isOut);
  }

  /** The operator says a word on a key at a node: at some one, unless it is named. */
  sayWord(type: 'disabled' | 'enabled' | 'lifted', key: NamedKey, node?: Node): void {
    const having = this.#having(key).filter((process) => node === undefined || process === node.process);
    const template = this.#surroundings.templates.find(({ provider }) => provider.id === key.providerId);
    if (having.length === 0 || template === undefined) return;
    const process = this.dice.pick(having);
    const at = process.clock(this.time.now);
    const { keyPolicy } = template.provider;
    this.time.as(process, () => {
      if (type === 'lifted') this.operator.lift(key, process, at, keyPolicy);
      else this.operator.say(type, key, process, at, keyPolicy);
    });
  }

  /** The configuration of a node loses a key, or has it again. */
  configure(node: Node, key: NamedKey, isRemoved: boolean): void {
    const { id, name } = key;
    if (node.removed.has(id) === isRemoved) return;
    this.trace.add(
      node.settings.name,
      () => `${name} ${isRemoved ? 'leaves' : 'comes into'} the configuration`,
    );
    node.removed = isRemoved
      ? new Set([...node.removed, id])
      : new Set([...node.removed].filter((each) => each !== id));
    const { process } = node;
    if (process?.alive === true) {
      if (isRemoved && process.book !== undefined) this.lastOwner = process;
      if (isRemoved) this.operator.forgot(key, process);
      this.as(process, () => process.reload(node.removed));
    }
    this.#noteLeft();
  }

  /** Living processes that have a key in their configuration. */
  #having(key: NamedKey): readonly SimulatedGateway[] {
    return this.living.filter((process) => process.book !== undefined && process.hasKey(key.id));
  }

  #noteEnd(process: SimulatedGateway): void {
    if (this.leaver !== undefined && process.hasKey(this.leaver.id)) this.lastOwner = undefined;
    this.#noteLeft();
  }

  #noteLeft(): void {
    if (this.leaver !== undefined) this.operator.left(this.leaver, this.#having(this.leaver));
  }

  /** Ends all faults between nodes and store, and starts what is not running. */
  heal(): void {
    this.trace.add('world', () => 'all faults end');
    this.setConditions(GOOD_CONDITIONS);
    this.startStore('none');
    const { leaver } = this;
    for (const node of this.nodes) {
      if (node.path.cut) this.cut(node, false);
      if (leaver !== undefined) this.configure(node, leaver, this.leaves);
      this.boot(node);
    }
    this.providerSide.trouble = 0;
    for (const provider of PROVIDERS) this.setOutage(provider, false);
    this.invariants.calmSince = this.time.now;
  }

  /** Runs something in a process. That it fails is a defect, unless the process was killed meanwhile. */
  as(process: SimulatedGateway, run: () => Promise<void>): void {
    this.time
      .as(process, run)
      .catch((error: unknown) => this.invariants.violate('no-defect', `${process.name}: ${textOf(error)}`));
  }

  #repeat(process: SimulatedGateway, gapMs: number, run: () => void): void {
    this.time.after(this.dice.gap(gapMs), process, () => {
      if (this.isBusy) run();
      this.#repeat(process, gapMs, run);
    });
  }

  #wrote(before: Change, after: Change): void {
    const { id, revision } = after;
    const [was, is] = [recordOf(before.value), recordOf(after.value)];
    this.trace.add(
      'store',
      () => `${NAMES.get(id)} ${describe(was)} → ${describe(is)}, revision ${revision}`,
    );
    if (id === TALLY_ID) {
      this.#wroteTally(before, after);
      this.#unheard.set(revision, failuresIn(is) - failuresIn(was));
    }
    this.invariants.wrote(before, after);
  }

  /**
   * The one double count that the book does not promise to spare: where the answer to a write is lost, and
   * another node writes over it before the first can look.
   */
  #wroteTally(before: Change, after: Change): void {
    if (writerOf(before) !== writerOf(after)) this.countedTwice += this.#unheard.get(before.revision) ?? 0;
  }
}

/** A book marks what it writes with its own name and a number. */
function writerOf({ value = '' }: Change): string | undefined {
  return writeIdOf(value)?.split('.', 1)[0];
}

function textOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
