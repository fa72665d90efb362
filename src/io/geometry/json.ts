import { InputError } from "../../ndarray/errors.js";
import type { Vector3 } from "./vector.js";

/** A value in a JSON file, and where it stands, which every error names: "FILE: detector[0].panels[3].origin". */
export class JsonValue {
  constructor(
    readonly value: unknown,
    readonly where: string,
  ) {}

  /** @throws InputError when the text is not JSON */
  static parse(text: string, name: string): JsonValue {
    try {
      const value: unknown = JSON.parse(text);
      return new JsonValue(value, `${name}: `);
    } catch (error) {
      throw new InputError(`${name} is not JSON: ${error instanceof Error ? error.message.replace(/\s+/g, " ").slice(0, 120) : "damaged"}`, { cause: error });
    }
  }

  /** The entry of an object; undefined where it is missing or null. */
  get(key: string): JsonValue | undefined {
    const { value } = this;
    if (typeof value !== "object" || value === null || Array.isArray(value)) throw this.wrong("must be an object");
    const entry: unknown = Object.entries(value).find(([name]) => name === key)?.[1];
    const separator = this.where.endsWith(": ") ? "" : ".";
    return entry === undefined || entry === null ? undefined : new JsonValue(entry, `${this.where}${separator}${key}`);
  }

  need(key: string): JsonValue {
    const entry = this.get(key);
    if (entry === undefined) throw new InputError(`${this.where.replace(/: $/, "")}: ${key} is missing`);
    return entry;
  }

  list(): JsonValue[] {
    if (!Array.isArray(this.value)) throw this.wrong("must be a list");
    const values: readonly unknown[] = this.value;
    return values.map((value, i) => new JsonValue(value, `${this.where}[${i}]`));
  }

  number(): number {
    if (typeof this.value !== "number" || !Number.isFinite(this.value)) throw this.wrong("must be a finite number");
    return this.value;
  }

  text(): string {
    if (typeof this.value !== "string") throw this.wrong("must be a text");
    return this.value;
  }

  /** @param length how many there must be */
  numbers(length?: number): number[] {
    const values = this.list().map((entry) => entry.number());
    if (length !== undefined && values.length !== length) throw this.wrong(`has ${values.length} numbers; it must have ${length}`);
    return values;
  }

  vector(): Vector3 {
    const [x, y, z] = this.numbers(3);
    return [x, y, z];
  }

  /** The whole number below a count that an index is. */
  index(count: number): number {
    const value = this.number();
    if (!Number.isInteger(value) || value < 0 || value >= count) throw this.wrong(`is ${value}, and there are ${count} of them, counted from 0`);
    return value;
  }

  wrong(problem: string): InputError {
    return new InputError(`${this.where.replace(/: $/, "")} ${problem}`);
  }
}
