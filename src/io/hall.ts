import { InputError } from "../ndarray/errors.js";
import { quote } from "./field.js";
import type { SymmetryOperator } from "./symmetry.js";

/** Translations are counted in these parts of a cell edge, so that they add without rounding. */
const parts = 24;
const mostOperators = 192;

/** An operator whose translation is counted in parts. */
interface Step {
  readonly rotation: readonly number[];
  readonly shift: readonly number[];
}

const identity: readonly number[] = [1, 0, 0, 0, 1, 0, 0, 0, 1];

const centrings: Readonly<Record<string, readonly (readonly number[])[]>> = {
  P: [],
  A: [[0, 12, 12]],
  B: [[12, 0, 12]],
  C: [[12, 12, 0]],
  I: [[12, 12, 12]],
  R: [[16, 8, 8], [8, 16, 16]],
  S: [[8, 8, 16], [16, 16, 8]],
  T: [[8, 16, 8], [16, 8, 16]],
  F: [[0, 12, 12], [12, 0, 12], [12, 12, 0]],
};

const translations: Readonly<Record<string, readonly number[]>> = {
  a: [12, 0, 0],
  b: [0, 12, 0],
  c: [0, 0, 12],
  n: [12, 12, 12],
  u: [6, 0, 0],
  v: [0, 6, 0],
  w: [0, 0, 6],
  d: [6, 6, 6],
};

/** Rotations about z; those about x and y follow by turning the axes round. */
const aboutZ: Readonly<Record<string, readonly number[]>> = {
  "1": identity,
  "2": [-1, 0, 0, 0, -1, 0, 0, 0, 1],
  "3": [0, -1, 0, 1, -1, 0, 0, 0, 1],
  "4": [0, -1, 0, 1, 0, 0, 0, 0, 1],
  "6": [1, -1, 0, 1, 0, 0, 0, 0, 1],
};
/** Half turns about a - b and a + b. */
const diagonal: Readonly<Record<string, readonly number[]>> = {
  "'": [0, -1, 0, -1, 0, 0, 0, 0, -1],
  '"': [0, 1, 0, 1, 0, 0, 0, 0, -1],
};
const aboutBodyDiagonal: readonly number[] = [0, 0, 1, 1, 0, 0, 0, 1, 0];

/**
 * The operators of a space group from its Hall symbol, such as "P 2ac 2ab": all of them, those of the centring included.
 * @throws InputError when it is not one
 * Source: S. R. Hall, Acta Cryst. A37, 517 (1981); International Tables for Crystallography, Volume B (2010), appendix A1.4.2.3.
 */
