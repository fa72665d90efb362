/** The bytes of a WebAssembly module of some functions. */
import { bytesOf } from "./bytes.js";
import { f64, FunctionBody, i32 } from "./function-body.js";
import { mostPages } from "./shared-memory.js";

/** A function of numbers that the module is given. */
export interface ImportedFunction {
  readonly name: string;
  readonly arity: number;
}

const text = (name: string): Uint8Array => bytesOf((bytes) => bytes.lengthPrefixed([...name].map((letter) => letter.charCodeAt(0))));

/**
 * A module with one memory "m.memory", imported functions of float64 "m.name", and functions exported as "0", "1", and so on.
 * Behind them stand those that only they call.
 *
 * Engines let vectors stand on the stack wherever it happens to be, and half of these places are slow: there, vectors cross the lines of
 * the cache. So each function is exported a second time, as "0 shifted", through one whose frame on the stack is half a vector longer: it
 * keeps a number during the call.
 * @param isShared whether other threads see the memory
 */
export function moduleBytes(imports: readonly ImportedFunction[], bodies: readonly FunctionBody[], parts: readonly FunctionBody[] = [], isShared = false): Uint8Array<ArrayBuffer> {
  const arities = [...new Set(imports.map(({ arity }) => arity))];
  const counts = [...new Set(parts.map(({ parameters }) => parameters))];
  const types = [
    [0x60, 0, 0],
    [0x60, 0, 1, i32],
    ...arities.map((arity) => [0x60, arity, ...new Array<number>(arity).fill(f64), 1, f64]),
    ...counts.map((count) => [0x60, count, ...new Array<number>(count).fill(i32), 0]),
  ];
  const limits = isShared ? [3, 1, ...bytesOf((bytes) => bytes.unsigned(mostPages))] : [0, 1];
  const imported = imports.map(({ name, arity }) => [...text("m"), ...text(name), 0, 2 + arities.indexOf(arity)]);
  const shifted = bodies.map((_, i) => {
    const body = new FunctionBody();
    const kept = body.local(i32);
    body.i32Const(0);
    body.loadInteger(0);
    body.set(kept);
    body.call(imports.length + i);
    body.get(kept);
    return body;
  });
  const exported = [
    ...bodies.map((_, i) => ({ name: String(i), index: i })),
    ...shifted.map((_, i) => ({ name: `${i} shifted`, index: bodies.length + parts.length + i })),
  ];
  return moduleOf([
    [1, types],
    [2, [[...text("m"), ...text("memory"), 2, ...limits], ...imported]],
    [3, [...bodies.map(() => [0]), ...parts.map(({ parameters }) => [2 + arities.length + counts.indexOf(parameters)]), ...shifted.map(() => [1])]],
    [7, exported.map(({ name, index }) => bytesOf((bytes) => {
      bytes.append(text(name));
      bytes.byte(0);
      bytes.unsigned(imports.length + index);
    }))],
    [10, [...bodies, ...parts, ...shifted].map((body) => body.code())],
  ]);
}

/** A module from the entries of its sections, by their numbers. */
function moduleOf(sections: readonly (readonly [id: number, entries: readonly ArrayLike<number>[]])[]): Uint8Array<ArrayBuffer> {
  const all = bytesOf((bytes) => {
    bytes.append([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
    for (const [id, entries] of sections) {
      bytes.byte(id);
      bytes.lengthPrefixed(bytesOf((content) => {
        content.unsigned(entries.length);
        for (const entry of entries) content.append(entry);
      }));
    }
  });
  return Uint8Array.from(all);
}
