/** The classical electron radius squared, in m². */
export const electronRadiusSquared = 7.94079248018965e-30;
/** Molecules per mole. */
export const avogadro = 6.02214179e23;
/** Photon energy times wavelength, in eV Å. */
export const electronVoltAngstrom = 12398.42;
/** Of water: forward scattering factor in electrons, and molecular weight in g/mol. */
export const waterF = 2.57;
/** Grams per mole of water. */
export const waterMolecularWeight = 18;
/** Radians in a degree. */
export const radiansPerDegree = Math.PI / 180;
