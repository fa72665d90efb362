const [strong, noticeable] = [0.9, 0.6];
const mostSentences = 8;

/**
 * The correlations that matter, in sentences, the strongest first.
 * @param names of the parameters, in the order of the rows
 */
export function correlationSentences(names: readonly string[], correlations: readonly (readonly number[])[]): string[] {
  const pairs = correlations.flatMap((row, i) => row.slice(0, i).map((value, j) => ({ value, one: names[j], other: names[i] })));
  const told = pairs.filter(({ value }) => Math.abs(value) >= noticeable).sort((x, y) => Math.abs(y.value) - Math.abs(x.value));
  if (told.length === 0) return [`No two parameters are correlated by more than ${noticeable}: each is determined by itself.`];
  const sentences = told.slice(0, mostSentences).map(({ value, one, other }) => {
    const together = value > 0 ? "rise and fall together" : "rise and fall against each other";
    const degree = Math.abs(value) >= strong ? "strongly correlated" : "correlated";
    return `${one} and ${other} are ${degree} (${value.toFixed(2).replace("-", "−")}): their errors ${together}.`;
  });
  const left = told.length - sentences.length;
  return left > 0 ? [...sentences, `${left} more pairs are correlated by more than ${noticeable}.`] : sentences;
}
