import { Given, namesOf, type Flag, type FlagTable } from "../parse-flags.js";
import { refineFlags, type RefineFlag } from "../refine/flags.js";

const own = {
  out: { group: "Page", values: ["FILE"], kind: "text", help: "write one HTML file that holds all it needs, and end; else the page is served" },
  noopen: { group: "Page", help: "serve the page, and do not open a browser" },
  size: { group: "Page", values: ["FAST", "SLOW"], kind: "count", unit: "pixels", help: "size of a raw float image", preset: "a square" },
} as const satisfies Readonly<Record<string, Flag>>;

type OwnFlag = keyof typeof own;
export type ViewFlag = OwnFlag | RefineFlag;

/** The options of `braggtape view`: its own, and those of refine for a model. */
export const viewFlags: FlagTable<ViewFlag> = { ...refineFlags, ...own };

/** The table for the help: what refine has, too, is explained there. */
export const shownFlags: FlagTable<OwnFlag> = own;

/** The options that refine has too, as it reads them. */
export function asRefineFlags(given: Given<ViewFlag>): Given<RefineFlag> {
  const hidden: readonly string[] = namesOf(own);
  const isRefine = (name: ViewFlag): name is RefineFlag => !hidden.includes(name);
  return new Given<RefineFlag>(
    given.occurrences.flatMap((occurrence) => {
      const { name } = occurrence;
      return isRefine(name) ? [{ ...occurrence, name }] : [];
    }),
    given.operands,
    given.warnings,
  );
}
