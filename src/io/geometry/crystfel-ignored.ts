import type { Settings } from "./crystfel-settings.js";

/** Settings that are used, and those that say nothing of the experiment itself. */
const known =
  /^(wavelength|photon_energy|electron_voltage|clen|coffset|res|adu_per_photon|adu_per_eV|max_adu|(min|max)_[fs]s|corner_[xy]|fs|ss|detector_shift_[xy]|no_index|mask_edge_pixels|flag_(less|more)than|mask\d+_(data|file|goodbits|badbits)|dim\d|data|peak_list|peak_list_type|peak_info_location|badrow_direction|integr_radius)$/;

/** Sentences on settings that are ignored, one for each name. */
export function ignoredSettings(general: Settings, panels: readonly (readonly [name: string, settings: Settings])[]): string[] {
  const sentences = new Map<string, string>();
  const visit = (settings: Settings, owner: string): void => {
    for (const [key, { line }] of settings) if (!known.test(key) && !sentences.has(key)) sentences.set(key, `line ${line}: ${owner}${key} is ignored`);
  };
  visit(general, "");
  for (const [panel, settings] of panels) visit(settings, `${panel}/`);
  return [...sentences.values()];
}
