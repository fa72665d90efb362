import { InputError } from "../ndarray/errors.js";
import { array, type NdArray } from "../ndarray/ndarray.js";
import { isIndex, largestIndex } from "./hkl.js";
import type { MeasuredColumn, MeasuredReflections, Values } from "./measured.js";
import type { Mtz } from "./mtz.js";

/**
 * The intensities of a merged MTZ file: columns of type J with the standard deviations (Q) behind them, and of type K, which hold the
 * Friedel mates apart, with theirs (M).
 * @throws InputError when the file is not merged, or has no indices
 */
export function intensitiesOf(mtz: Mtz): MeasuredReflections {
  const { name, columns, data } = mtz;
  if (mtz.batches > 0) throw new InputError(`${name} is not merged (${mtz.batches} batches): its rows are single observations; merge them first`);
  const rows = data.shape[0];
  const at = (label: string): number => columns.findIndex((column) => column.type === "H" && column.label.toUpperCase() === label);
  const index = ["H", "K", "L"].map(at);
  if (index.includes(-1)) throw new InputError(`${name} has no columns H, K and L`);
  const list = (column: number): NdArray => array(Array.from({ length: rows }, (_, row) => data.get(row, column)));
  const whole = (column: number): NdArray => {
    const indices = Array.from({ length: rows }, (_, row) => data.get(row, column));
    const wrong = indices.findIndex((value) => !isIndex(value));
    if (wrong >= 0) throw new InputError(`${name}, reflection ${wrong + 1}: an index is ${indices[wrong]}; whole numbers within +-${largestIndex} are needed`);
    return array(indices, "int32");
  };
  const values = (column: number, sigmaType: string): Values => {
    const next = columns.at(column + 1);
    return { values: list(column), sigmas: next?.type === sigmaType ? list(column + 1) : undefined };
  };
  const found = columns.flatMap(({ label, type, datasetId }, i): MeasuredColumn[] => {
    const common = { label, kind: "intensity", isCalculated: false } as const;
    if (type === "J") return [{ ...common, ...values(i, "Q"), mates: undefined }];
    if (type !== "K" || isMinus(label)) return [];
    const mate = columns.findIndex((column, j) => j !== i && column.type === "K" && column.datasetId === datasetId && isMinus(column.label));
    return mate < 0 ? [] : [{ ...common, ...values(i, "M"), mates: values(mate, "M") }];
  });
  const owner = columns.find(({ type }) => type === "J" || type === "K")?.datasetId;
  const dataset = mtz.datasets.find(({ id }) => id === owner);
  return {
    name,
    cell: dataset?.cell ?? mtz.cell,
    spaceGroupName: mtz.spaceGroupName,
    operators: mtz.symmetryOperators.length > 0 || mtz.spaceGroupNumber === 1 ? mtz.symmetryOperators : undefined,
    wavelengthA: dataset?.wavelengthA,
    h: whole(index[0]),
    k: whole(index[1]),
    l: whole(index[2]),
    columns: found,
    areMatesApart: false,
    warnings: [],
  };
}

const isMinus = (label: string): boolean => /-[)\]]?$|minus$/i.test(label);
