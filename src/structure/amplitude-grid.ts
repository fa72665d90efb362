import { add, mul } from "../autodiff/primitives/elementwise.js";
import { gather } from "../autodiff/primitives/gather.js";
import { reshape } from "../autodiff/primitives/reshape.js";
import { known, Variable, type Operand, type Quantity } from "../autodiff/tape.js";
import { allocate } from "../ndarray/dtype.js";
import { array, copy, flatData, fromData, type NdArray } from "../ndarray/ndarray.js";
import { StructureFactors, type StructureFactorOptions } from "../models/structure-factors.js";
import type { AtomicModel, AtomParameters } from "./atomic-model.js";
import { uniqueReflections } from "./reflections.js";
import { amplitudesOf, recordAmplitudes, unitScale, type Scale } from "./scale.js";
import type { SolventMask } from "./solvent-mask.js";
import type { Indices } from "./symmetry.js";

/** Parameters of the atoms: arrays, or lists of numbers and recorded values, one an atom. */
export interface AtomQuantities {
  /** in fractions of the cell edges: an array of shape [3, atoms], or a list along each axis */
  readonly position?: NdArray | Variable | readonly (readonly Quantity[])[];
  /** B in Å²: an array of shape [atoms], or a list */
  readonly displacement?: NdArray | Variable | readonly Quantity[];
  /** an array of shape [atoms], or a list */
  readonly occupancy?: NdArray | Variable | readonly Quantity[];
}

/** The amplitudes of a crystal structure on a grid of h, k, l, as a function of its atoms: what an image looks them up in. */
export class AmplitudeGrid {
  /** the structure factors of the atoms */
  readonly model: AtomicModel;
  /** int32, shape [n, 3]; the reflections that are computed, (0 0 0) first */
  readonly hkl: NdArray;
  /** the grid for the atoms as they are listed */
  readonly structureFactors: StructureFactors;
  readonly #solvent: ReturnType<SolventMask["structureFactors"]> | undefined;
  /** of each point of the grid, its place among the reflections */
  readonly #places: NdArray;
  /** 1 where a point of the grid is one of the reflections, else 0 */
  readonly #inside: NdArray;

