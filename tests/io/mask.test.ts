import { test } from "uvu";
import * as assert from "uvu/assert";
import { headerSettings, maskOf } from "../../src/io/mask.js";
import type { Smv } from "../../src/io/smv.js";
import { array, toNested } from "../../src/ndarray/ndarray.js";
import { transpose } from "../../src/ndarray/views.js";
import { refuses } from "./refusal.js";

function smvWith(entries: Readonly<Record<string, string>>): Smv {
  return { header: new Map(Object.entries(entries)), shape: [2, 3], image: array([[0, 1, 65535], [0, 0, 7]]) };
}

test("a header sets size, lengths, beam center and rotation, in its own units", () => {
  const settings = headerSettings(
    smvWith({
      PIXEL_SIZE: "0.2", DISTANCE: "60", CLOSE_DISTANCE: "59.5", WAVELENGTH: "1.1", BEAM_CENTER_X: "6.4", BEAM_CENTER_Y: "-6.5",
      XDS_ORGX: "33", XDS_ORGY: "34.5", PHI: "0", OSC_RANGE: "1e-1", TWOTHETA: "12",
    }),
    "mask.img",
  );
  assert.equal(settings, {
    shape: [2, 3],
    pixelSizeMm: 0.2,
    distanceMm: 60,
    closeDistanceMm: 59.5,
    wavelengthA: 1.1,
    beamCenterXMm: 6.4,
    beamCenterYMm: -6.5,
    orgXPixels: 33,
    orgYPixels: 34.5,
    phiDeg: 0,
    oscRangeDeg: 0.1,
  });
});

test("what a header does not say stays undefined", () => {
  const { shape, ...others } = headerSettings(smvWith({ DETECTOR_SN: "000" }), "mask.img");
  assert.equal(shape, [2, 3]);
  assert.ok(Object.values(others).every((value) => value === undefined));
});

test("ORGX and ORGY count as well as XDS_ORGX and XDS_ORGY", () => {
  const { orgXPixels, orgYPixels } = headerSettings(smvWith({ ORGX: "3", ORGY: "4" }), "mask.img");
  assert.equal([orgXPixels, orgYPixels], [3, 4]);
});

const malformed: readonly [key: string, value: string, message: RegExp][] = [
  ["DISTANCE", "far", /m\.img: DISTANCE is "far"; it must be a finite number/],
  ["PHI", "", /m\.img: PHI is ""/],
  ["OSC_RANGE", "nan", /OSC_RANGE is "nan"/],
  ["PIXEL_SIZE", "0", /PIXEL_SIZE is 0; it must be above 0/],
  ["WAVELENGTH", "-1", /WAVELENGTH is -1; it must be above 0/],
];

test("an entry that is not a number, or a length that is not above 0, is refused", () => {
  for (const [key, value, message] of malformed) refuses(() => headerSettings(smvWith({ [key]: value }), "m.img"), message);
});

test("a mask skips the pixels that are 0", () => {
  const mask = maskOf(smvWith({}));
  assert.equal(toNested(mask), [[0, 1, 1], [0, 0, 1]]);
  assert.is(mask.dtype, "int32");
});

test("a mask skips pixels that are not numbers, through any strides", () => {
  const image = transpose(array([[0, NaN, 1], [2, -1, 0.5]]));
  assert.equal(toNested(maskOf({ header: new Map(), shape: [3, 2], image })), [[0, 1], [0, 1], [1, 1]]);
});

test.run();
