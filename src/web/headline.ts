/**
 * The measures that every page shows, in this order. A page evaluates all that it shows at once, so that this list stays short; each of the guide's
 * measures can be asked for by `$evaluate-measure`.
 */
export const headlineMeasures: readonly string[] = ['ANC-ANEMIA', 'ANC-K6', 'IMUN-IDL'];