  /**
   * @param dminA resolution beyond which the grid holds `defaultF`
   * @param scale of the listed atoms' amplitudes
   */
  constructor(model: AtomicModel, dminA: number, { mask, scale = unitScale, ...options }: StructureFactorOptions & { readonly mask?: SolventMask; readonly scale?: Scale } = {}) {
    this.model = model;
    this.hkl = uniqueReflections(model.cell, model.symmetry, dminA, model.areMatesApart);
    this.#solvent = mask?.structureFactors(this.hkl);
    const [maxH, maxK, maxL] = [0, 1, 2].map((axis) => this.#largest(axis));
    const shape = [2 * maxH + 1, 2 * maxK + 1, 2 * maxL + 1];
    const size = shape[0] * shape[1] * shape[2];
    const [places, inside] = [allocate("int32", size), allocate("float64", size)];
    const { symmetry, areMatesApart } = model;
    for (let i = 0; i < this.hkl.shape[0]; i++) {
      const own: Indices = [this.hkl.get(i, 0), this.hkl.get(i, 1), this.hkl.get(i, 2)];
      for (const [h, k, l] of symmetry.equivalents(own)) {
        for (const sign of areMatesApart ? [1] : [1, -1]) {
          const at = ((sign * h + maxH) * shape[1] + sign * k + maxK) * shape[2] + sign * l + maxL;
          places[at] = i;
          inside[at] = 1;
        }
      }
    }
    this.#places = fromData(places, shape);
    this.#inside = fromData(inside, shape);
    const f = amplitudesOf({ cell: model.cell, hkl: this.hkl, atoms: model.calculate(this.hkl), solvent: this.#solvent }, scale);
    this.structureFactors = new StructureFactors(this.#spread(f, options.defaultF ?? 0), [-maxH, -maxK, -maxL], options);
  }

  #largest(axis: number): number {
    let largest = 0;
    for (let i = 0; i < this.hkl.shape[0]; i++) {
      const own: Indices = [this.hkl.get(i, 0), this.hkl.get(i, 1), this.hkl.get(i, 2)];
      for (const each of this.model.symmetry.equivalents(own)) largest = Math.max(largest, Math.abs(each[axis]));
    }
    return largest;
  }

  #spread(f: NdArray, defaultF: number): NdArray {
    const values = allocate("float64", this.#places.size);
    for (let i = 0; i < values.length; i++) values[i] = this.#inside.data[i] === 1 ? f.data[this.#places.data[i]] : defaultF;
    return fromData(values, this.#places.shape);
  }

  /**
   * Amplitudes in place of the grid's own, for other atoms or another scale: recorded, where anything is.
   * @returns shape [h, k, l] of the grid
   */
  amplitudes(given: AtomQuantities, scale: Scale<Quantity> = unitScale): Operand {
    const parameters = [...leavesOf(given.position), ...leavesOf(given.displacement), ...leavesOf(given.occupancy)];
    const like = [...parameters, scale.overall, ...scale.uStar, scale.solventDensity, scale.solventB].find((each) => each instanceof Variable);
    const { cell } = this.model;
    const { defaultF } = this.structureFactors;
    if (!(like instanceof Variable)) {
      const listed = {
        ...(given.position && { position: numbers(given.position) }),
        ...(given.displacement && { displacement: numbers(given.displacement) }),
        ...(given.occupancy && { occupancy: numbers(given.occupancy) }),
      };
      const fixed = { overall: known(scale.overall), uStar: scale.uStar.map(known), solventDensity: known(scale.solventDensity), solventB: known(scale.solventB) };
      return this.#spread(amplitudesOf({ cell, hkl: this.hkl, atoms: this.model.calculate(this.hkl, listed), solvent: this.#solvent }, fixed), defaultF);
    }
    const literal = (values: NdArray): Variable => like.tape.literal(copy(values, like.dtype));
    const { position, displacement, occupancy } = this.model.parameters;
    const recorded: AtomParameters = {
      position: stacked(given.position ?? position, literal),
      displacement: stacked(given.displacement ?? displacement, literal),
      occupancy: stacked(given.occupancy ?? occupancy, literal),
    };
    const atoms = this.model.record(this.hkl, recorded);
    const f = recordAmplitudes({ cell, hkl: this.hkl, atoms, solvent: this.#solvent }, scale);
    const outside = fromData(allocate("float64", this.#inside.size).map((_, i) => defaultF * (1 - this.#inside.data[i])), this.#inside.shape);
    return add(mul(gather(f, like.tape.literal(this.#places)), literal(this.#inside)), literal(outside));
  }
}

type List = readonly Quantity[] | readonly (readonly Quantity[])[];
type Given = NdArray | Variable | List;

const isArray = (given: Given): given is NdArray | Variable => "shape" in given;
const isRow = (each: Quantity | readonly Quantity[]): each is readonly Quantity[] => Array.isArray(each);
const rowsOf = (list: List): readonly (readonly Quantity[])[] => list.map((each: Quantity | readonly Quantity[]) => (isRow(each) ? each : [each]));
const shapeOf = (list: List): number[] => (isRow(list[0]) ? [list.length, list[0].length] : [list.length]);

function leavesOf(given: Given | undefined): readonly unknown[] {
  if (given === undefined) return [];
  return isArray(given) ? [given] : rowsOf(given).flat();
}

function numbers(given: Given): NdArray {
  if (given instanceof Variable) throw new TypeError("a number is needed where a recorded value was given");
  if (isArray(given)) return given;
  return fromData(flatData(array(rowsOf(given).flat().map(known))), shapeOf(given));
}

/** Numbers and recorded values of a list, as one recorded array. */
function stacked(given: Given, literal: (values: NdArray) => Variable): Variable {
  if (given instanceof Variable) return given;
  if (isArray(given)) return literal(given);
  const flat = rowsOf(given).flat();
  const shape = shapeOf(given);
  const fixed = literal(fromData(flatData(array(flat.map((each) => (each instanceof Variable ? 0 : each)))), shape));
  return flat.reduce<Variable>((sum, each, at) => {
    if (!(each instanceof Variable)) return sum;
    const one = allocate("float64", flat.length);
    one[at] = 1;
    return add(sum, mul(reshape(each, []), literal(fromData(one, shape))));
  }, fixed);
}
