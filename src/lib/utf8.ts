// The core has no host types, hence no TextDecoder; these are the only two things that it needs of one.

/** The text of UTF-8 bytes; what is not UTF-8 becomes U+FFFD, one for each bad byte. */
export function decodeUtf8(bytes: Uint8Array): string {
  let text = '';
  let at = 0;
  while (at < bytes.length) {
    const length = sequenceLength(bytes, at);
    text += length === 0 ? '\ufffd' : String.fromCodePoint(codePoint(bytes, at, length));
    at += Math.max(1, length);
  }
  return text;
}

/** How many bytes the text takes as UTF-8. */
export function utf8Length(text: string): number {
  let length = 0;
  for (let at = 0; at < text.length; at++) length += unitLength(text, at);
  return length;
}

/** The longest start of the text that takes at most `bytes` bytes as UTF-8, cut between characters. */
export function clipUtf8(text: string, bytes: number): string {
  // Three bytes is the most that one UTF-16 unit takes: most texts need no closer look.
  if (text.length * 3 <= bytes) return text;
  let length = 0;
  let at = 0;
  for (const character of text) {
    length += utf8Length(character);
    if (length > bytes) return text.slice(0, at);
    at += character.length;
  }
  return text;
}

/** Bytes of one UTF-16 unit; the two halves of a pair take two each, a lone half three (as U+FFFD). */
function unitLength(text: string, at: number): number {
  const unit = text.charCodeAt(at);
  if (unit < 0x80) return 1;
  if (unit < 0x800) return 2;
  const high = isHigh(unit) && isLow(text.charCodeAt(at + 1));
  const low = isLow(unit) && at > 0 && isHigh(text.charCodeAt(at - 1));
  return high || low ? 2 : 3;
}

function isHigh(unit: number): boolean {
  return unit >= 0xd800 && unit < 0xdc00;
}

function isLow(unit: number): boolean {
  return unit >= 0xdc00 && unit < 0xe000;
}

/** Length of the valid sequence at `at`; 0 when there is none. */
function sequenceLength(bytes: Uint8Array, at: number): number {
  const first = bytes[at] ?? 0;
  if (first < 0x80) return 1;
  const length = first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
  for (let next = 1; next < length; next++) {
    if (((bytes[at + next] ?? 0) & 0xc0) !== 0x80) return 0;
  }
  if (length < 3) return length;
  const point = codePoint(bytes, at, length);
  // Overlong forms, halves of surrogate pairs and what lies beyond Unicode are no characters.
  if (length === 3) return point < 0x800 || (point >= 0xd800 && point < 0xe000) ? 0 : 3;
  return point < 0x10000 || point > 0x10ffff ? 0 : 4;
}

function codePoint(bytes: Uint8Array, at: number, length: number): number {
  const first = bytes[at] ?? 0;
  if (length === 1) return first;
  let point = first & (0xff >> (length + 1));
  for (let next = 1; next < length; next++) point = (point << 6) | ((bytes[at + next] ?? 0) & 0x3f);
  return point;
}
