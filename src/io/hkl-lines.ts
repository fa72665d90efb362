import { allocate, type DataOf } from "../ndarray/dtype.js";

/** Reflections as they come, in memory that grows. */
export class ReflectionColumns {
  h: DataOf["int32"] = allocate("int32", 2 ** 12);
  k: DataOf["int32"] = allocate("int32", 2 ** 12);
  l: DataOf["int32"] = allocate("int32", 2 ** 12);
  f: DataOf["float64"] = allocate("float64", 2 ** 12);
  count = 0;

  push(h: number, k: number, l: number, f: number): void {
    if (this.count === this.f.length) this.#grow(2 * this.count);
    const at = this.count++;
    this.h[at] = h;
    this.k[at] = k;
    this.l[at] = l;
    this.f[at] = f;
  }

  /** Makes room for so many more, so that it need not grow again and again. */
  reserve(more: number): void {
    if (this.count + more > this.f.length) this.#grow(Math.max(this.count + more, 2 * this.f.length));
  }

  #grow(length: number): void {
    const larger = <D extends "int32" | "float64">(dtype: D, column: DataOf[D]): DataOf[D] => {
      const grown = allocate(dtype, length);
      grown.set(column);
      return grown;
    };
    this.h = larger("int32", this.h);
    this.k = larger("int32", this.k);
    this.l = larger("int32", this.l);
    this.f = larger("float64", this.f);
  }
}

const [tab, newline, carriageReturn, space, plus, minus, point, zero, nine] = [9, 10, 13, 32, 43, 45, 46, 48, 57];
/** Bytes of a line, about. */
const usualLine = 16;
/** An index of so many digits is within the range of indices. */
const indexDigits = 4;
/** So many digits make a whole number that a float holds. */
const mostDigits = 15;
/** Powers of ten that a float holds: a quotient of two such numbers is rounded once, as the number that was spelled. */
const powersOfTen = Array.from({ length: mostDigits + 1 }, (_, i) => 10 ** i);

/** Reads a text that comes in pieces, line by line, straight from its bytes where a line is plain: whole indices of few digits, a decimal number. */
export class HklLines {
  readonly #columns: ReflectionColumns;
  readonly #other: (line: string, number: number) => void;
  /** lines so far */
  #lines = 0;
  /** of a piece, the line that it cuts */
  #cut: Uint8Array = new Uint8Array(0);
  /** where the number that was read last ends; -1 where none was plain */
  #end = 0;

  /**
   * @param columns receives the reflections of plain lines
   * @param other takes every other line
   */
  constructor(columns: ReflectionColumns, other: (line: string, number: number) => void) {
    this.#columns = columns;
    this.#other = other;
  }

  /** Reads a further piece, up to its last whole line. */
  add(piece: Uint8Array): void {
    this.#columns.reserve(Math.ceil(piece.length / usualLine));
    const first = this.#cut.length === 0 ? 0 : piece.indexOf(newline) + 1;
    if (first === 0 && this.#cut.length > 0) return void (this.#cut = joined(this.#cut, piece));
    if (first > 0) this.#readAll(joined(this.#cut, piece.subarray(0, first)), 0);
    const rest = this.#readAll(piece, first);
    this.#cut = piece.slice(rest);
  }

  /** Reads what the last piece left. */
  end(): void {
    if (this.#cut.length > 0) this.#readAll(joined(this.#cut, Uint8Array.of(newline)), 0);
    this.#cut = new Uint8Array(0);
  }

  /** Reads whole lines; returns where the last one ends. */
  #readAll(bytes: Uint8Array, first: number): number {
    let start = first;
    while (start < bytes.length) {
      const plain = this.#readPlain(bytes, start);
      const end = plain >= 0 ? plain : bytes.indexOf(newline, start);
      if (end < 0) return start;
      this.#lines++;
      if (plain < 0) this.#other(new TextDecoder().decode(bytes.subarray(start, end)), this.#lines);
      start = end + 1;
    }
    return start;
  }

  /** Reads a line if it is plain and whole; returns where it ends, or -1. */
  #readPlain(bytes: Uint8Array, start: number): number {
    const h = this.#number(bytes, start, indexDigits);
    const k = this.#number(bytes, this.#end, indexDigits);
    const l = this.#number(bytes, this.#end, indexDigits);
    const f = this.#number(bytes, this.#end, mostDigits);
    let at = this.#end;
    if (at < 0) return -1;
    while (bytes[at] === space || bytes[at] === tab || bytes[at] === carriageReturn) at++;
    if (bytes[at] !== newline) return -1;
    this.#columns.push(h, k, l, f);
    return at;
  }

  /**
   * The number at a place, behind spaces, and with a space or the line's end behind it.
   * @param digits at most so many; with fewer than `mostDigits` it has to be whole
   */
  #number(bytes: Uint8Array, start: number, digits: number): number {
    if (start < 0) return NaN;
    let at = start;
    while (bytes[at] === space || bytes[at] === tab) at++;
    const isNegative = bytes[at] === minus;
    if (isNegative || bytes[at] === plus) at++;
    let value = 0;
    const begin = at;
    for (; bytes[at] >= zero && bytes[at] <= nine; at++) value = 10 * value + (bytes[at] - zero);
    let read = at - begin;
    let decimals = 0;
    if (bytes[at] === point && digits === mostDigits) {
      const behind = ++at;
      for (; bytes[at] >= zero && bytes[at] <= nine; at++) value = 10 * value + (bytes[at] - zero);
      decimals = at - behind;
      read += decimals;
    }
    const next = bytes[at];
    const isPlain = read > 0 && read <= digits && (next === space || next === tab || next === newline || next === carriageReturn);
    this.#end = isPlain ? at : -1;
    const size = value / powersOfTen[decimals];
    return isNegative ? -size : size;
  }
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const all = new Uint8Array(first.length + second.length);
  all.set(first);
  all.set(second, first.length);
  return all;
}
