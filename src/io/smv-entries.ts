import { InputError } from "../ndarray/errors.js";
import { quote } from "./field.js";

/** Headers are filled up to blocks of so many bytes. */
export const blockSize = 512;

/** The number of bytes that an SMV header says it has. */
export function headerLength(bytes: Uint8Array, name: string): number {
  const start = latin1(bytes.subarray(0, blockSize));
  const declared = /HEADER_BYTES\s*=\s*(\d{1,9})\s*[;\r\n]/.exec(start);
  if (!start.startsWith("{") || !declared) {
    throw new InputError(`${name} is not an SMV image: it does not begin with { and HEADER_BYTES=...;`);
  }
  const length = Number(declared[1]);
  if (length > bytes.length) throw new InputError(`${name} has ${bytes.length} bytes, but its header alone asks for ${length}`);
  return length;
}

/** Entries by their keys, and the keys that stand there again with another value, of which the last one counts. */
export interface HeaderEntries {
  readonly entries: ReadonlyMap<string, string>;
  readonly repeated: readonly string[];
}

/**
 * The entries KEY=VALUE of an SMV header, each ended by its line or by a semicolon outside of braces. The header ends at its last brace, so that a value can hold some, as in d*TREK's headers.
 */
export function headerEntries(bytes: Uint8Array, name: string): HeaderEntries {
  const text = latin1(bytes);
  const end = text.lastIndexOf("}");
  if (end < 0) throw new InputError(`${name}: no } closes the SMV header within its ${bytes.length} bytes`);
  const entries = new Map<string, string>();
  const repeated = new Set<string>();
  for (const line of text.slice(1, end).split("\n")) {
    for (const entry of partedOutsideOfBraces(line)) {
      const equals = entry.indexOf("=");
      if (equals <= 0) continue;
      const [key, value] = [entry.slice(0, equals).trim(), entry.slice(equals + 1).trim()];
      if ((entries.get(key) ?? value) !== value) repeated.add(key);
      entries.set(key, value);
    }
  }
  return { entries, repeated: [...repeated] };
}

function partedOutsideOfBraces(line: string): string[] {
  if (!line.includes("{")) return line.split(";");
  return line.match(/(?:\{[^}]*\}|[^;])+/g) ?? [];
}

/** What an entry says; keys are found in capitals and small letters alike. */
export function entryOf(header: ReadonlyMap<string, string>, key: string): string | undefined {
  const exact = header.get(key);
  if (exact !== undefined) return exact;
  const alike = [...header.keys()].find((candidate) => candidate.toUpperCase() === key.toUpperCase());
  return alike === undefined ? undefined : header.get(alike);
}

/** What an entry says, as a message shows it. */
export function said(header: ReadonlyMap<string, string>, key: string): string {
  const value = entryOf(header, key);
  return value === undefined ? "missing" : quote(value);
}

function latin1(bytes: Uint8Array): string {
  return new TextDecoder("latin1").decode(bytes);
}
