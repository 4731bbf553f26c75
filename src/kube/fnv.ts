import { utf8 } from './bytes.ts';

// The 128-bit number in eight limbs of 16 bits, lowest first: every product fits a float exactly.
const limbs = 8;
const limbBits = 16;
const limbMask = 0xffff;
// FNV's prime is 2^88 + 0x13b: a small factor, and the number itself moved up by 88 bits.
const smallFactor = 0x13b;
const offsetBasis = '6c62272e07bb014262b821756295c58d';

/** The FNV-1a hash of a text's UTF-8 bytes in 128 bits, as 32 hexadecimal digits. Not for secrets. */
export function fnv128(text: string): string {
  const hash = new Uint32Array(limbs);
  for (let limb = 0; limb < limbs; limb += 1) {
    hash[limb] = Number.parseInt(offsetBasis.slice((limbs - 1 - limb) * 4, (limbs - limb) * 4), 16);
  }
  const next = new Uint32Array(limbs);
  for (const byte of utf8(text)) {
    hash[0] = (hash[0] ?? 0) ^ byte;
    multiplyByPrime(hash, next);
    hash.set(next);
  }
  return [...hash]
    .reverse()
    .map((limb) => limb.toString(16).padStart(4, '0'))
    .join('');
}

/** 88 bits are five limbs and eight bits. */
function multiplyByPrime(hash: Uint32Array, product: Uint32Array): void {
  let carry = 0;
  for (let limb = 0; limb < limbs; limb += 1) {
    let sum = (hash[limb] ?? 0) * smallFactor + carry;
    if (limb >= 5) sum += ((hash[limb - 5] ?? 0) << 8) & limbMask;
    if (limb >= 6) sum += (hash[limb - 6] ?? 0) >> 8;
    product[limb] = sum & limbMask;
    carry = sum >>> limbBits;
  }
}
