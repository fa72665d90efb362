import { known, type Quantity } from "../autodiff/tape.js";
import { formatG } from "../io/c-format.js";
import { orientedLattice } from "../models/crystal.js";
import { detectorFrame } from "../models/detector.js";
import { StructureFactors } from "../models/structure-factors.js";
import { directBasis } from "../physics/lattice.js";
import { dot, norm, type Vector } from "../physics/vector.js";
import type { ImageStatistics } from "../simulate/statistics.js";
import type { Request } from "./experiment-from-flags.js";
import type { Outputs } from "./outputs.js";

type Numbers = readonly number[];

/** What a run has found out, in the units of the options. */
export interface Summary {
  readonly cell: { readonly edgesA: Numbers; readonly anglesDeg: Numbers; readonly volumeA3: number };
  readonly reciprocalVectorsPerA: Readonly<Record<"aStar" | "bStar" | "cStar", Numbers>>;
  readonly missetDeg: Numbers;
  readonly cells: Numbers;
  readonly beam: { readonly wavelengthA: number; readonly fluence: number; readonly sources: number };
  readonly detector: {
    readonly convention: string;
    readonly pixels: { readonly fast: number; readonly slow: number };
    readonly pixelSizeMm: number;
    readonly distanceMm: number;
    readonly closeDistanceMm: number;
    readonly beamCenterMm: { readonly fast: number; readonly slow: number };
    readonly nearPointMm: { readonly fast: number; readonly slow: number };
    readonly originMm: Numbers;
  };
  readonly structureFactors: { readonly min?: Numbers; readonly max?: Numbers; readonly defaultF: number };
  readonly steps: {
    readonly sources: number;
    readonly phi: number;
    readonly mosaic: number;
    readonly oversample: number;
    readonly layers: number;
  };
  readonly statistics: ImageStatistics;
  readonly scale: number;
  readonly adcOffset: number;
  readonly noise?: { readonly seed: number; readonly photons: number; readonly overloads: number };
  readonly files: readonly string[];
  readonly warnings: readonly string[];
}

/** Puts together what a run has found out. */
export function summarize(request: Request, statistics: ImageStatistics, outputs: Outputs, warnings: readonly string[]): Summary {
  const { beam, crystal, detector, structureFactors } = request.experiment;
  const { reciprocal } = orientedLattice(crystal);
  const { a, b, c } = directBasis(reciprocal);
  const edges = [a, b, c].map((edge) => known(norm(edge)));
  const angle = (first: Vector, second: Vector): number =>
    (Math.acos(known(dot(first, second)) / (known(norm(first)) * known(norm(second)))) * 180) / Math.PI;
  const angles = [angle(b, c), angle(a, c), angle(a, b)];
  const frame = detectorFrame(detector);
  const mm = (metres: Quantity): number => 1000 * known(metres);
  const [ax, ay, az] = vectorNumbers(a);
  const [bx, by, bz] = vectorNumbers(b);
  const [cx, cy, cz] = vectorNumbers(c);
  return {
    cell: {
      edgesA: edges,
      anglesDeg: angles,
      volumeA3: Math.abs(ax * (by * cz - bz * cy) - ay * (bx * cz - bz * cx) + az * (bx * cy - by * cx)),
    },
    reciprocalVectorsPerA: {
      aStar: vectorNumbers(reciprocal.aStar),
      bStar: vectorNumbers(reciprocal.bStar),
      cStar: vectorNumbers(reciprocal.cStar),
    },
    missetDeg: crystal.missetDeg ?? [0, 0, 0],
    cells: crystal.cells ?? [1, 1, 1],
    beam: { wavelengthA: beam.wavelengthA, fluence: beam.fluence ?? 0, sources: request.steps.sources },
    detector: {
      convention: detector.convention ?? "MOSFLM",
      pixels: detector.pixels,
      pixelSizeMm: detector.pixelSizeMm,
      distanceMm: mm(frame.distance),
      closeDistanceMm: mm(frame.closeDistance),
      beamCenterMm: { fast: mm(frame.beamAt.fast), slow: mm(frame.beamAt.slow) },
      nearPointMm: { fast: mm(frame.closeAt.fast), slow: mm(frame.closeAt.slow) },
      originMm: vectorNumbers(frame.origin).map((metres) => 1000 * metres),
    },
    structureFactors:
      structureFactors instanceof StructureFactors
        ? { min: structureFactors.min, max: structureFactors.max, defaultF: structureFactors.defaultF }
        : { defaultF: structureFactors },
    steps: {
      sources: request.steps.sources,
      phi: crystal.scan?.steps ?? 1,
      mosaic: crystal.mosaic?.domains ?? 1,
      oversample: request.oversample,
      layers: detector.sensor?.layers ?? 1,
    },
    statistics,
    scale: outputs.scale,
    adcOffset: outputs.adcOffset,
    ...(outputs.noise && { noise: { seed: -request.noiseSeed, photons: outputs.noise.photons, overloads: outputs.noise.overloads } }),
    files: outputs.paths,
    warnings,
  };
}

function vectorNumbers(vector: Vector): number[] {
  return vector.map(known);
}

/** A summary as lines for a person. */
export function describe({ cell, missetDeg, cells, beam, detector, steps, statistics, scale, noise, files }: Summary): string {
  const g = (values: Numbers): string => values.map((value) => formatG(value)).join(" ");
  const { fast, slow } = detector.pixels;
  const { beamCenterMm: struck, nearPointMm: near } = detector;
  const subPixels = `${steps.oversample} x ${steps.oversample}`;
  const lines = [
    `cell        ${g(cell.edgesA)} A, ${g(cell.anglesDeg)} degrees, ${formatG(cell.volumeA3)} A^3`,
    `crystal     ${cells.join(" x ")} cells, misset ${g(missetDeg)} degrees`,
    `beam        ${formatG(beam.wavelengthA)} A, ${formatG(beam.fluence)} photons/m^2`,
    `detector    ${fast} x ${slow} pixels of ${formatG(detector.pixelSizeMm)} mm, ${detector.convention}`,
    `distance    ${formatG(detector.distanceMm)} mm along the beam, ${formatG(detector.closeDistanceMm)} mm to the nearest point`,
    `beam at     fast ${formatG(struck.fast)}, slow ${formatG(struck.slow)} mm`,
    `nearest at  fast ${formatG(near.fast)}, slow ${formatG(near.slow)} mm`,
    `steps       ${steps.sources} sources, ${steps.phi} phi, ${steps.mosaic} mosaic domains, ${subPixels} sub-pixels, ${steps.layers} layers`,
    `maximum     ${formatG(statistics.max)} at fast ${statistics.maxAt.fast}, slow ${statistics.maxAt.slow}`,
    `mean        ${formatG(statistics.mean)}, rms ${formatG(statistics.rms)}, rmsd ${formatG(statistics.rmsd)}`,
    `SMV scale   ${formatG(scale)}`,
    ...(noise ? [`noise       seed ${noise.seed}, ${noise.photons} photons, ${noise.overloads} overloads`] : []),
    `written     ${files.join(", ")}`,
  ];
  return `${lines.join("\n")}\n`;
}
