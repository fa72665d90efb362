/** eV times A of a photon. */
export const evAngstrom = 12398.419843320026;
