/** A fault that keeps the server from starting: `message` says what, `hint` what to do about it; each is one line for the operator. */
export class StartError extends Error {
  readonly hint: string;
  constructor(message: string, hint: string, cause?: unknown) {
    super(message, cause === undefined ? {} : { cause });
    this.name = 'StartError';
    this.hint = hint;
  }
}
