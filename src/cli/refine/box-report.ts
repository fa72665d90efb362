import { detectorsOf } from "../../models/panels.js";
import { factsOf, type CrystalFacts } from "../../refine/boxes/facts.js";
import type { BoxRefinement } from "../../refine/boxes/refined-crystals.js";
import { beamOn } from "../../refine/offsets.js";

/** What refinement.json says of boxes besides what it says of every refinement. */
export interface BoxReport {
  readonly crystals: readonly CrystalFacts[];
  /** standard deviations times the root of the reduced chi-square, where that is above 1 */
  readonly esdInflated: Readonly<Record<string, number | null>>;
}

/** @param squareOf |F|² of a file, to compare with */
export function boxReport({ crystals, parameters, reducedChiSquare }: BoxRefinement, squareOf: ((hkl: readonly [number, number, number]) => number | undefined) | undefined): BoxReport {
  const factor = Math.sqrt(Math.max(1, reducedChiSquare));
  return {
    crystals: crystals.map((crystal) => factsOf(crystal, detectorsOf(crystal.experiment).map(beamOn), squareOf)),
    esdInflated: Object.fromEntries(parameters.map(({ name, esd }) => [name, esd === undefined ? null : esd * factor])),
  };
}

/** What was found of each crystal, as text for a terminal. */
export function describeBoxes({ crystals }: BoxReport): string {
  return crystals
    .map(({ predicted, integrated, refinedAgainst, keptAside, leftOut, offsets, residualRefined, residualKeptAside, overall, freed, blocksTried, partialityErrors, fullIntensities }, i) => {
      const name = crystals.length > 1 ? `crystal ${i + 1}: ` : "";
      const whys = Object.entries(leftOut).map(([why, count]) => `${count} ${why}`);
      const tried = blocksTried.map(({ blocks, refined, keptAside: aside, isKept }) => `${blocks}: ${refined.toFixed(4)}/${aside.toFixed(4)}${isKept ? "" : " (not taken)"}`);
      return [
        `${name}${predicted} reflections predicted, ${refinedAgainst} refined against, ${keptAside} kept aside, ${integrated} integrated${whys.length > 0 ? `; not refined against: ${whys.join(", ")}` : ""}`,
        ...(offsets ? [`${name}observed and predicted places differ by ${offsets.rms.toFixed(2)} pixels root mean square (median ${offsets.median.toFixed(2)}, radial ${offsets.radial.rms.toFixed(2)}, tangential ${offsets.tangential.rms.toFixed(2)}) in ${offsets.spots} spots`] : []),
        `${name}mean squared residual of a box's pixels ${residualRefined.toFixed(2)}, of those kept aside ${residualKeptAside.toFixed(2)}`,
        ...freed.map(({ what, before, refined, keptAside: aside, isKept }) => `${name}${what} ${isKept ? "is refined" : "was not taken"}: half the deviance of a pixel refined against and kept aside was ${before.refined.toFixed(4)}/${before.keptAside.toFixed(4)} without it and ${refined.toFixed(4)}/${aside.toFixed(4)} with it`),
        ...(tried.length > 1 ? [`${name}blocks, and half the deviance of a pixel refined against and kept aside: ${tried.join(", ")}`] : []),
        ...(overall?.correlation !== undefined && overall.r !== undefined ? [`${name}fitted intensities against those of the file: correlation ${overall.correlation.toFixed(3)}, R ${overall.r.toFixed(3)}`] : []),
        ...(fullIntensities.length > 0 ? [`${name}and with a scale and a temperature factor fitted between them, by the least partiality (correlation, weighted, R, reflections): ${fullIntensities.map(({ leastPartiality, correlation, weightedCorrelation, r, reflections }) => `${leastPartiality}: ${correlation.toFixed(3)}, ${weightedCorrelation.toFixed(3)}, ${r.toFixed(3)}, ${reflections}`).join("; ")}`] : []),
        `${name}${describePartialities(partialityErrors)}`,
        "",
      ].join("\n");
    })
    .join("");
}

function describePartialities(errors: CrystalFacts["partialityErrors"]): string {
  if (errors.length === 0) return "too few reflections to tell how far partialities are right: SIGI is that of the counts alone";
  const ranges = errors.map(({ leastPartiality, relative }) => `${(100 * relative).toFixed(0)} % from ${leastPartiality} on`);
  return `full intensities scatter more than Wilson's distribution by the errors of their partialities, which SIGI holds: ${ranges.join(", ")}`;
}
