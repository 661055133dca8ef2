import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer, type Server, type ServerResponse } from 'node:http';
import * as z from 'zod';
import { freePort } from '../support/free-port.ts';
import { fromRoot, textOf } from './repository.ts';

const lockFile = z.object({
  packages: z.record(z.string(), z.looseObject({ dev: z.boolean().default(false) })),
});
const manifest = z.looseObject({ name: z.string(), version: z.string() });

interface Package {
  readonly manifest: z.infer<typeof manifest>;
  readonly folder: string;
}

/**
 * A registry of npm packages on loopback that has what the lock file installs for production, and nothing else: what an
 * installation from it lacks was never declared.
 */
export class PackageRegistry implements AsyncDisposable {
  readonly url: string;
  readonly #server: Server;

  private constructor(server: Server, port: number) {
    this.#server = server;
    this.url = `http://127.0.0.1:${port}`;
  }

  static async open(): Promise<PackageRegistry> {
    const packages = lockedPackages();
    const server = createServer((request, response) => {
      const [, name = '', version] =
        /^\/(.+?)(?:\/-\/(.+)\.tar)?$/.exec(decodeURIComponent(request.url ?? '')) ?? [];
      const versions = packages.filter((each) => each.manifest.name === name);
      const asked = versions.find((each) => each.manifest.version === version);
      if (versions.length === 0) response.writeHead(404).end('{}');
      else if (asked === undefined)
        response.end(JSON.stringify(describe(name, versions, request.headers.host)));
      else sendArchive(asked.folder, response);
    });
    const port = await freePort();
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return new PackageRegistry(server, port);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }
}

function lockedPackages(): readonly Package[] {
  const { packages } = lockFile.parse(JSON.parse(textOf('package-lock.json')));
  return Object.entries(packages)
    .filter(([path, { dev }]) => path !== '' && !dev && existsSync(fromRoot(`${path}/package.json`)))
    .map(([path]) => ({
      manifest: manifest.parse(JSON.parse(textOf(`${path}/package.json`))),
      folder: fromRoot(path),
    }));
}

/** A package as npm asks for it: each version with its manifest and where its archive is. */
function describe(name: string, versions: readonly Package[], host = ''): unknown {
  const entries = versions.map((each) => {
    const { version } = each.manifest;
    const tarball = `http://${host}/${name}/-/${version}.tar`;
    return [version, { ...each.manifest, dist: { tarball } }] as const;
  });
  return {
    name,
    'dist-tags': { latest: versions[0]?.manifest.version },
    versions: Object.fromEntries(entries),
  };
}

/** Sends a folder as an archive, without what was installed below it. */
function sendArchive(folder: string, response: ServerResponse): void {
  const own = ['--exclude=./node_modules', '--transform=s,^[.],package,'];
  const tar = spawn('tar', ['-cf', '-', '-C', folder, ...own, '.'], { stdio: ['ignore', 'pipe', 'inherit'] });
  tar.stdout.pipe(response);
}
