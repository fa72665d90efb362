import { InputError } from "../../ndarray/errors.js";
import { gainLeftOpen, leftOpen } from "./crystfel-lengths.js";
import { evAngstrom } from "./photon.js";
import type { ExperimentRecord, ImageValue } from "./record.js";
import { plus } from "./vector.js";

/**
 * A record with the numbers that it leaves to the image's file.
 * @param numberAt the number of a data set, for the image; undefined where there is none
 * @param image what messages call the file
 * @returns the record, in which stays open what the file does not state
 * @throws InputError when a wavelength or an energy is not above 0
 */
export function withImageValues(record: ExperimentRecord, numberAt: (path: string) => number | undefined, image: string): ExperimentRecord {
  const found = (record.leftToImage ?? []).map((value) => ({ value, number: numberAt(value.path) }));
  const of = (...quantities: readonly ImageValue["quantity"][]): number | undefined => {
    const stated = found.find(({ value, number }) => quantities.includes(value.quantity) && number !== undefined);
    return stated?.number === undefined ? undefined : stated.number * stated.value.unit;
  };
  for (const { value: { quantity, path }, number } of found) {
    const isOfPhotons = quantity === "wavelength" || quantity === "photon energy";
    if (isOfPhotons && number !== undefined && !(number > 0)) throw new InputError(`${image}: ${path} is ${number}, and a ${quantity} is above 0`);
  }
  const energy = of("photon energy");
  const wavelengthA = of("wavelength") ?? (energy && evAngstrom / energy) ?? record.beam.wavelengthA;
  const camera = of("camera length");
  const shift = [of("shift along x") ?? 0, of("shift along y") ?? 0, camera ?? 0] as const;
  const open = found.flatMap(({ value, number }) => (number === undefined ? [value] : []));
  const closed = new Set(found.flatMap(({ value, number }) => (number === undefined ? [] : [leftOpen(value)])));
  if (wavelengthA !== undefined) closed.add(gainLeftOpen);
  return {
    ...record,
    beam: { ...record.beam, wavelengthA },
    panels: record.panels.map(({ gainPerEv, ...panel }) => ({
      ...panel,
      originMm: plus(panel.originMm, shift),
      ...(gainPerEv !== undefined && (wavelengthA === undefined ? { gainPerEv } : { gain: (gainPerEv * evAngstrom) / wavelengthA })),
    })),
    openShift: camera === undefined ? record.openShift : undefined,
    leftToImage: open,
    remarks: [...record.remarks.filter((remark) => !closed.has(remark)), ...open.map(({ path }) => `${image} has no number at ${path}`)],
  };
}
