/**
 * How often things happen to the people made up here. `source` is `public` for a rounded figure of public statistics, `programme` for one that the national
 * programme published, and `assumed` for what we chose so that reports look like those of a working district: no fact about any place.
 */
export const rates = {
  population: {
    source: 'assumed',
    /** Ages of heads of households by five-year band from 20-24 on; with births and leaving home they give about Indonesia's age pyramid. */
    headAge: [7, 11, 13, 14, 13, 12, 10, 8, 6, 4, 2.5, 1.5],
    aloneWhenYoung: 0.3,
    widowedWhenOld: 0.35,
    withoutHusband: 0.1,
    /** A parent of the head lives with the family. */
    grandparent: 0.3,
    leavesHome: { mean: 22, deviation: 2.5 },
  },
  births: {
    /** Public: about 2.1 to 2.2 births a woman. */
    source: 'public',
    wanted: [5, 19, 42, 24, 10],
    marriageAge: { mean: 22.5, deviation: 2.8 },
    firstAfterYears: { mean: 1.3, deviation: 0.7 },
    nextAfterYears: { mean: 4.1, deviation: 1.5 },
    girls: 0.487,
    twins: 0.012,
    miscarried: 0.04,
    gestationDays: { mean: 276, deviation: 11, from: 245, to: 294 },
  },
  deaths: {
    /** Public: order of magnitude of the long form of the census of 2020 (neonatal 9 and infant 17 per 1,000 births, mothers 189 per 100,000). */
    source: 'public',
    neonatal: 0.009,
    infantAfter: 0.008,
    maternal: 0.0019,
    /** A year, by the age up to which it holds. */
    yearly: [
      [5, 0.0012],
      [40, 0.0012],
      [55, 0.005],
      [65, 0.014],
      [75, 0.035],
      [120, 0.09],
    ],
    recordedCause: 0.5,
  },
  moves: { source: 'assumed', betweenVillages: 0.02, away: 0.006 },
  insurance: { source: 'programme', member: 0.98, inactiveAmongMembers: 0.12 },
  pregnancy: {
    /** The visits and contents follow the guidance of 2026; the shares are ours, near its targets, and anaemia near the published 16.9 %. */
    source: 'assumed',
    registered: 0.97,
    late: 0.1,
    keepsVisit: 0.93,
    doctor: 0.9,
    ultrasound: 0.88,
    haemoglobin: { mean: 12.15, deviation: 1.15 },
    upperArm: { mean: 26.4, deviation: 2.4 },
    supplementaryFood: 0.86,
    tripleTest: 0.93,
    hivPositive: 0.003,
    counselled: 0.96,
    mentalHealth: 0.9,
    tabletsTakenShare: 0.85,
    tetanusDose: 0.85,
  },
  delivery: { source: 'assumed', facility: 0.94, skilled: 0.97, earlyBreastfeeding: 0.78, lowWeight: { mean: 3120, deviation: 400 } },
  postnatal: { source: 'assumed', keepsVisit: 0.975, vitaminA: 0.95, thyroidTest: 0.85, identityDays: { from: 20, to: 90 } },
  growth: {
    /** The means give about the published 19.8 % of stunting and some 6 % of wasting. */
    source: 'programme',
    heightScore: { mean: -0.95, deviation: 1.15 },
    thinnessScore: { mean: -0.3, deviation: 1.0 },
    attends: 0.82,
    exclusivelyBreastfed: 0.66,
    vitaminA: 0.97,
    /** In the months of the vitamin A rounds, when everybody is called. */
    attendsRound: 0.92,
    severeCare: 0.9,
  },
  immunisation: {
    source: 'assumed',
    willing: 0.95,
    keepsDose: 0.992,
    unwillingDose: 0.5,
    birthDose: 0.96,
    refusalRecorded: 0.3,
    school: 0.93,
  },
  school: {
    source: 'assumed',
    screened: 0.82,
    girlsTested: 0.55,
    haemoglobin: { mean: 12.9, deviation: 1.1 },
    weeklyIron: 0.2,
    smokingAsked: 0.5,
    smokes: 0.08,
  },
  healthCheck: {
    source: 'assumed',
    adult: 0.38,
    child: 0.3,
    allElements: 0.85,
    eyesAndEars: 0.6,
    lungs: 0.3,
    cervix: 0.22,
    breast: 0.26,
    smokes: { men: 0.55, women: 0.03 },
  },
  chronic: {
    /** Prevalence as diagnosed, which is below what surveys measure. */
    source: 'assumed',
    hypertension: [
      [30, 0.005],
      [45, 0.05],
      [60, 0.15],
      [120, 0.28],
    ],
    diabetes: [
      [30, 0.001],
      [45, 0.015],
      [60, 0.05],
      [120, 0.06],
    ],
    keepsMonth: 0.72,
    adherent: 0.55,
    controlled: 0.6,
  },
  elderly: { source: 'assumed', screened: 0.62, declining: 0.35 },
  tuberculosis: {
    /** Public: some 390 new cases per 100,000 people a year; twelve people tested for each case found is ours. */
    source: 'public',
    yearly: 0.0039,
    suspected: 0.02,
    succeeds: 0.88,
    contactsVisited: 0.8,
    preventive: 0.6,
    hivTested: 0.75,
  },
  mentalIllness: { source: 'public', severe: 0.0018, served: 0.85, screened: 0.2 },
  homeVisits: {
    source: 'assumed',
    household: 0.82,
    survey: 0.7,
    dangerSign: 0.04,
    tuberculosisSymptom: 0.02,
    reportedInTime: 0.85,
    lacksService: 0.15,
    adherent: 0.8,
  },
  facilities: {
    /** The shares that districts reported in the programme's news: Puskesmas 82.3 %, Pustu 28.3 %, Posyandu 73.9 %, kader with a level 23 %. */
    source: 'programme',
    puskesmasIlp: 0.823,
    pustuIlp: 0.283,
    posyanduIlp: 0.739,
    pustuForVillage: 0.5,
    pustuNurse: 0.7,
    posyanduActive: 0.96,
    posyanduReports: 0.88,
    kaderLevels: [77, 13, 7, 3],
  },
} as const;

/** The share that holds at an age, out of a table by the age up to which each holds. */
export function byAge(table: ReadonlyArray<readonly [number, number]>, years: number): number {
  return table.find(([below]) => years < below)?.[1] ?? 0;
}
