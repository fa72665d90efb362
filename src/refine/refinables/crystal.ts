import type { Quantity } from "../../autodiff/tape.js";
import type { UnitCell } from "../../models/crystal.js";
import type { Experiment } from "../../models/experiment.js";
import { InputError } from "../../ndarray/errors.js";
import { shapeNamed } from "../../physics/lattice-factor.js";
import { withCell } from "../crystal-cell.js";
import { cellTies, crystalSystemOf, type CellParameter } from "../crystal-system.js";
import type { Parameter } from "../parameter.js";
import { angle, axes, linear, positive, replaced, singleNumber, type CatalogueOptions, type RefinableRecord } from "./refinable.js";

const cellNames: readonly CellParameter[] = ["a", "b", "c", "alpha", "beta", "gamma"];

const cell = {
  name: "cell",
  help: "edges and angles of the unit cell that the crystal system leaves free",
  members: cellNames,
  parameters: (experiment: Experiment, { system }: CatalogueOptions): Parameter[] => {
    const { lattice } = withCell(experiment.crystal);
    return cellTies(lattice, system ?? crystalSystemOf(lattice)).map(({ name, followers }) => {
      const start = lattice[name];
      const write: Parameter["write"] = (given, value) => {
        const tied: Partial<UnitCell<Quantity>> = Object.fromEntries([name, ...followers].map((which) => [which, value]));
        return { ...given, crystal: { ...given.crystal, lattice: { ...lattice, ...given.crystal.lattice, ...tied } } };
      };
      const isEdge = name === "a" || name === "b" || name === "c";
      const number = isEdge ? linear(name, "A", start, 0.01 * start, 0.2 * start, write) : linear(name, "deg", start, 1, Math.min(10, 0.3 * start), write);
      return { ...number, role: "lattice" };
    });
  },
  carrier: {
    replaces: ["cell", "mat"],
    words: ({ crystal: { lattice } }) => ("a" in lattice ? [["cell", ...cellNames.map((name) => lattice[name])]] : []),
  },
} as const satisfies RefinableRecord;

const misset = {
  name: "misset",
  aliases: ["orientation"],
  help: "turns of the crystal about X, then Y, then Z",
  members: axes.map(({ name }) => `misset_${name}`),
  parameters: ({ crystal: { missetDeg = [0, 0, 0] } }: Experiment): Parameter[] =>
    axes.map(({ name, axis }) => ({
      ...angle(`misset_${name}`, "deg", missetDeg[axis], (experiment, value) => {
        const { crystal } = experiment;
        return { ...experiment, crystal: { ...crystal, missetDeg: replaced(crystal.missetDeg, axis, value) } };
      }),
      role: "orientation",
    })),
  carrier: {
    replaces: ["misset", "misset_seed"],
    words: ({ crystal: { missetDeg = [0, 0, 0] } }) => [["misset", ...missetDeg]],
  },
} as const satisfies RefinableRecord;

/** Below three cells a crystal would be looked up otherwise, and of one cell there is no shape to refine. */
const fewestCells = 2.001;

const cellCounts = {
  name: "N",
  aliases: ["cells"],
  help: "numbers of unit cells along the crystal's edges",
  members: ["Na", "Nb", "Nc"],
  parameters: ({ crystal: { cells = [1, 1, 1] } }: Experiment, { separateN }: CatalogueOptions): Parameter[] => {
    const [na, nb, nc] = cells;
    const count = (name: string, axis: 0 | 1 | 2): Parameter => {
      const start = cells[axis];
      if (start <= 1) throw new InputError(`${name} is 1, which makes no spots, and cannot be refined; start it at the expected number of cells`);
      const write: Parameter["write"] = (experiment, value) => {
        const { crystal } = experiment;
        const all = name === "N" ? ([value, value, value] as const) : replaced(crystal.cells, axis, value);
        return { ...experiment, crystal: { ...crystal, cells: all } };
      };
      const lower = start > fewestCells ? fewestCells : 1.001;
      return { name, unit: "", start, scale: "log", doubt: 0.5, lower, upper: Math.max(1000, 10 * start), role: "cells", write };
    };
    const isSeparate = separateN ?? !(na === nb && nb === nc);
    return isSeparate ? [count("Na", 0), count("Nb", 1), count("Nc", 2)] : [count("N", 0)];
  },
  carrier: {
    replaces: ["N", "Na", "Nb", "Nc", "cells", "xtal_size", "sample_x", "sample_y", "sample_z"],
    words: ({ crystal: { cells = [1, 1, 1], domainA } }) => (domainA ? [] : [["cells", ...cells]]),
  },
} as const satisfies RefinableRecord;

/** A crystal whose domains are turned by more is a powder. */
const widestSpreadDeg = 10;

const mosaicSpread = singleNumber({
  name: "mosaic_spread",
  aliases: ["mosaic", "mosaicity", "spread"],
  unit: "deg",
  help: "angle within which the mosaic domains are turned",
  role: "width",
  read: ({ crystal: { mosaic } }) => (mosaic === undefined || mosaic.domains < 2 || mosaic.spreadDeg === 0 ? undefined : mosaic.spreadDeg),
  missing: "the mosaic spread can be refined where it starts above 0 with at least 2 domains",
  write: (experiment, spreadDeg) => {
    const { crystal } = experiment;
    return { ...experiment, crystal: { ...crystal, mosaic: { domains: 1, ...crystal.mosaic, spreadDeg } } };
  },
  parameter: (name, unit, start, write) => ({ ...positive(1)(name, unit, start, write), upper: Math.max(widestSpreadDeg, 3 * start) }),
  carrier: {
    replaces: ["mosaic_spread", "mosaic_domains"],
    words: ({ crystal: { mosaic } }) => (mosaic && mosaic.domains > 1 ? [["mosaic_spread", mosaic.spreadDeg], ["mosaic_domains", mosaic.domains]] : []),
  },
});

const fudge = singleNumber({
  name: "fudge",
  unit: "",
  help: "how much smaller the shape transform is than the crystal says",
  role: "profile",
  read: ({ crystal: { fudge: factor = 1, shape = "square" } }) => (shapeNamed(shape).isFudged ? factor : undefined),
  missing: "fudge says nothing of a crystal of this shape; it can be refined for the others",
  write: (experiment, value) => ({ ...experiment, crystal: { ...experiment.crystal, fudge: value } }),
  parameter: positive(0.5),
  carrier: "fudge",
});

export const crystalRecords = [cell, misset, cellCounts, mosaicSpread, fudge] as const;
