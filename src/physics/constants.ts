/** The classical electron radius squared, in m². */
export const electronRadiusSquared = 7.94079248018965e-30;
export const avogadro = 6.02214179e23;
/** Photon energy times wavelength, in eV Å. */
export const electronVoltAngstrom = 12398.42;
/** Of water: forward scattering factor in electrons, and molecular weight in g/mol. */
export const waterF = 2.57;
export const waterMolecularWeight = 18;
export const radiansPerDegree = Math.PI / 180;
