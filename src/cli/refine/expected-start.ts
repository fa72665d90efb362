import { normalDraws } from "../../models/draws.js";
import { InputError } from "../../ndarray/errors.js";
import { refinableMembers } from "../../refine/catalogue.js";
import type { SimulateFlag } from "../flags.js";
import { Given } from "../parse-flags.js";

/** Where a mosaic spread begins that is refined and not given. */
const expectedSpreadDeg = 0.1;
const expectedDomains = 25;

/** A spread that is refined needs one to start from. */
export function withMosaic(flags: Given<SimulateFlag>, names: readonly string[], warnings: Set<string>): Given<SimulateFlag> {
  if (!names.includes("mosaic_spread")) return flags;
  const added = (name: SimulateFlag, value: number) => ({ name, spelling: `-${name}`, words: [String(value)], numbers: [value], place: flags.occurrences.length });
  const occurrences = [...flags.occurrences];
  if (!((flags.number("mosaic_spread") ?? 0) > 0)) {
    occurrences.push(added("mosaic_spread", expectedSpreadDeg));
    warnings.add(`the mosaic spread starts at ${expectedSpreadDeg} degrees, since no -mosaic_spread above 0 is given`);
  }
  if ((flags.number("mosaic_domains") ?? 1) < 2) occurrences.push(added("mosaic_domains", expectedDomains));
  return new Given(occurrences, flags.operands, flags.warnings);
}

/** Where what widens spots in closed form begins, where it is refined and not given: option, value, unit. */
const expectedWidths = [
  ["eta", 0.1, "degrees"],
  ["bandwidth", 0.1, "percent"],
  ["divergence", 0.3, "mrad"],
  ["footprint", 0.05, "mm"],
] as const;

/** How far the blocks of a crystal are from each other before anything is known of them. */
const expectedTurnDeg = 0.03;

/** The blocks that are given, and as many more as there shall be, turned at random. */
export function withBlocks(flags: Given<SimulateFlag>, count = 0): Given<SimulateFlag> {
  const present = flags.occurrences.filter(({ name }) => name === "block").length;
  if (count < 2 || present >= count) return flags;
  const added = normalDraws({ count }).slice(present).map((deviates, i) => {
    const numbers = [0, 1, 2].map((axis) => (present + i === 0 ? 0 : expectedTurnDeg * deviates[axis]));
    return { name: "block", spelling: "-block", words: numbers.map(String), numbers, place: flags.occurrences.length } as const;
  });
  return new Given([...flags.occurrences, ...added], flags.operands, flags.warnings);
}

/** What only spots in closed form have. */
const closedAlone: ReadonlySet<string> = new Set(["eta", "domain", "bandwidth", "footprint"]);

/** Widths that are refined need one to start from. */
export function withSpots(flags: Given<SimulateFlag>, names: readonly string[], warnings: Set<string>): Given<SimulateFlag> {
  if (flags.word("spots") !== "closed") {
    const closed = names.find((name) => closedAlone.has(refinableMembers.get(name) ?? name));
    if (closed !== undefined) throw new InputError(`--refine: ${closed} widens spots in closed form; give -spots closed with it`);
    return flags;
  }
  const idle = names.find((name) => name === "fudge");
  if (idle !== undefined) throw new InputError("--refine: fudge has no effect on spots in closed form, whose domains are Gaussian");
  const added = expectedWidths.flatMap(([name, start, unit]) => {
    const option = name === "divergence" ? "beam_divergence" : name;
    const isFanned = name === "divergence" && flags.has("divergence", "hdivrange", "vdivrange");
    if (!names.includes(name) || isFanned || (flags.last(option)?.numbers ?? []).some((value) => value !== 0)) return [];
    warnings.add(`${name} starts at ${start} ${unit}, since no -${option} above 0 is given`);
    return [{ name: option, spelling: `-${option}`, words: [String(start)], numbers: [start], place: flags.occurrences.length } as const];
  });
  return new Given([...flags.occurrences, ...added], flags.operands, flags.warnings);
}
