import type { Data } from "./dtype.js";

/** Rows that are multiplied with rows at once: their sums stay in the processor's registers. */
const [leftAtOnce, rightAtOnce] = [4, 2];

/** So many rows, and those that fill up the last group, have to be in the memory that is multiplied. */
export function wholeGroupsOf(rows: number): number {
  return Math.ceil(rows / leftAtOnce) * leftAtOnce;
}

/**
 * Sums of products of rows with rows: of each row on the left with all on the right up to the one of the same number.
 * @param left, right rows one behind the other, in whole groups
 * @param stride from the beginning of a row to that of the next
 * @param length elements of a row that count
 * @param receive called with the numbers of the rows on the left and on the right, and their sum
 */
export function multiplyRows(left: Data, right: Data, rows: number, stride: number, length: number, receive: (row: number, column: number, sum: number) => void): void {
  const sums: Sums = [0, 0, 0, 0, 0, 0, 0, 0];
  for (let i = 0; i < rows; i += leftAtOnce) {
    for (let j = 0; j < i + leftAtOnce && j < rows; j += rightAtOnce) {
      writeSums(left, i * stride, right, j * stride, stride, length, sums);
      for (let k = 0; k < sums.length; k++) {
        const row = i + (k >> 1);
        const column = j + (k & 1);
        if (row < rows && column <= row) receive(row, column, sums[k]);
      }
    }
  }
}

type Sums = [number, number, number, number, number, number, number, number];

/** Four rows with two. */
function writeSums(x: Data, fromX: number, y: Data, fromY: number, stride: number, length: number, sums: Sums): void {
  const x1 = fromX + stride;
  const x2 = x1 + stride;
  const x3 = x2 + stride;
  const y1 = fromY + stride;
  let s00 = 0;
  let s01 = 0;
  let s10 = 0;
  let s11 = 0;
  let s20 = 0;
  let s21 = 0;
  let s30 = 0;
  let s31 = 0;
  for (let p = 0; p < length; p++) {
    const a = y[fromY + p];
    const b = y[y1 + p];
    s00 += x[fromX + p] * a;
    s01 += x[fromX + p] * b;
    s10 += x[x1 + p] * a;
    s11 += x[x1 + p] * b;
    s20 += x[x2 + p] * a;
    s21 += x[x2 + p] * b;
    s30 += x[x3 + p] * a;
    s31 += x[x3 + p] * b;
  }
  sums[0] = s00;
  sums[1] = s01;
  sums[2] = s10;
  sums[3] = s11;
  sums[4] = s20;
  sums[5] = s21;
  sums[6] = s30;
  sums[7] = s31;
}
