/**
 * Runs `work`, which must be synchronous, with standard output closed to it. The translator's logging library announces itself there with a line that no setting
 * turns off, and that would stand before the JSON of a command.
 */
export function quietly<Value>(work: () => Value): Value {
  const { stdout } = process;
  const { write } = stdout;
  stdout.write = () => true;
  try {
    return work();
  } finally {
    stdout.write = write;
  }
}
