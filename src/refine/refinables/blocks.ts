import type { Quantity } from "../../autodiff/tape.js";
import { known } from "../../autodiff/tape.js";
import type { Block } from "../../models/crystal.js";
import type { Experiment } from "../../models/experiment.js";
import { InputError } from "../../ndarray/errors.js";
import type { Parameter } from "../parameter.js";
import { axes, linear, positive, replaced, type OptionWords, type RefinableRecord } from "./refinable.js";

/** Blocks whose numbers can be asked for one by one. */
const mostNamed = 12;
const still = [0, 0, 0] as const;

function withBlock(experiment: Experiment<Quantity>, at: number, change: (block: Block<Quantity>) => Block<Quantity>): Experiment<Quantity> {
  const blocks = experiment.crystal.blocks?.map((block, i) => (i === at ? change(block) : block)) ?? [];
  return { ...experiment, crystal: { ...experiment.crystal, blocks } };
}

/** The rotation and the weight of every block but the first, which is where the misset says, and whose weight is the others' unit. */
const blocks = {
  name: "blocks",
  help: "rotations and weights of the blocks of a crystal after the first",
  members: Array.from({ length: mostNamed - 1 }, (_, i) => ["x", "y", "z", "weight"].map((part) => `block_${i + 2}_${part}`)).flat(),
  parameters: ({ crystal: { blocks: given = [] } }: Experiment): Parameter[] => {
    if (given.length < 2) throw new InputError("blocks can be refined where the crystal has at least 2 of them");
    return given.slice(1).flatMap(({ rotationDeg = still, weight = 1 }, i): Parameter[] => {
      const name = `block_${i + 2}`;
      const turns = axes.map(({ name: axisName, axis }): Parameter => ({
        ...linear(`${name}_${axisName}`, "deg", rotationDeg[axis], 0.1, 180, (experiment, value) =>
          withBlock(experiment, i + 1, (block) => ({ ...block, rotationDeg: replaced(block.rotationDeg ?? still, axis, value) })),
        ),
        role: "profile",
      }));
      const share = positive(1)(`${name}_weight`, "", known(weight), (experiment, value) => withBlock(experiment, i + 1, (block) => ({ ...block, weight: value })));
      return [...turns, { ...share, role: "profile" }];
    });
  },
  carrier: {
    replaces: ["block"],
    words: ({ crystal: { blocks: written = [] } }) => written.map(({ rotationDeg = still, weight = 1 }): OptionWords => ["block", ...rotationDeg, weight]),
  },
} as const satisfies RefinableRecord;

export const blockRecords = [blocks] as const;
