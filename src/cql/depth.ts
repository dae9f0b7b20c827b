/** Objects and lists within each other; an operator's operands are two levels. Beyond it the stages of the compiler, which recur, would use up the stack. */
const deepest = 1000;

/** Whether ELM from outside is shallow enough to be walked by recursion. Itself it doesn't recur. */
export function isElmWithin(elm: unknown, depth = deepest): boolean {
  let level: unknown[] = [elm];
  for (let passed = 0; level.length > 0; passed += 1) {
    if (passed > depth) return false;
    level = level.flatMap((node) => (typeof node === 'object' && node !== null ? Object.values(node) : []));
  }
  return true;
}
