/**
 * Packs the examples' image from a static busybox as an OCI archive: `pack-image.ts BUSYBOX ARCHIVE`.
 *
 * No image registry is needed then: the embedded runtime imports the archive at its start.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { imageArchitecture, packImage } from '../src/adapters/containerd/oci-archive.ts';
import type { TarEntry } from '../src/lib/host/tar.ts';

/** What the examples name. */
const ref = 'localhost/nodelet/busybox:1';

const folders = ['bin', 'dev', 'etc', 'home', 'proc', 'root', 'sys', 'usr', 'usr/bin', 'var', 'var/log', 'var/run'];
const passwd = [
  'root:x:0:0:root:/root:/bin/sh',
  'www-data:x:33:33:www-data:/var/www:/bin/false',
  'nobody:x:65534:65534:nobody:/home:/bin/false',
];
const group = ['root:x:0:', 'www-data:x:33:', 'nogroup:x:65534:'];

const { positionals } = parseArgs({ allowPositionals: true });
const [busybox, archive] = positionals;
if (busybox === undefined || archive === undefined) {
  console.error('usage: pack-image.ts BUSYBOX ARCHIVE');
  process.exit(2);
}
// Renamed when whole: a start of the runtime in between never reads half an archive.
writeFileSync(`${archive}.new`, packImage(exampleImage(busybox)));
renameSync(`${archive}.new`, archive);

function exampleImage(file: string): Parameters<typeof packImage>[0] {
  const applets = execFileSync(file, ['--list'], { encoding: 'utf8' }).trim().split('\n').sort();
  const files: readonly TarEntry[] = [
    ...folders.map((name): TarEntry => ({ kind: 'folder', name, mode: 0o755 })),
    { kind: 'folder', name: 'tmp', mode: 0o1777 },
    { kind: 'file', name: 'bin/busybox', mode: 0o755, data: readFileSync(file) },
    ...applets
      .filter((name) => name !== 'busybox')
      .map((name): TarEntry => ({ kind: 'link', name: `bin/${name}`, target: 'busybox' })),
    textFile('etc/passwd', passwd),
    textFile('etc/group', group),
  ];
  return {
    ref,
    architecture: imageArchitecture(process.arch),
    files,
    command: ['sh'],
    env: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' },
  };
}

function textFile(name: string, lines: readonly string[]): TarEntry {
  return { kind: 'file', name, mode: 0o644, data: Buffer.from(lines.map((line) => `${line}\n`).join('')) };
}
