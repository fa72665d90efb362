/** Four of each round. */
const shifts = new Int32Array([7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21]);
const sines = Int32Array.from({ length: 64 }, (_, i) => Math.floor(Math.abs(Math.sin(i + 1)) * 2 ** 32) | 0);

/**
 * The MD5 digest of some bytes, in base64, as CBF files state it; a guard against damage, not against forgery.
 *
 * Source: RFC 1321.
 */
export function md5Base64(bytes: Uint8Array): string {
  const blocks = Math.floor((bytes.length + 8) / 64) + 1;
  const last = new Uint8Array(128);
  const whole = Math.floor(bytes.length / 64);
  last.set(bytes.subarray(whole * 64));
  last[bytes.length % 64] = 0x80;
  const lengthAt = (blocks - whole) * 64 - 8;
  const tail = new DataView(last.buffer);
  tail.setUint32(lengthAt, (bytes.length * 8) >>> 0, true);
  tail.setUint32(lengthAt + 4, Math.floor(bytes.length / 2 ** 29), true);

  const state = new Int32Array([0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476]);
  const words = new Int32Array(16);
  const content = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let block = 0; block < blocks; block++) {
    const view = block < whole ? content : tail;
    const start = block < whole ? block * 64 : (block - whole) * 64;
    for (let i = 0; i < 16; i++) words[i] = view.getInt32(start + 4 * i, true);
    addBlock(state, words);
  }
  const digest = new Uint8Array(16);
  state.forEach((word, i) => new DataView(digest.buffer).setInt32(4 * i, word, true));
  return btoa(String.fromCharCode(...digest));
}

function addBlock(state: Int32Array, words: Int32Array): void {
  let a = state[0];
  let b = state[1];
  let c = state[2];
  let d = state[3];
  for (let i = 0; i < 64; i++) {
    let mixed: number;
    let word: number;
    if (i < 16) {
      mixed = (b & c) | (~b & d);
      word = i;
    } else if (i < 32) {
      mixed = (d & b) | (~d & c);
      word = (5 * i + 1) & 15;
    } else if (i < 48) {
      mixed = b ^ c ^ d;
      word = (3 * i + 5) & 15;
    } else {
      mixed = c ^ (b | ~d);
      word = (7 * i) & 15;
    }
    const sum = (a + mixed + sines[i] + words[word]) | 0;
    const shift = shifts[(i >> 4) * 4 + (i & 3)];
    a = d;
    d = c;
    c = b;
    b = (b + ((sum << shift) | (sum >>> (32 - shift)))) | 0;
  }
  state[0] += a;
  state[1] += b;
  state[2] += c;
  state[3] += d;
}
