/** What kind of fault it is: text that doesn't parse, an expression that can't be right for its types, a fault of evaluation, a limit reached. */
export type FhirPathErrorKind = 'syntax' | 'semantic' | 'execution' | 'too-costly';

/** The only error that compiling or evaluating a FHIRPath expression throws. `position` counts UTF-16 units from the expression's start. */
export class FhirPathError extends Error {
  readonly kind: FhirPathErrorKind;
  readonly position: number | undefined;
  constructor(kind: FhirPathErrorKind, message: string, position?: number) {
    super(position === undefined ? message : `${message} (at position ${position})`);
    this.name = 'FhirPathError';
    this.kind = kind;
    this.position = position;
  }
}
