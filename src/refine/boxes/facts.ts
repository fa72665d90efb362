/** What a refinement on boxes shows: where spots are against where they are predicted, how well they are explained, and which are not. */
import type { Vector } from "../../physics/vector.js";
import { offsetsOf, type Offsets, type Place, type SpotPlaces } from "../offsets.js";
import { compareFullIntensities, correlationOf, type FullIntensities, type IntensityPair } from "./full-intensities.js";
import type { IntegratedReflection, Integration } from "./integration.js";
import type { BoxCrystal } from "./refined-crystals.js";
import { isKeptAside } from "./test-set.js";

/** Reflections of a range of resolution, or all of them. */
export interface Shell {
  /** in Å */
  readonly lowA: number;
  readonly highA: number;
  readonly reflections: number;
  /** mean squared residual of a pixel, in units of max(model, 0.1) */
  readonly residual: number;
  readonly meanSignificance: number;
  /** against intensities of a file, where there is one */
  readonly correlation?: number;
  readonly r?: number;
}

export interface WorstBox {
  readonly hkl: Vector<number>;
  readonly fast: number;
  readonly slow: number;
  readonly residual: number;
  readonly photons: number;
}

/** What is known of one crystal. */
export interface CrystalFacts {
  readonly predicted: number;
  readonly integrated: number;
  readonly refinedAgainst: number;
  readonly keptAside: number;
  /** numbers of reflections that were not refined against, by the reason */
  readonly leftOut: Readonly<Record<string, number>>;
  readonly offsets: Offsets | undefined;
  readonly shells: readonly Shell[];
  readonly overall: Shell | undefined;
  /** of falling partialities */
  readonly partialityErrors: BoxCrystal["partialityErrors"];
  /** none without a file of intensities */
  readonly fullIntensities: readonly FullIntensities[];
  /** the same of what was refined against, and of what was kept aside */
  readonly residualRefined: number;
  readonly residualKeptAside: number;
  readonly worst: readonly WorstBox[];
  readonly freed: BoxCrystal["freed"];
  readonly blocksTried: BoxCrystal["tried"];
}

/** A reflection that is seen so far above its noise says where it is. */
const seen = 5;
const shellCount = 10;
const worstShown = 12;
/** Partiality from which on a reflection says how shells agree with a file. */
const trustedPartiality = 0.1;

/**
 * @param beamAt where the direct beam strikes the plane of each panel, in pixels
 * @param squareOf |F|² of a file, to compare with
 */
export function factsOf({ selection, integration, fitted, freed, tried, partialityErrors }: BoxCrystal, beamAt: readonly Place[], squareOf?: (hkl: Vector<number>) => number | undefined): CrystalFacts {
  const { reflections } = integration;
  const used = new Set(selection.boxes.boxes.map(({ reflection }) => reflection.hkl.join()));
  const isUsed = ({ box }: IntegratedReflection): boolean => used.has(box.reflection.hkl.join());
  const leftOut: Record<string, number> = {};
  for (const { why } of selection.leftOut) leftOut[why] = (leftOut[why] ?? 0) + 1;
  const ordered = [...reflections].sort((a, b) => b.box.reflection.resolution - a.box.reflection.resolution);
  const perShell = Math.ceil(ordered.length / shellCount);
  const shells = Array.from({ length: perShell > 0 ? Math.ceil(ordered.length / perShell) : 0 }, (_, i) => shellOf(ordered.slice(i * perShell, (i + 1) * perShell), fitted.reflections, squareOf));
  const bright = reflections.filter(isUsed);
  const [aside, refined] = [bright.filter(({ box }) => isKeptAside(box.reflection.hkl)), bright.filter(({ box }) => !isKeptAside(box.reflection.hkl))];
  return {
    predicted: selection.predicted.length,
    integrated: reflections.length,
    refinedAgainst: selection.boxes.boxes.filter(({ reflection }) => !isKeptAside(reflection.hkl)).length,
    keptAside: selection.boxes.boxes.filter(({ reflection }) => isKeptAside(reflection.hkl)).length,
    leftOut,
    offsets: offsetsOf(bright.flatMap((reflection) => placesOf(reflection, beamAt))),
    shells,
    overall: ordered.length > 0 ? shellOf(ordered, fitted.reflections, squareOf) : undefined,
    partialityErrors,
    fullIntensities: squareOf ? compareFullIntensities(pairsOf(fitted, squareOf), partialityErrors) : [],
    residualRefined: mean(refined.map(({ residual }) => residual)),
    residualKeptAside: mean(aside.map(({ residual }) => residual)),
    worst: [...reflections].sort((a, b) => b.residual - a.residual).slice(0, worstShown).map(({ box: { reflection: { hkl } }, modelled, residual, photons }) => ({ hkl, ...modelled, residual, photons })),
    freed,
    blocksTried: tried,
  };
}

/** Where a spot was observed, if it is seen well enough to say so, and where the model has it. */
export function placesOf({ box, observed, modelled, photons, photonsSigma }: IntegratedReflection, beamAt: readonly Place[]): SpotPlaces[] {
  return observed === undefined || photons < seen * photonsSigma ? [] : [{ observed, modelled, beamAt: beamAt[box.reflection.panel] }];
}

function pairsOf({ reflections }: Integration, squareOf: (hkl: Vector<number>) => number | undefined): IntensityPair[] {
  return reflections.flatMap(({ box: { reflection: { hkl, partiality, resolution } }, square, sigma }) => {
    const known = squareOf(hkl);
    return known === undefined ? [] : [{ square, sigma, partiality, known, resolution }];
  });
}

function shellOf(reflections: readonly IntegratedReflection[], fitted: readonly IntegratedReflection[], squareOf?: (hkl: Vector<number>) => number | undefined): Shell {
  const spacings = reflections.map(({ box }) => box.reflection.resolution);
  const shell = {
    lowA: Math.max(...spacings),
    highA: Math.min(...spacings),
    reflections: reflections.length,
    residual: mean(reflections.map(({ residual }) => residual)),
    meanSignificance: mean(reflections.map(({ photons, photonsSigma }) => photons / photonsSigma)),
  };
  if (squareOf === undefined) return shell;
  const [low, high] = [shell.lowA, shell.highA];
  const pairs = fitted.filter(({ box: { reflection: { resolution } } }) => resolution <= low && resolution >= high).flatMap(({ box: { reflection }, square, sigma }) => {
    const known = squareOf(reflection.hkl);
    return known === undefined || reflection.partiality < trustedPartiality || !(sigma < Infinity) ? [] : [{ square, known }];
  });
  if (pairs.length < 3) return shell;
  const scale = pairs.reduce((sum, { square, known }) => sum + square * known, 0) / pairs.reduce((sum, { square }) => sum + square * square, 0);
  return {
    ...shell,
    correlation: correlationOf(pairs.map(({ square }) => square), pairs.map(({ known }) => known), pairs.map(() => 1)),
    r: pairs.reduce((sum, { square, known }) => sum + Math.abs(scale * square - known), 0) / pairs.reduce((sum, { known }) => sum + known, 0),
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
