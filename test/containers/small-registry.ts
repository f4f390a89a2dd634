import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';

interface Blob {
  mediaType: string;
  digest: string;
  size: number;
}

export type SmallRegistry = Awaited<ReturnType<typeof startSmallRegistry>>;

/**
 * A registry of images that hold nothing, each under one tag, as the OCI distribution specification says they are
 * pulled. The engine takes plain HTTP from this machine's own addresses.
 */
export async function startSmallRegistry(repositories: readonly string[], tag: string) {
  const content = new Map<string, { mediaType: string; bytes: Buffer }>();
  const manifests = new Map<string, Blob>();

  function add(mediaType: string, bytes: Buffer): Blob {
    const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
    content.set(digest, { mediaType, bytes });
    return { mediaType, digest, size: bytes.length };
  }

  for (const repository of repositories) {
    // An archive without files: two empty blocks.
    const archive = Buffer.alloc(1024);
    const layer = add('application/vnd.oci.image.layer.v1.tar+gzip', gzipSync(archive));
    const diffId = `sha256:${createHash('sha256').update(archive).digest('hex')}`;
    const config = {
      architecture: 'amd64',
      os: 'linux',
      config: { Labels: { repository } },
      rootfs: { type: 'layers', diff_ids: [diffId] },
    };
    const mediaType = 'application/vnd.oci.image.manifest.v1+json';
    const manifest = {
      schemaVersion: 2,
      mediaType,
      config: add('application/vnd.oci.image.config.v1+json', Buffer.from(JSON.stringify(config))),
      layers: [layer],
    };
    manifests.set(repository, add(mediaType, Buffer.from(JSON.stringify(manifest))));
  }

  /** What an address of the distribution API stands for. */
  function find(path: string): string | undefined {
    const [, repository = '', kind, reference = ''] = /^\/v2\/(.+)\/(manifests|blobs)\/([^/]+)$/.exec(path) ?? [];
    if (kind === 'manifests' && reference === tag) return manifests.get(repository)?.digest;
    return kind === undefined ? undefined : reference;
  }

  const server = createServer(({ method, url = '' }, response) => {
    if (url === '/v2/') return void response.end('{}');
    const digest = find(url) ?? '';
    const found = content.get(digest);
    if (found === undefined) return void response.writeHead(404).end('{"errors":[]}');
    response.writeHead(200, {
      'content-type': found.mediaType,
      'content-length': found.bytes.length,
      'docker-content-digest': digest,
    });
    response.end(method === 'HEAD' ? undefined : found.bytes);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    digest: (repository: string) => manifests.get(repository)?.digest,
    stop: () => new Promise((resolve) => server.close(resolve)),
  };
}
