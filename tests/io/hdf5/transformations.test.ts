import { test } from "uvu";
import * as assert from "uvu/assert";
import { toAngstrom, toDegrees, toElectronVolts, toMillimetres } from "../../../src/io/hdf5/transformations.js";
import type { Hdf5File } from "../../../src/io/hdf5/open.js";
import { refuses } from "../refusal.js";

/** A file in which everything has one unit. */
const inUnit = (unit: string | undefined): Hdf5File => ({ name: "a.h5", keys: () => [], dataset: () => undefined, attribute: () => unit });

test("one of each unit is as much as it is in mm, degrees, A and eV, in one word or several", () => {
  const all = (factor: (file: Hdf5File, path: string) => number, table: Readonly<Record<string, number>>): void => {
    for (const [unit, value] of Object.entries(table)) {
      const found = factor(inUnit(unit), "/x");
      assert.ok(Math.abs(found - value) <= 1e-12 * value, `${unit}: ${found}`);
    }
  };
  all(toMillimetres, { m: 1000, Meters: 1000, metre: 1000, cm: 10, mm: 1, millimetres: 1, millimeter: 1, um: 0.001, "\u00b5m": 0.001, "\u03bcm": 0.001, microns: 0.001, nm: 1e-6, " mm ": 1 });
  all(toDegrees, { deg: 1, degrees: 1, "\u00b0": 1, rad: 57.29577951308232, radians: 57.29577951308232, mrad: 0.05729577951308232, arcmin: 1 / 60, arcsec: 1 / 3600 });
  all(toAngstrom, { A: 1, ang: 1, Angstroms: 1, "\u00c5": 1, "\u212b": 1, nm: 10, pm: 0.01, m: 1e10 });
  all(toElectronVolts, { eV: 1, keV: 1000, MeV: 1e6, J: 6.241509074460763e18 });
});

test("without a unit lengths are in metres, and angles, wavelengths and energies in degrees, A and eV", () => {
  for (const unit of [undefined, ""]) {
    assert.equal([toMillimetres, toDegrees, toAngstrom, toElectronVolts].map((factor) => factor(inUnit(unit), "/x")), [1000, 1, 1, 1]);
  }
  refuses(() => toDegrees(inUnit("turn"), "/x"), /a\.h5: \/x has the unit "turn", which is not one of angle/);
});

test.run();
