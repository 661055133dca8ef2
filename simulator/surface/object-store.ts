import { objectOf, type JsonObject } from './json.ts';

/** How many things of each kind are kept; the oldest goes when one more comes. */
const MAX_OBJECTS = 1_000;

/** Bytes of all files together; the oldest go when more come. */
export const FILE_BYTES_LIMIT = 64 * 1024 * 1024;

/** An uploaded file. */
export interface StoredFile {
  readonly organization: string;
  readonly filename: string;
  readonly purpose: string;
  readonly bytes: Buffer;
}

/** A response that can be retrieved. */
export interface StoredResponse {
  readonly organization: string;
  readonly response: JsonObject;
  /** The items of its request. */
  readonly input: readonly unknown[];
  /** All items up to its own output, those of the responses before it too. */
  readonly conversation: readonly unknown[];
}

/** A video that was asked for. */
export interface StoredTask {
  readonly organization: string;
  readonly type: string;
}

/** Files and responses that requests made, in memory. Each belongs to its organization. */
export class ObjectStore {
  readonly #files = new Map<string, StoredFile>();
  readonly #responses = new Map<string, StoredResponse>();
  readonly #tasks = new Map<string, StoredTask>();
  #fileBytes = 0;
  #filesMade = 0;
  #tasksMade = 0;

  addFile(file: StoredFile): string {
    this.#filesMade += 1;
    const id = `file-sim${this.#filesMade.toString().padStart(8, '0')}`;
    this.#files.set(id, file);
    this.#fileBytes += file.bytes.length;
    for (const [oldest] of this.#files) {
      if (this.#fileBytes <= FILE_BYTES_LIMIT && this.#files.size <= MAX_OBJECTS) break;
      this.#dropFile(oldest);
    }
    return id;
  }

  files(organization: string): readonly (readonly [string, StoredFile])[] {
    return [...this.#files].filter(([, file]) => file.organization === organization);
  }

  file(id: string, organization: string): StoredFile | undefined {
    const file = this.#files.get(id);
    return file?.organization === organization ? file : undefined;
  }

  /** @returns whether there was such a file */
  deleteFile(id: string, organization: string): boolean {
    return this.file(id, organization) !== undefined && this.#dropFile(id);
  }

  addResponse(id: string, stored: StoredResponse): void {
    this.#responses.set(id, stored);
    for (const [oldest] of this.#responses) {
      if (this.#responses.size <= MAX_OBJECTS) break;
      this.#responses.delete(oldest);
    }
  }

  response(id: string, organization: string): StoredResponse | undefined {
    const stored = this.#responses.get(id);
    return stored?.organization === organization ? stored : undefined;
  }

  /** Whether an item of this id was given out with a response that is kept. */
  hasItem(id: string, organization: string): boolean {
    return this.#responses
      .values()
      .filter((stored) => stored.organization === organization)
      .some(({ conversation }) => conversation.some((item) => objectOf(item)['id'] === id));
  }

  deleteResponse(id: string, organization: string): boolean {
    return this.response(id, organization) !== undefined && this.#responses.delete(id);
  }

  addTask(task: StoredTask): string {
    this.#tasksMade += 1;
    const id = `8${this.#tasksMade.toString().padStart(11, '0')}`;
    this.#tasks.set(id, task);
    for (const [oldest] of this.#tasks) {
      if (this.#tasks.size <= MAX_OBJECTS) break;
      this.#tasks.delete(oldest);
    }
    return id;
  }

  task(id: string, organization: string): StoredTask | undefined {
    const task = this.#tasks.get(id);
    return task?.organization === organization ? task : undefined;
  }

  clear(): void {
    this.#tasks.clear();
    this.#files.clear();
    this.#responses.clear();
    this.#fileBytes = 0;
  }

  #dropFile(id: string): boolean {
    this.#fileBytes -= this.#files.get(id)?.bytes.length ?? 0;
    return this.#files.delete(id);
  }
}
