import type { Experiment } from "../../models/experiment.js";
import { mostBackgroundTerms } from "../../models/background.js";
import { InputError } from "../../ndarray/errors.js";
import type { Parameter } from "../parameter.js";
import { linear, positive, singleNumber, type CatalogueOptions, type OptionWords, type RefinableRecord } from "./refinable.js";

const water = singleNumber({
  name: "water",
  unit: "um",
  help: "edge of a cube of water in the beam",
  role: "water",
  read: ({ waterUm = 0 }) => waterUm,
  write: (experiment, value) => ({ ...experiment, waterUm: value }),
  // Water that is not there has no slope: its scattering goes with the third power of its edge.
  parameter: (name, unit, start, write) => positive(1)(name, unit, start > 0 ? start : 1, write),
  carrier: "water",
});

/** Natural logarithm of the background's photons in a pixel where nothing says better: about one in three pixels. */
const faint = -1;

const background = {
  name: "background",
  help: "terms of the smooth background",
  members: Array.from({ length: mostBackgroundTerms }, (_, i) => `background_${i}`),
  isPerImage: true,
  parameters: ({ background: given = [] }: Experiment, { backgroundTerms }: CatalogueOptions): Parameter[] => {
    const terms = backgroundTerms ?? (given.length > 0 ? given.length : 3);
    if (!Number.isInteger(terms) || terms < 1 || terms > mostBackgroundTerms) {
      throw new InputError(`the background has ${terms} terms; it can have 1 to ${mostBackgroundTerms}`);
    }
    return backgroundParameters(Array.from({ length: terms }, (_, i) => given[i] ?? (i === 0 ? faint : 0)));
  },
  carrier: {
    replaces: ["background"],
    words: ({ background: terms = [] }) => (terms.length > 0 ? [["background", ...terms]] : []),
  },
} as const satisfies RefinableRecord;

/** The terms of a smooth background, from where they start. */
export function backgroundParameters(start: readonly number[]): Parameter[] {
  return start.map((term, i) => ({
    ...linear(`background_${i}`, "ln photons", term, 1, 30, (experiment, value) => {
      const before = experiment.background ?? [];
      const length = Math.max(before.length, i + 1);
      return { ...experiment, background: Array.from({ length }, (_, k) => (k === i ? value : (before[k] ?? 0))) };
    }),
    role: "background",
  }));
}

/** The options that carry the thickness of the materials that options name. */
const thicknessOptions: ReadonlyMap<string, string> = new Map([["stol", "bg_thick"], ["air", "bg_air"], ["water", "bg_water"], ["ice", "bg_ice"]]);

const amorphous = {
  name: "amorphous",
  help: "thickness of the materials without crystal order",
  members: [...thicknessOptions.keys()].map((material) => `amorphous_${material}`),
  parameters: ({ amorphous: materials = [] }: Experiment): Parameter[] => {
    if (materials.length === 0) throw new InputError("the experiment has no material without crystal order whose thickness could be refined");
    return materials.map(({ name, thicknessMm }, i) =>
      positive(1)(`amorphous_${name}`, "mm", thicknessMm, (experiment, value) => ({
        ...experiment,
        amorphous: (experiment.amorphous ?? []).map((material, k) => (k === i ? { ...material, thicknessMm: value } : material)),
      })),
    );
  },
  carrier: {
    replaces: [...thicknessOptions.values()],
    words: ({ amorphous: materials = [] }) =>
      materials.flatMap(({ name, thicknessMm }): OptionWords[] => {
        const option = thicknessOptions.get(name);
        return option === undefined ? [] : [[option, thicknessMm]];
      }),
  },
} as const satisfies RefinableRecord;

export const backgroundRecords = [water, background, amorphous] as const;
