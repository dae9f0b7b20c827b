import fc from 'fast-check';
import t from 'tap';
import { isSafe as isSafeRow, type Suppression, suppress as suppressTable } from '../../src/measure/report/suppress.js';

const threshold = 5;

/** Tables of one group. */
const isSafe = (counts: readonly number[], least: number): boolean => isSafeRow([counts], least);
const suppress = (total: readonly number[], rows: readonly (readonly number[])[], least: number): Suppression =>
  suppressTable(
    [total],
    rows.map((counts) => [counts]),
    least,
  );

const row = fc.tuple(fc.nat(30), fc.nat(30), fc.nat(30)).map((counts) => [...counts].sort((left, right) => right - left));
const table = fc.array(row, { maxLength: 12 });

function totalOf(rows: readonly (readonly number[])[]): readonly number[] {
  return [0, 1, 2].map((at) => rows.reduce((sum, counts) => sum + (counts[at] ?? 0), 0));
}

t.test('no row that is shown tells of few persons, by a count or by the difference of two', async () => {
  fc.assert(
    fc.property(table, (rows) => {
      const { rows: shown, total } = suppress(totalOf(rows), rows, threshold);
      return rows.every((counts, at) => shown[at] !== true || isSafe(counts, threshold)) && (!total || isSafe(totalOf(rows), threshold));
    }),
  );
});

t.test('no subtraction of what is shown from the total gives a hidden row, or few persons', async () => {
  fc.assert(
    fc.property(table, (rows) => {
      const total = totalOf(rows);
      const suppression = suppress(total, rows, threshold);
      const hidden = rows.filter((_, at) => suppression.rows[at] !== true);
      return !suppression.total || hidden.length === 0 || (hidden.length > 1 && isSafe(totalOf(hidden), threshold));
    }),
    { numRuns: 1000 },
  );
});

t.test('nothing is hidden where every row is safe, or the audience may see all', async () => {
  fc.assert(
    fc.property(table, (rows) => {
      const all = rows.map(() => true);
      const free = suppress(totalOf(rows), rows, 0);
      const safe = rows.filter((counts) => isSafe(counts, threshold));
      const kept = suppress(totalOf(safe), safe, threshold);
      return JSON.stringify(free) === JSON.stringify({ total: true, rows: all }) && kept.total && kept.rows.every((shown) => shown);
    }),
  );
});

t.test('one small village takes the next smallest along; persons not reached count like persons reached', async (t) => {
  t.same(
    suppress(
      [63, 33],
      [
        [3, 3],
        [20, 10],
        [40, 20],
      ],
      5,
    ),
    { total: true, rows: [false, false, true] },
  );
  t.same(
    suppress(
      [100, 79],
      [
        [20, 19],
        [40, 30],
        [40, 30],
      ],
      5,
    ).rows,
    [false, false, true],
    'of 20 persons 19: the one who is left',
  );
  t.same(suppress([3, 0], [[3, 0]], 5), { total: false, rows: [false] });
  t.same(
    suppress(
      [3, 0],
      [
        [3, 0],
        [0, 0],
      ],
      5,
    ),
    { total: false, rows: [false, true] },
    'nobody is nobody',
  );
});
