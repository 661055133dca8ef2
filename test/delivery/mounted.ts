import { mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * A folder as the kubelet mounts a ConfigMap or a Secret: its files are links into a folder that is a link itself, and
 * an update puts another folder in the place of that one, at once for all files.
 */
export class MountedVolume {
  readonly folder: string;
  #updates = 0;

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async mount(folder: string, files: Readonly<Record<string, string>>): Promise<MountedVolume> {
    await mkdir(folder, { recursive: true });
    const volume = new MountedVolume(folder);
    await volume.update(files);
    for (const name of Object.keys(files)) await symlink(join('..data', name), join(folder, name));
    return volume;
  }

  async update(files: Readonly<Record<string, string>>): Promise<void> {
    const [before, now] = [`..${this.#updates}`, `..${++this.#updates}`];
    await mkdir(join(this.folder, now));
    for (const [name, text] of Object.entries(files)) await writeFile(join(this.folder, now, name), text);
    await symlink(now, join(this.folder, '..data_tmp'));
    await rename(join(this.folder, '..data_tmp'), join(this.folder, '..data'));
    await rm(join(this.folder, before), { recursive: true, force: true });
  }
}
