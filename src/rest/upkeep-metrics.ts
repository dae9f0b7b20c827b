import { Gauge, Histogram, type Registry } from 'prom-client';
import type { UpkeepStatus } from '../measure/upkeep/worker.js';

/** Numbers about the upkeep of measures; `status` is asked when they are collected. Answers how to tell of a batch. */
export function upkeepMetrics(
  registry: Registry,
  status: () => Promise<UpkeepStatus>,
): (batch: { readonly persons: number; readonly seconds: number }) => void {
  const registers = [registry];
  // Gauges are collected side by side: they share one question.
  let asked: Promise<UpkeepStatus> | undefined;
  const ask = (): Promise<UpkeepStatus> => {
    asked ??= status().finally(() => {
      asked = undefined;
    });
    return asked;
  };
  const gauge = (name: string, help: string, pick: (now: UpkeepStatus) => number): void => {
    new Gauge({
      name,
      help,
      registers,
      async collect() {
        this.set(pick(await ask()));
      },
    });
  };
  gauge('lontar_upkeep_dirty', 'Changes that counters lack', ({ dirty }) => dirty);
  gauge('lontar_upkeep_oldest_seconds', 'Since the oldest change that counters lack', ({ oldestSeconds }) => oldestSeconds);
  gauge('lontar_upkeep_kept', 'Measures and periods whose counters are current', ({ kept }) => kept);
  gauge('lontar_upkeep_rebuilding', 'Measures and periods that are being counted anew', ({ rebuilding }) => rebuilding);
  const seconds = new Histogram({
    name: 'lontar_upkeep_batch_seconds',
    help: 'Time to bring counters up to a batch of persons',
    buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    registers,
  });
  return (batch) => seconds.observe(batch.seconds);
}
