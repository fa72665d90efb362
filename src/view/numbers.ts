/** Numbers as people read them. */

/** A minus sign is wider than a hyphen, and a line does not break behind it. */
export function withMinus(text: string): string {
  return text.replace(/-/g, "−");
}

/** So many significant digits, without zeros behind them that say nothing. */
export function significant(value: number, digits: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "not a number" : value > 0 ? "∞" : "−∞";
  if (value !== 0 && (Math.abs(value) >= 1e6 || Math.abs(value) < 1e-3)) return powerOfTen(value, digits);
  return withMinus(String(Number(value.toPrecision(digits))));
}

function powerOfTen(value: number, digits: number): string {
  const [mantissa, exponent] = value.toExponential(digits - 1).split("e");
  const raised = [...String(Number(exponent))].map((sign) => (sign === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(sign)])).join("");
  return `${withMinus(String(Number(mantissa)))} × 10${raised}`;
}

/** A value with as many digits as its standard deviation leaves, and that in parentheses, as in 34.851(4). */
export function withDeviation(value: number, esd: number | undefined): string {
  if (esd === undefined || !(esd > 0)) return significant(value, 6);
  const isLarge = Math.abs(value) >= 1e6;
  const power = isLarge ? Math.floor(Math.log10(Math.abs(value))) : 0;
  const [scaled, deviation] = [value / 10 ** power, esd / 10 ** power];
  const digits = Math.min(Math.max(0, 1 - Math.floor(Math.log10(deviation))), 12);
  const text = `${withMinus(scaled.toFixed(digits))}(${Math.round(deviation * 10 ** digits)})`;
  return isLarge ? `${text} × 10${[...String(power)].map((digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(digit)]).join("")}` : text;
}

/** Units as people write them. */
export function unitSign(unit: string): string {
  const signs: Readonly<Record<string, string>> = { deg: "°", A: "Å", um: "µm", percent: "%", "photons/m^2": "photons/m²" };
  return signs[unit] ?? unit;
}

/** A reduced chi-square, which is not known where nothing was fitted. */
export function chiSquareText(reducedChiSquare: number): string {
  return Number.isNaN(reducedChiSquare) ? "unknown" : reducedChiSquare.toFixed(3);
}
