/** One entry of a tar archive. Names are relative, without a leading slash. */
export type TarEntry =
  | { readonly kind: 'file'; readonly name: string; readonly mode: number; readonly data: Uint8Array }
  | { readonly kind: 'folder'; readonly name: string; readonly mode: number }
  | { readonly kind: 'link'; readonly name: string; readonly target: string };

const blockSize = 512;
// The format's type letters: a regular file, a symbolic link, a folder.
const typeOf = { file: '0', link: '2', folder: '5' } as const;
const linkMode = 0o777;
const longestName = 100;
const longestLink = 100;
// Eleven octal digits: 8 GiB less one byte.
const largestFile = 0o77777777777;

/**
 * Packs entries, in the order given, as a POSIX ustar archive.
 *
 * Deterministic: owner 0:0 and time 0 for every entry, so that equal input gives equal bytes and an image made from it
 * keeps its digest. Throws a RangeError for a name or target of 100 bytes and more and a file over 8 GiB: the format's limits.
 */
export function packTar(entries: readonly TarEntry[]): Uint8Array {
  const parts: Uint8Array[] = [];
  for (const entry of entries) {
    const data = entry.kind === 'file' ? entry.data : new Uint8Array();
    parts.push(headerOf(entry, data.length), data, new Uint8Array(paddingAfter(data.length)));
  }
  // Two empty blocks end an archive.
  parts.push(new Uint8Array(2 * blockSize));
  return Buffer.concat(parts);
}

function paddingAfter(length: number): number {
  return (blockSize - (length % blockSize)) % blockSize;
}

function headerOf(entry: TarEntry, size: number): Uint8Array {
  const target = entry.kind === 'link' ? entry.target : '';
  refuseTooLong('name', entry.name, longestName);
  refuseTooLong('link target', target, longestLink);
  if (size > largestFile) throw new RangeError(`cannot pack ${entry.name}: its size ${size} is over ${largestFile}`);
  const block = Buffer.alloc(blockSize);
  block.write(entry.kind === 'folder' ? `${entry.name}/` : entry.name, 0);
  block.write(octal(entry.kind === 'link' ? linkMode : entry.mode, 7), 100);
  block.write(octal(0, 7), 108);
  block.write(octal(0, 7), 116);
  block.write(octal(size, 11), 124);
  block.write(octal(0, 11), 136);
  block.write(typeOf[entry.kind], 156);
  block.write(target, 157);
  block.write('ustar\x0000', 257);
  // The checksum is the sum of the header's bytes, taken with the checksum's own field full of blanks.
  block.fill(' ', 148, 156);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${octal(sum, 6)}\x00 `, 148);
  return block;
}

function octal(value: number, digits: number): string {
  return value.toString(8).padStart(digits, '0');
}

function refuseTooLong(what: string, text: string, limit: number): void {
  const length = Buffer.byteLength(text);
  if (length >= limit)
    throw new RangeError(`cannot pack ${text}: the ${what} has ${length} bytes, the limit is ${limit - 1}`);
}
