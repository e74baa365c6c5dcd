// The ID that a picture will have, known before it is sent: base32 of its SHA-1, and the
// cluster that stores it.

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const CLUSTER = "01";

/** The ID of a file; null where browsers keep SHA-1 from scripts (neither https nor localhost). */
export async function imageId(file) {
  if (!globalThis.crypto?.subtle) return null;
  const digest = await crypto.subtle.digest("SHA-1", await file.arrayBuffer());
  return base32(new Uint8Array(digest)) + CLUSTER;
}

/** Base32 of bytes whose number is a multiple of five, so that there is no padding. */
function base32(bytes) {
  let text = "";
  let rest = 0;
  let bits = 0;
  for (const byte of bytes) {
    rest = (rest << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += LETTERS[(rest >> bits) & 31];
    }
    rest &= (1 << bits) - 1;
  }
  return text;
}
