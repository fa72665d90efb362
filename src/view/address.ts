import { modelFields, type SpotSum } from "./model-fields.js";

/** What an address says of the page: a preset, and numbers that differ from it. */
export interface Address {
  readonly preset: string | undefined;
  readonly values: ReadonlyMap<string, number>;
  /** how spots are summed, where it is not as in the beginning */
  readonly spots?: SpotSum;
}

/** Numbers besides the fields: how many terms the sum over a pixel has. */
export const samplingKeys = ["domains", "wavelengths", "oversample"] as const;

/** The part of an address behind #, from which the page becomes the same again. */
export function formatAddress({ preset, values, spots }: Address): string {
  const query = new URLSearchParams();
  if (preset !== undefined) query.set("preset", preset);
  if (spots !== undefined) query.set("spots", spots);
  for (const [key, value] of values) query.set(key, String(value));
  const text = query.toString();
  return text === "" ? "" : `#${text}`;
}

/** Reads it; what is not known, or no number, is left out. */
export function parseAddress(hash: string): Address {
  const query = new URLSearchParams(hash.replace(/^#/, ""));
  const keys = [...modelFields.map(({ key }) => key), ...samplingKeys];
  const values = new Map<string, number>();
  for (const key of keys) {
    const text = query.get(key);
    const value = text === null || text.trim() === "" ? NaN : Number(text);
    const field = modelFields.find((candidate) => candidate.key === key);
    const [least, most] = field ? [field.least, field.most] : [1, 400];
    if (value >= least && value <= most && (field !== undefined || Number.isInteger(value))) values.set(key, value);
  }
  const spots = (["sampled", "closed"] as const).find((way) => way === query.get("spots"));
  return { preset: query.get("preset") ?? undefined, values, ...(spots && { spots }) };
}
