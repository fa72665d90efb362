import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { parseTiff, tiffRecord } from "../../src/io/tiff.js";
import { toNested } from "../../src/ndarray/ndarray.js";
import { readsOrRefuses, refuses } from "./refusal.js";

interface Layout {
  readonly bits: number;
  readonly format: number;
  readonly little?: boolean;
  readonly compression?: number;
  readonly dataAt?: number;
}

/** A TIFF of 3 x 2 pixels in one strip. */
function tiff(write: (view: DataView, at: number, little: boolean) => void, { bits, format, little = true, compression = 1, dataAt = 200 }: Layout): Uint8Array {
  const bytes = new Uint8Array(dataAt + (6 * bits) / 8);
  const view = new DataView(bytes.buffer);
  bytes.set(little ? [0x49, 0x49, 42, 0] : [0x4d, 0x4d, 0, 42]);
  view.setUint32(4, 8, little);
  const entries = [[256, 3], [257, 2], [258, bits], [259, compression], [273, dataAt], [277, 1], [279, (6 * bits) / 8], [339, format]];
  view.setUint16(8, entries.length, little);
  entries.forEach(([tag, value], i) => {
    view.setUint16(10 + 12 * i, tag, little);
    view.setUint16(12 + 12 * i, 4, little);
    view.setUint32(14 + 12 * i, 1, little);
    view.setUint32(18 + 12 * i, value, little);
  });
  write(view, dataAt, little);
  return bytes;
}

const counted = (layout: Layout): Uint8Array =>
  tiff((view, at, little) => [1, 2, 3, 4, 5, -2].forEach((value, i) => (layout.bits === 16 ? view.setInt16(at + 2 * i, value, little) : view.setInt32(at + 4 * i, value, little))), layout);

test("pixels of 16 and 32 bits, signed and not, of either byte order, and floats are read", () => {
  for (const little of [true, false]) {
    for (const bits of [16, 32]) {
      assert.equal(toNested(parseTiff(counted({ bits, format: 2, little }), "i").image), [[1, 2, 3], [4, 5, -2]]);
      assert.equal(toNested(parseTiff(counted({ bits, format: 1, little }), "i").image), [[1, 2, 3], [4, 5, 2 ** bits - 2]]);
    }
    const floats = tiff((view, at) => view.setFloat32(at + 4, 2.5, little), { bits: 32, format: 3, little });
    assert.equal(toNested(parseTiff(floats, "i").image), [[0, 2.5, 0], [0, 0, 0]]);
  }
});

test("a MarCCD's header behind the TIFF's places the detector", () => {
  const bytes = counted({ bits: 16, format: 1, dataAt: 4096 });
  const view = new DataView(bytes.buffer);
  bytes.set(new TextEncoder().encode("MMX"), 1028);
  const fields: readonly [offset: number, value: number][] = [[640, 120500], [644, 1500], [648, 1000], [772, 78125], [776, 78125], [908, 97934], [684, 10000], [716, 10500]];
  for (const [offset, value] of fields) view.setInt32(1024 + offset, value, true);
  const { beam, panels, scan } = tiffRecord(parseTiff(bytes, "i"), "i.mccd");
  assert.is(beam.wavelengthA, 0.97934);
  assert.equal(panels[0].originMm.map((x) => Number(x.toFixed(9))), [-0.1171875, 0.078125, -120.5]);
  assert.equal([scan?.startDeg, scan?.widthDeg], [10, 0.5]);
});

test("what is packed, in colour or cut short is refused", () => {
  refuses(() => parseTiff(counted({ bits: 16, format: 1, compression: 5 }), "i.tif"), /packed \(compression 5\)/);
  refuses(() => parseTiff(counted({ bits: 16, format: 1 }).slice(0, 205), "i.tif"), /cut short|asks for/);
  refuses(() => parseTiff(counted({ bits: 16, format: 1 }).slice(0, 20), "i.tif"), /cut short/);
  refuses(() => parseTiff(counted({ bits: 32, format: 6 }).slice(0, 6), "i.tif"), /cut short/);
  const colour = counted({ bits: 16, format: 1 });
  new DataView(colour.buffer).setUint32(18 + 12 * 5, 3, true);
  refuses(() => parseTiff(colour, "i.tif"), /3 colours/);
});

test("any change of a file is read or refused", () => {
  const good = counted({ bits: 16, format: 1 });
  fc.assert(
    fc.property(fc.nat(good.length - 1), fc.nat(255), fc.nat(good.length), (at, byte, end) => {
      const changed = good.slice(0, Math.max(end, 8));
      changed[Math.max(4, at % changed.length)] = byte;
      readsOrRefuses(() => parseTiff(changed, "i.tif"));
    }),
  );
});

test.run();
