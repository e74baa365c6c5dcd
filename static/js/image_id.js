// The ID of a picture, computed before it is uploaded: base32 of its SHA-1, and a suffix.

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const SUFFIX = "01";

/** Return the ID of a file; null where crypto.subtle is missing (neither https nor localhost). */
export async function imageId(file) {
  if (!globalThis.crypto?.subtle) return null;
  const digest = await crypto.subtle.digest("SHA-1", await file.arrayBuffer());
  return base32(new Uint8Array(digest)) + SUFFIX;
}

/** Encode bytes whose number is a multiple of five, so that no padding is needed. */
function base32(bytes) {
  let text = "";
  let rest = 0;
  let bits = 0;
  for (const byte of bytes) {
    rest = (rest << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += ALPHABET[(rest >> bits) & 31];
    }
    rest &= (1 << bits) - 1;
  }
  return text;
}
