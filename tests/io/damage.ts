/** Damages a file systematically, as disks, editors and broken transfers do. */

/** What was done to the file, and what it is now. */
export interface Damage<T> {
  readonly what: string;
  readonly file: T;
}

/** About so many of a list's entries, spread over it. */
function spread<T>(list: readonly T[], most: number): T[] {
  const step = Math.max(1, list.length / most);
  return Array.from({ length: Math.min(most, list.length) }, (_, i) => list[Math.floor(i * step)]);
}

const page = "<html><head><title>404 Not Found</title></head><body>Not Found</body></html>\n";

/** Damages of a text: cut short, numbers spoilt, lines lost or twice, or another file altogether. */
export function textDamages(text: string, numbers = 16): Damage<string>[] {
  const cuts = [0.15, 0.3, 0.45, 0.6, 0.75, 0.9, 0.97].map((part) => ({ what: `cut at ${part}`, file: text.slice(0, Math.floor(part * text.length)) }));
  const places = spread([...text.matchAll(/(?<=[\s=,[:]|^)[-+]?\d+(\.\d*)?(?=[\s,\];}]|$)/gm)], numbers);
  const spoilt = places.flatMap(({ index, 0: number }) =>
    ["1.2.3", "nan", "1e999", "--", "\u0000", "?x", "99999999999999999999"].map((word) => ({ what: `${number} at ${index} is ${JSON.stringify(word)}`, file: text.slice(0, index) + word + text.slice(index + number.length) })),
  );
  const lines = text.split("\n");
  const lost = spread([...lines.keys()], 16).map((i) => ({ what: `line ${i + 1} is lost`, file: lines.filter((_, k) => k !== i).join("\n") }));
  const torn = spread([...lines.keys()], 16).map((i) => ({ what: `line ${i + 1} is torn`, file: lines.map((line, k) => (k === i ? line.slice(0, Math.ceil(line.length / 2)) : line)).join("\n") }));
  const others = ["", "\n\n", page, String.fromCharCode(...Array.from({ length: 256 }, (_, i) => i)), "\u0000".repeat(100), `${page}${text}`, text.split("").reverse().join("")];
  return [...others.map((file, i) => ({ what: `another file, ${i}`, file })), ...cuts, ...spoilt, ...lost, ...torn];
}

/** Damages of bytes: cut short, bytes changed, lost or added, or another file altogether. */
export function byteDamages(bytes: Uint8Array, header = bytes.length, most = 60): Damage<Uint8Array>[] {
  const places = spread(Array.from({ length: Math.min(header, bytes.length) }, (_, i) => i), most);
  const changed = places.flatMap((at) =>
    [0x00, 0xff, 0x39].map((byte) => {
      const file = bytes.slice();
      file[at] = byte;
      return { what: `byte ${at} is ${byte}`, file };
    }),
  );
  const cuts = [0.05, 0.2, 0.4, 0.6, 0.8, 0.95].map((part) => ({ what: `cut at ${part}`, file: bytes.slice(0, Math.floor(part * bytes.length)) }));
  const lost = spread(places, 12).map((at) => ({ what: `byte ${at} is lost`, file: new Uint8Array([...bytes.slice(0, at), ...bytes.slice(at + 1)]) }));
  const added = spread(places, 12).map((at) => ({ what: `a byte at ${at} is added`, file: new Uint8Array([...bytes.slice(0, at), 0x20, ...bytes.slice(at)]) }));
  const others = ["", page, `${page}${"x".repeat(5000)}`].map((text, i) => ({ what: `another file, ${i}`, file: new TextEncoder().encode(text) }));
  return [...others, ...cuts, ...changed, ...lost, ...added];
}
