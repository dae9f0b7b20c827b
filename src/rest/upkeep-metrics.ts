import { Gauge, Histogram, type Registry } from 'prom-client';
import type { UpkeepStatus } from '../measure/upkeep/worker.js';

/** Numbers about the upkeep of measures; `status` is asked when they are collected. Answers how to tell of a batch. */
export function upkeepMetrics(
  registry: Registry,
  status: () => Promise<UpkeepStatus>,
): (batch: { readonly persons: number; readonly seconds: number }) => void {
  const registers = [registry];
  const oldest = new Gauge({ name: 'lontar_upkeep_oldest_seconds', help: 'Since the oldest change that counters lack', registers });
  const kept = new Gauge({ name: 'lontar_upkeep_kept', help: 'Measures and periods whose counters are current', registers });
  const rebuilding = new Gauge({ name: 'lontar_upkeep_rebuilding', help: 'Measures and periods that are being counted anew', registers });
  new Gauge({
    name: 'lontar_upkeep_dirty',
    help: 'Changes that counters lack',
    registers,
    async collect() {
      const now = await status();
      this.set(now.dirty);
      oldest.set(now.oldestSeconds);
      kept.set(now.kept);
      rebuilding.set(now.rebuilding);
    },
  });
  const seconds = new Histogram({
    name: 'lontar_upkeep_batch_seconds',
    help: 'Time to bring counters up to a batch of persons',
    buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    registers,
  });
  return (batch) => seconds.observe(batch.seconds);
}
