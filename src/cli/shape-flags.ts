import { crystalShapeNames, crystalShapes, shapeNamed, type CrystalShape } from "../physics/lattice-factor.js";
import type { Flag } from "./parse-flags.js";

/** The options that say which shape a crystal has. */
export type ShapeFlag = (typeof crystalShapes)[CrystalShape]["option"];

export const defaultShape: CrystalShape = "square";

export const shapeFlagNames: readonly ShapeFlag[] = crystalShapeNames.map((name) => crystalShapes[name].option);

/** The shape that an option stands for. */
export function shapeOfFlag(option: string | undefined): CrystalShape {
  return crystalShapeNames.find((name) => crystalShapes[name].option === option) ?? defaultShape;
}

/** The options' table, made from that of the shapes. */
export const shapeFlags = flagsOf();

function flagsOf(): Readonly<Record<ShapeFlag, Flag>> {
  const flags: Partial<Record<ShapeFlag, Flag>> = {};
  for (const name of crystalShapeNames) {
    const { description: help, aliases = [] } = shapeNamed(name);
    flags[crystalShapes[name].option] = { group: "Crystal", aliases, help, ...(name === defaultShape && { preset: "default" }) };
  }
  if (!isComplete(flags)) throw new TypeError("a shape has no option");
  return flags;
}

function isComplete(flags: Partial<Record<ShapeFlag, Flag>>): flags is Record<ShapeFlag, Flag> {
  return shapeFlagNames.every((name) => name in flags);
}
