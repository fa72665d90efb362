import { detectorsOf } from "../../models/panels.js";
import { placesOf } from "../../refine/boxes/facts.js";
import type { BoxRefinement } from "../../refine/boxes/refined-crystals.js";
import { beamOn, offsetsOf, type Offsets } from "../../refine/offsets.js";
import type { ListedSpot } from "../../view/spot-list.js";

/** The spots of a refinement on boxes, for its page. */
export interface BoxSpots {
  /** each with the root mean square of its box's residual as misfit */
  readonly listed: readonly ListedSpot[];
  /** on each panel, of the spots that were refined against or kept aside */
  readonly offsets: readonly (Offsets | undefined)[];
}

export function boxSpots({ crystals }: BoxRefinement): BoxSpots {
  const listed = crystals.flatMap(({ integration: { reflections, boxes: { pixels } } }) =>
    reflections.map(({ box: { reflection: { hkl, panel, resolution }, first, end }, modelled, residual }): ListedSpot => {
      let peak = 0;
      for (let p = first; p < end; p++) peak = Math.max(peak, pixels.counts[p]);
      return { indices: hkl, panel, fast: modelled.fast, slow: modelled.slow, resolution, peak, misfit: Math.sqrt(residual) };
    }),
  );
  const spots = crystals.flatMap(({ experiment, integration, selection }) => {
    const beamAt = detectorsOf(experiment).map(beamOn);
    const used = new Set(selection.boxes.boxes.map(({ reflection }) => reflection.hkl.join()));
    return integration.reflections.filter(({ box }) => used.has(box.reflection.hkl.join())).map((reflection) => ({ panel: reflection.box.reflection.panel, places: placesOf(reflection, beamAt) }));
  });
  const panels = detectorsOf(crystals[0].experiment).length;
  return { listed, offsets: Array.from({ length: panels }, (_, panel) => offsetsOf(spots.filter((spot) => spot.panel === panel).flatMap(({ places }) => places))) };
}
