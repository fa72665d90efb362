const symbols =
  "H He Li Be B C N O F Ne Na Mg Al Si P S Cl Ar K Ca Sc Ti V Cr Mn Fe Co Ni Cu Zn Ga Ge As Se Br Kr Rb Sr Y Zr Nb Mo Tc Ru Rh Pd Ag Cd In " +
  "Sn Sb Te I Xe Cs Ba La Ce Pr Nd Pm Sm Eu Gd Tb Dy Ho Er Tm Yb Lu Hf Ta W Re Os Ir Pt Au Hg Tl Pb Bi Po At Rn Fr Ra Ac Th Pa U Np Pu Am " +
  "Cm Bk Cf Es Fm Md No Lr Rf Db Sg Bh Hs Mt Ds Rg Cn Nh Fl Mc Lv Ts Og";

const known: ReadonlyMap<string, number> = new Map(symbols.split(" ").map((symbol, i) => [symbol.toUpperCase(), i + 1]));
const spelled = symbols.split(" ");

/** An element's symbol in its own capitals, whatever the case it is written in; deuterium is hydrogen. Undefined where there is none. */
export function elementNamed(word: string): string | undefined {
  const upper = word.trim().toUpperCase();
  const number = known.get(upper === "D" || upper === "T" ? "H" : upper);
  return number === undefined ? undefined : spelled[number - 1];
}

/** A symbol with a charge behind it, such as Fe3+, O2- or Na+. */
export function ionNamed(word: string): { readonly element: string; readonly charge: number } | undefined {
  const [, letters, digits, sign] = /^([A-Za-z]{1,2})(?:(\d?)([+-]))?$/.exec(word.trim()) ?? [];
  const element = letters === undefined ? undefined : elementNamed(letters);
  if (element === undefined) return undefined;
  return { element, charge: sign === undefined ? 0 : Number(`${sign}${digits || "1"}`) };
}
