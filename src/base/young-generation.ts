import { setFlagsFromString } from 'node:v8';

/*
 * V8 doubles the part of its heap where new objects are made whenever enough of them survive, as all do that modules are made
 * of while they are loaded, and a process that is idle then never gives it back: ten megabytes and more. It reads the factor
 * each time, so that it may be set while a process runs.
 */

/** While a process starts: the young generation stays as small as it begins. */
export function holdYoungGeneration(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
}

/** Once it has started: the young generation grows as traffic needs it, by V8's own factor. */
export function freeYoungGeneration(): void {
  setFlagsFromString('--semi-space-growth-factor=2');
}
