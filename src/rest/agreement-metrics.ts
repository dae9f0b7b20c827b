import { Gauge, type Registry } from 'prom-client';
import type { AgreementService } from '../measure/agreement/service/service.js';

/**
 * Which engine serves each active measure and how the two compare, at `/metrics`: `lontar_measure_agreement{measure, state}` is 1 for the state that holds:
 * `agreed`, `pending`, `differs` or `failed`; `refused` where the compiler doesn't take the measure, so that only the reference engine evaluates it.
 */
export function agreementMetrics(registry: Registry, agreement: AgreementService): void {
  new Gauge({
    name: 'lontar_measure_agreement',
    help: 'Whether compiled SQL and the reference engine agree on a measure',
    labelNames: ['measure', 'state'],
    registers: [registry],
    async collect() {
      const standings = await agreement.overview();
      this.reset();
      for (const { measure, state } of standings) this.set({ measure, state }, 1);
    },
  });
}
