import { parseFloatImage, type FloatDType } from "../../src/index.js";
import { goldenCases, goldenFile, runCase, type GoldenCase } from "../../tests/golden/cases.js";
import { parity, type Bars, type Parity } from "../../tests/golden/parity.js";
import { largest, small, table } from "../../bench/markdown.js";

const bars: Readonly<Record<FloatDType, Bars>> = {
  float64: { ofMaximum: 1e-6, relative: 2e-5 },
  float32: { ofMaximum: 2e-5, relative: Infinity },
};

/** Every golden image, computed by the command line with the reference program's own flags, against the reference program's. */
export async function parityReport(): Promise<string> {
  const rows: string[][] = [];
  const found: Record<FloatDType, Parity[]> = { float64: [], float32: [] };
  for (const golden of goldenCases) {
    const [wide, narrow] = [await compare(golden, "float64"), await compare(golden, "float32")];
    found.float64.push(wide);
    found.float32.push(narrow);
    rows.push([
      golden.name,
      String(golden.pixels),
      small(wide.ofMaximum),
      small(wide.relative),
      String(wide.leftOut),
      small(narrow.ofMaximum),
      String(narrow.leftOut),
    ]);
  }
  const worst = (dtype: FloatDType, part: keyof Bars): string => small(largest(found[dtype].map((parity) => parity[part])));
  const leftOut = (dtype: FloatDType): number => found[dtype].reduce((sum, parity) => sum + parity.leftOut, 0);
  return `# Parity with the reference program

${goldenCases.length} images that nanoBragg computed, each simulated anew by \`braggtape simulate\` with the very same flags.
"of maximum" is the largest difference of a pixel over the image's maximum; "relative" the largest relative difference of a
pixel above 1e-4 of the maximum; "left out" how many pixels lie beyond
${small(bars.float64.ofMaximum)} of the maximum or ${small(bars.float64.relative)} relative, in float32 beyond ${small(bars.float32.ofMaximum)} of the maximum (rounding ties of h, k, l and zeros of the lattice factor; at
most 0.1 % of an image may). The reference images are float32, whose rounding is 6e-8 relative.

| over all images | of maximum | relative | left out |
| --- | ---: | ---: | ---: |
| float64 | ${worst("float64", "ofMaximum")} | ${worst("float64", "relative")} | ${leftOut("float64")} |
| float32 | ${worst("float32", "ofMaximum")} | | ${leftOut("float32")} |

${table(["case", "pixels", "of maximum, float64", "relative, float64", "left out", "of maximum, float32", "left out"], rows)}`;
}

async function compare(golden: GoldenCase, dtype: FloatDType): Promise<Parity> {
  const ours = (await runCase(golden, "--dtype", dtype)).get("image.bin");
  const reference = goldenFile(golden.name, "image.bin");
  if (!ours || !reference) throw new Error(`${golden.name} has no float image`);
  const [image, wanted] = [ours, reference].map((bytes) => parseFloatImage(bytes, [1, golden.pixels], golden.name));
  return parity(image, wanted, bars[dtype]);
}
