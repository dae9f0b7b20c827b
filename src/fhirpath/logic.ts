type Truth = boolean | undefined;

/** A logical operator: what its left side alone decides, and the rest of its table. */
interface Logic {
  readonly decided?: { readonly when: boolean; readonly result: boolean };
  combine(left: Truth, right: Truth): Truth;
}

/** Three-valued logic. Source: FHIRPath N1 §6.5. */
export const logic: Readonly<Record<'and' | 'or' | 'xor' | 'implies', Logic>> = {
  and: { decided: { when: false, result: false }, combine: and },
  or: { decided: { when: true, result: true }, combine: or },
  xor: { combine: (left, right) => (left === undefined || right === undefined ? undefined : left !== right) },
  implies: { decided: { when: false, result: true }, combine: (left, right) => or(left === undefined ? undefined : !left, right) },
};

function and(left: Truth, right: Truth): Truth {
  if (left === false || right === false) return false;
  return left === undefined || right === undefined ? undefined : true;
}

function or(left: Truth, right: Truth): Truth {
  if (left === true || right === true) return true;
  return left === undefined || right === undefined ? undefined : false;
}
