import type { OperationOutcome } from '@medplum/fhirtypes';

/** Each problem of a refused Bundle on lines of its own: where, what, and how to mend it. */
export function problemList(outcome: OperationOutcome): readonly string[] {
  return (outcome.issue ?? [])
    .filter(({ severity }) => severity === 'error' || severity === 'fatal')
    .map((issue) => {
      const english = (issue.details as Translated | undefined)?._text?.extension?.[0]?.extension?.find(
        ({ url }) => url === 'content',
      )?.valueString;
      const lines = [issue.expression?.[0] ?? '', issue.details?.text, english, `[${issue.details?.coding?.[0]?.code ?? issue.code}]`];
      return lines.filter((line) => line !== undefined && line !== '').join('\n     ');
    });
}

// The translation extension sits beside the primitive, where @medplum/fhirtypes has no element.
interface Translated {
  readonly _text?: {
    readonly extension?: ReadonlyArray<{ readonly extension?: ReadonlyArray<{ readonly url: string; readonly valueString?: string }> }>;
  };
}
