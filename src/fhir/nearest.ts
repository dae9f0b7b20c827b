/** The names that `name` most likely was meant to be, best first, at most three: a third of its letters may differ, one at least; case counts nothing. */
export function nearestNames(name: string, candidates: Iterable<string>): readonly string[] {
  return nearestWithin(name, candidates, Math.max(1, Math.floor(name.length / 3)));
}

/** As `nearestNames`, but of one or two letters none may differ: among codes there is always one that near. */
export function nearestCodes(code: string, candidates: Iterable<string>): readonly string[] {
  return nearestWithin(code, candidates, Math.floor(code.length / 3));
}

// Candidates looked at: suggestions are a courtesy and must not cost more than the verdict.
const searched = 20_000;

function nearestWithin(text: string, candidates: Iterable<string>, most: number): readonly string[] {
  const wanted = text.toLowerCase();
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
