/** How many candidates a sentence names at most. */
const mostSuggestions = 3;

/**
 * What somebody may have meant: the candidates that the word begins, or else the nearest ones by spelling.
 * @returns the best few, nearest first; empty where none is near
 */
export function suggestions(word: string, candidates: readonly string[]): readonly string[] {
  const lower = word.toLowerCase();
  const begun = lower.length >= 2 ? candidates.filter((candidate) => candidate.toLowerCase().startsWith(lower)) : [];
  const distances = new Map(candidates.map((candidate) => [candidate, editDistance(lower, candidate.toLowerCase())]));
  const distance = (candidate: string): number => distances.get(candidate) ?? Infinity;
  const byDistance = (a: string, b: string): number => distance(a) - distance(b);
  const limit = Math.max(1, Math.floor(word.length / 3));
  const close = candidates.filter((candidate) => distance(candidate) <= limit).sort(byDistance);
  const nearest = close.filter((candidate) => distance(candidate) <= distance(close[0]) || begun.includes(candidate));
  return [...new Set([...nearest, ...begun.sort(byDistance)])].slice(0, mostSuggestions);
}

/** A question to append to a sentence, or nothing. */
export function didYouMean(names: readonly string[]): string {
  return names.length === 0 ? "" : `; did you mean ${names.join(" or ")}?`;
}

/**
 * The least number of letters put in, left out, replaced, or exchanged with their neighbour, that turns one word into the other.
 *
 * Source: F. J. Damerau, Communications of the ACM 7 (1964) 171; the variant that touches each letter once.
 */
function editDistance(from: string, to: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, j) => j);
  for (let i = 1; i <= from.length; i++) {
    const row = [i];
    for (let j = 1; j <= to.length; j++) {
      const replaced = last[j - 1] + (from[i - 1] === to[j - 1] ? 0 : 1);
      let best = Math.min(replaced, last[j] + 1, row[j - 1] + 1);
      const exchanged = i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1];
      if (exchanged) best = Math.min(best, beforeLast[j - 2] + 1);
      row.push(best);
    }
    beforeLast = last;
    last = row;
  }
  return last[to.length];
}
