/** The candidates nearest to `text` by edit distance, best first, at most three and none that is far: a third of the letters may differ, beside case. */
export function nearest(text: string, candidates: Iterable<string>): readonly string[] {
  const wanted = text.toLowerCase();
  const most = Math.floor(wanted.length / 3);
  if (wanted === '') return [];
  const found: { readonly candidate: string; readonly distance: number }[] = [];
  let seen = 0;
  for (const candidate of candidates) {
    seen += 1;
    if (seen > searched) break;
    if (Math.abs(candidate.length - wanted.length) > most) continue;
    const distance = editDistance(wanted, candidate.toLowerCase(), most);
    if (distance <= most) found.push({ candidate, distance });
  }
  found.sort((a, b) => a.distance - b.distance || a.candidate.localeCompare(b.candidate, 'en'));
  return found.slice(0, 3).map(({ candidate }) => candidate);
}

// Candidates looked at: suggestions are a courtesy and must not cost more than the verdict.
const searched = 20_000;

/** Edits (insert, delete, replace, swap of neighbours) from `a` to `b`; more than `most` where it needs more. */
function editDistance(a: string, b: string, most: number): number {
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row];
    let best = row;
    for (let column = 1; column <= b.length; column += 1) {
      const same = a[row - 1] === b[column - 1];
      let distance = Math.min((previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1, (previous[column - 1] ?? 0) + (same ? 0 : 1));
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]) {
        distance = Math.min(distance, (beforePrevious[column - 2] ?? 0) + 1);
      }
      current.push(distance);
      best = Math.min(best, distance);
    }
    if (best > most) return most + 1;
    beforePrevious = previous;
    previous = current;
  }
  return previous[b.length] ?? most + 1;
}