export function operatorsOfHall(symbol: string): readonly SymmetryOperator[] {
  const fail = (reason: string): InputError => new InputError(`${quote(symbol)} is not a Hall symbol: ${reason}`);
  const [, body, origin] = /^([^(]*)(?:\(([^)]*)\))?$/.exec(symbol.trim()) ?? [];
  const [lattice = "", ...words] = (body ?? "").trim().split(/\s+/);
  const isCentric = lattice.startsWith("-");
  const centring = centrings[lattice.replace("-", "").toUpperCase()];
  if (centring === undefined) throw fail(`${quote(lattice)} is no lattice`);
  const generators: Step[] = centring.map((shift) => ({ rotation: identity, shift }));
  if (isCentric) generators.push({ rotation: identity.map((x) => 0 - x), shift: [0, 0, 0] });
  let before = { fold: "", axis: "z" };
  words.forEach((word, place) => {
    const read = /^(-?)([12346])([xyz'"*]?)([1-5abcnuvwd]*)$/.exec(word);
    if (read === null) throw fail(`${quote(word)} is no rotation`);
    const [, sign, fold, named, moves] = read;
    const axis = named || defaultAxis(fold, place, before.fold);
    const rotation = rotationOf(fold, axis, before.axis);
    if (rotation === undefined) throw fail(`${quote(word)} has no axis ${axis}`);
    const shift = [0, 0, 0];
    for (const move of moves) {
      const along = ["x", "y", "z"].indexOf(axis);
      if (translations[move]) translations[move].forEach((amount, i) => (shift[i] += amount));
      else if (along < 0) throw fail(`${quote(word)} is a screw about no edge of the cell`);
      else shift[along] += (parts * Number(move)) / Number(fold);
    }
    generators.push({ rotation: sign === "-" ? rotation.map((x) => 0 - x) : rotation, shift: shift.map(wrapped) });
    before = { fold, axis: "xyz".includes(axis) ? axis : before.axis };
  });
  const moved = origin === undefined ? generators : withOrigin(generators, origin, fail);
  return closed(moved, fail).map(({ rotation, shift }) => ({ rotation, translation: shift.map((amount) => amount / parts) }));
}

/** The axis that is not written: the first rotation is about z, a second half turn about x or the diagonal, a third threefold about the body's. */
function defaultAxis(fold: string, place: number, before: string): string {
  if (place === 1 && fold === "2") return before === "2" || before === "4" ? "x" : "'";
  if (place >= 1 && fold === "3") return "*";
  return "z";
}

function rotationOf(fold: string, axis: string, before: string): readonly number[] | undefined {
  if (axis === "*") return fold === "3" ? aboutBodyDiagonal : undefined;
  if (axis in diagonal) return fold === "2" ? turnedTo(before, diagonal[axis]) : undefined;
  return turnedTo(axis, aboutZ[fold]);
}

/** What is said of z, said of another edge: the edges are renamed in their order. */
function turnedTo(axis: string, aboutThird: readonly number[]): readonly number[] {
  const turns = { x: 1, y: 2, z: 0 }[axis] ?? 0;
  const place = (i: number): number => (i + 3 - turns) % 3;
  return identity.map((_, at) => aboutThird[3 * place(Math.floor(at / 3)) + place(at % 3)]);
}

const wrapped = (amount: number): number => ((amount % parts) + parts) % parts;

/** The generators seen from an origin that stands at -v/12: "0 0 1" or the like. */
function withOrigin(generators: readonly Step[], origin: string, fail: (reason: string) => InputError): Step[] {
  const words = origin.trim().split(/\s+/);
  if (words.length !== 3 || !words.every((word) => /^-?\d{1,2}$/.test(word))) throw fail(`${quote(origin)} is no shift of the origin`);
  const v = words.map((word) => (Number(word) * parts) / 12);
  return generators.map(({ rotation, shift }) => {
    const turned = times(rotation, v);
    return { rotation, shift: shift.map((amount, i) => wrapped(amount + v[i] - turned[i])) };
  });
}

function times(rotation: readonly number[], v: readonly number[]): number[] {
  return [0, 3, 6].map((row) => rotation[row] * v[0] + rotation[row + 1] * v[1] + rotation[row + 2] * v[2]);
}

function after(second: Step, first: Step): Step {
  const columns = [0, 1, 2].map((column) => times(second.rotation, [first.rotation[column], first.rotation[column + 3], first.rotation[column + 6]]));
  const turned = times(second.rotation, first.shift);
  return {
    rotation: identity.map((_, at) => columns[at % 3][Math.floor(at / 3)] + 0),
    shift: turned.map((amount, i) => wrapped(amount + second.shift[i])),
  };
}

/** All products of the generators, the identity first. */
function closed(generators: readonly Step[], fail: (reason: string) => InputError): Step[] {
  const found = new Map<string, Step>();
  const add = (step: Step): void => void found.set([...step.rotation, ...step.shift].join(), step);
  add({ rotation: identity, shift: [0, 0, 0] });
  // A map is walked to its end, what is added on the way included.
  for (const step of found.values()) {
    for (const generator of generators) add(after(generator, step));
    if (found.size > mostOperators) throw fail("its operators are no space group's");
  }
  return [...found.values()];
}
