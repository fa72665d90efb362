/**
 * A number as C's printf prints it with `%g`.
 * @param precision significant digits, 0 (which counts as 1) to 100
 * @returns the shorter of the plain and the exponent form, without trailing zeros; "inf", "-inf", "nan", "-0" like C's
 */
export function formatG(value: number, precision = 6): string {
  if (Number.isNaN(value)) return "nan";
  const sign = value < 0 || Object.is(value, -0) ? "-" : "";
  const magnitude = Math.abs(value);
  if (magnitude === Infinity) return `${sign}inf`;
  const significant = Math.max(precision, 1);
  const { digits, exponent } = roundedDigits(magnitude, significant);
  if (exponent < -4 || exponent >= significant) {
    const power = String(Math.abs(exponent)).padStart(2, "0");
    return `${sign}${withPoint(digits, 1)}e${exponent < 0 ? "-" : "+"}${power}`;
  }
  return sign + (exponent < 0 ? withPoint("0".repeat(-exponent) + digits, 1) : withPoint(digits, exponent + 1));
}

interface Decimal {
  readonly digits: string;
  readonly exponent: number;
}

/** The significant digits; a number half way between two decimals goes to the even one, where toExponential takes the larger. */
function roundedDigits(magnitude: number, significant: number): Decimal {
  const exact = decimal(magnitude.toExponential(100));
  const isTie = /^50*$/.test(exact.digits.slice(significant));
  const isEven = Number(exact.digits[significant - 1]) % 2 === 0;
  if (isTie && isEven) return { digits: exact.digits.slice(0, significant), exponent: exact.exponent };
  return decimal(magnitude.toExponential(significant - 1));
}

function decimal(exponential: string): Decimal {
  const [mantissa, exponent] = exponential.split("e");
  return { digits: mantissa.replace(".", ""), exponent: Number(exponent) };
}

function withPoint(digits: string, whole: number): string {
  const fraction = digits.slice(whole).replace(/0+$/, "");
  return fraction === "" ? digits.slice(0, whole) : `${digits.slice(0, whole)}.${fraction}`;
}
