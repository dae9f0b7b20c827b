import type { Text } from '../fhir/outcome.js';

/** What the measure room says to people. */
export const measureText = {
  scoring: (code: string): Text => ({
    id: `Skor "${code}" tidak dapat dihitung; yang dapat: proportion, ratio, cohort, continuous-variable, composite.`,
    en: `Scoring "${code}" can't be computed; proportion, ratio, cohort, continuous-variable and composite can.`,
  }),
  basis: (code: string): Text => ({
    id: `Dasar "${code}" tidak dapat dihitung; yang dapat: satu jenis saja, boolean (orang) atau jenis resource.`,
    en: `The basis "${code}" can't be counted; one basis, boolean (people) or a type of resource, can.`,
  }),
  basisByReference: (basis: string): Text => ({
    id: `Ukuran ini menghitung ${basis}, bukan orang: mesin acuan yang menghitungnya, SQL tidak.`,
    en: `This measure counts ${basis}, not people: the reference engine counts it, SQL doesn't.`,
  }),
  library: {
    id: 'Measure harus menunjuk tepat satu Library di Measure.library.',
    en: 'A Measure names exactly one Library in Measure.library.',
  },
  noGroup: {
    id: 'Measure ini tidak memiliki group; tidak ada yang dapat dihitung.',
    en: 'This Measure has no group; there is nothing to compute.',
  },
  population: (code: string): Text => ({
    id: `Populasi "${code}" tidak dikenal.`,
    en: `The population "${code}" is unknown.`,
  }),
  aggregate: (method: string, known: string): Text => ({
    id: `Metode agregasi "${method}" tidak dikenal. Yang dikenal: ${known}.`,
    en: `The aggregate method "${method}" is unknown. Known are: ${known}.`,
  }),
  compositeScoring: (code: string, known: string): Text => ({
    id: `Skor gabungan "${code}" tidak dapat dihitung; yang dapat: ${known}.`,
    en: `Composite scoring "${code}" can't be computed; ${known} can.`,
  }),
  compositeEmpty: {
    id: 'Measure gabungan harus menunjuk Measure komponennya di relatedArtifact (composed-of).',
    en: 'A composite Measure names its component Measures in relatedArtifact (composed-of).',
  },
  compositeGroup: (measure: string): Text => ({
    id: `Measure komponen ${measure} bukan satu proporsi orang.`,
    en: `The component Measure ${measure} isn't one proportion of persons.`,
  }),
  populationTwice: (code: string): Text => ({
    id: `Populasi "${code}" muncul dua kali dalam satu group.`,
    en: `The population "${code}" occurs twice in one group.`,
  }),
  populationMissing: (code: string): Text => ({
    id: `Group ini tidak memiliki populasi "${code}".`,
    en: `This group has no population "${code}".`,
  }),
  criteria: {
    id: 'Kriteria harus berupa nama definisi CQL (language text/cql-identifier dengan expression).',
    en: 'Criteria must be the name of a CQL definition (language text/cql-identifier with an expression).',
  },
  busy: {
    id: 'Terlalu banyak perhitungan yang sedang berjalan. Coba lagi sebentar lagi.',
    en: 'Too many evaluations are running. Try again in a moment.',
  },
  factsFilling: (tables: string, percent: number): Text => ({
    id: `Tabel fakta yang dibaca indikator ini sedang diisi (${tables}: ${percent} %). Coba lagi sesudah selesai.`,
    en: `The fact tables that this measure reads are being filled (${tables}: ${percent} %). Try again when that is done.`,
  }),
  parameterMissing: (name: string, example: string): Text => ({
    id: `Parameter ${name} wajib diisi, misalnya ${name}=${example}.`,
    en: `The parameter ${name} is required, e.g. ${name}=${example}.`,
  }),
  parameterUnknown: (name: string, known: string): Text => ({
    id: `Parameter ${name} tidak dikenal. Yang dikenal: ${known}.`,
    en: `The parameter ${name} is unknown. Known are: ${known}.`,
  }),
  parameterTwice: (name: string): Text => ({
    id: `Parameter ${name} diberikan lebih dari sekali. Kirim satu saja.`,
    en: `The parameter ${name} is given more than once. Send one.`,
  }),
  parameterValue: (name: string, allowed: string): Text => ({
    id: `Nilai parameter ${name} tidak sah. Yang diterima: ${allowed}.`,
    en: `The value of the parameter ${name} isn't valid. Accepted: ${allowed}.`,
  }),
  parameterUnsupported: (name: string): Text => ({
    id: `Parameter ${name} belum didukung di sini. Hapus parameter itu.`,
    en: `The parameter ${name} isn't supported here. Leave it out.`,
  }),
  periodOrder: {
    id: 'periodEnd terletak sebelum periodStart. Tukar keduanya.',
    en: 'periodEnd lies before periodStart. Swap the two.',
  },
  measureNotFound: (measure: string): Text => ({
    id: `Measure ${measure} tidak ada di server ini.`,
    en: `The Measure ${measure} is not on this server.`,
  }),
  measureStatus: (status: string): Text => ({
    id: `Measure ini berstatus ${status}; yang dapat dihitung hanya yang active.`,
    en: `This Measure has status ${status}; only active ones are evaluated.`,
  }),
  subjectNotFound: (subject: string): Text => ({
    id: `Subjek ${subject} tidak ada di server ini.`,
    en: `The subject ${subject} is not on this server.`,
  }),
  subjectKind: {
    id: 'Subjek harus Patient/…, Group/…, Organization/…, Location/…, kode wilayah 2, 4, 6, atau 10 angka, RW/RT suatu desa (6202031012/003/002), atau ID.',
    en: 'The subject must be Patient/…, Group/…, Organization/…, Location/…, an area code of 2, 4, 6 or 10 digits, RW/RT of a village (6202031012/003/002), or ID.',
  },
  areaUnknown: (code: string): Text => ({
    id: `Kode wilayah ${code} tidak dikenal.`,
    en: `The area code ${code} is unknown.`,
  }),
  locationWithoutArea: {
    id: 'Location ini bukan wilayah: tidak ada identifier kode wilayah maupun administrativeCode.',
    en: 'This Location is no area: it has neither an area code as identifier nor an administrativeCode.',
  },
  organizationWithoutArea: {
    id: 'Organisasi ini tidak mengelola satu pun desa: tidak ada Location desa dengan managingOrganization ini.',
    en: 'This Organization manages no village: no village Location names it as managingOrganization.',
  },
  reportTypeSubject: {
    id: 'reportType=subject membutuhkan subject=Patient/….',
    en: 'reportType=subject needs subject=Patient/….',
  },
  asOfReference: {
    id: 'Data lampau (asOf) hanya dapat dihitung untuk Measure yang CQL-nya dapat dijadikan SQL.',
    en: 'Past data (asOf) can only be evaluated for a Measure whose CQL compiles to SQL.',
  },
  asOfFuture: {
    id: 'asOf terletak di masa depan. Beri saat yang sudah lewat.',
    en: 'asOf lies in the future. Give an instant that has passed.',
  },
  scope: {
    id: 'Anda tidak berhak melihat hitungan atas semua orang.',
    en: 'You may not see counts over all persons.',
  },
  audienceNames: {
    id: 'Bagi pihak ini angka kecil disembunyikan, jadi laporan yang menyebut orang tidak diberikan. Minta reportType=population.',
    en: 'Small counts are hidden from this audience, so it gets no report that names persons. Ask for reportType=population.',
  },
  externalSource: (source: string, date: string): Text => ({
    id: `Penyebut dari ${source} (${date})`,
    en: `Denominator from ${source} (${date})`,
  }),
  externalUnknown: {
    id: 'Sasaran belum tersedia untuk setiap wilayah; persentase tidak dihitung',
    en: 'The external denominator is not there for every area; no percentage is computed',
  },
  aboveHundred: (places: string): Text => ({
    id: `Di atas 100 %: ${places}; periksa sasaran dan tempat tinggal`,
    en: `Above 100 %: ${places}; check the denominator and residence`,
  }),
  notOfPractitioner: {
    id: 'Orang ini bukan pasien practitioner tersebut (Patient.generalPractitioner).',
    en: 'This person is no patient of that practitioner (Patient.generalPractitioner).',
  },
  partOfVillage: (area: string): Text => ({
    id: `RW dan RT adalah bagian desa; ${area} bukan desa.`,
    en: `RW and RT are parts of a village; ${area} is none.`,
  }),
  receivedSubject: {
    id: 'lastReceivedOn hanya untuk laporan perorangan (reportType=subject).',
    en: 'lastReceivedOn goes with reports on one person only (reportType=subject).',
  },
  cqlParameterUnknown: (name: string, known: string): Text => ({
    id: `CQL Measure ini tidak mempunyai parameter "${name}". Yang ada: ${known === '' ? 'tidak ada' : known}.`,
    en: `The CQL of this Measure has no parameter "${name}". There are: ${known === '' ? 'none' : known}.`,
  }),
  cqlParameterType: (name: string, type: string): Text => ({
    id: `Nilai parameter CQL "${name}" harus bertipe ${type}.`,
    en: `The value of the CQL parameter "${name}" must be of the type ${type}.`,
  }),
  audienceParts: {
    id: 'Bagi pihak ini angka kecil disembunyikan, jadi bagian-bagian desa tidak ditampilkan.',
    en: 'Small counts are hidden from this audience, so parts of villages are not shown.',
  },
  audienceSubject: {
    id: 'Bagi pihak ini laporan hanya tentang wilayah atau Organization, supaya angka kecil tidak dapat dicari dengan pengurangan.',
    en: 'This audience gets reports on areas and Organizations only, so that no small count is found by subtraction.',
  },
  audienceBeyond: (audience: string): Text => ({
    id: `Server ini memberi laporan paling rinci untuk "${audience}".`,
    en: `This server's reports are for "${audience}" at most.`,
  }),
  observationSides: {
    id: 'Observasi suatu rasio harus satu untuk numerator dan/atau satu untuk denominator (cqfm-criteriaReference).',
    en: 'The observations of a ratio are one of the numerator and/or one of the denominator (cqfm-criteriaReference).',
  },
  noPart: { id: 'Bagian desa tidak diketahui', en: 'Part of the village unknown' },
  noPosyandu: { id: 'Tanpa Posyandu', en: 'No Posyandu' },
  nation: { id: 'Indonesia', en: 'Indonesia' },
  reportNotFound: (id: string): Text => ({
    id: `MeasureReport ${id} tidak ada di server ini.`,
    en: `The MeasureReport ${id} is not on this server.`,
  }),
  libraryNotFound: (name: string): Text => ({
    id: `Library ${name} tidak ada di server ini.`,
    en: `The Library ${name} is not on this server.`,
  }),
  collectSubject: {
    id: '$collect-data membutuhkan subject=Patient/….',
    en: '$collect-data needs subject=Patient/….',
  },
  careGapTopic: (topic: string): Text => ({
    id: `Tidak ada Measure aktif tentang topik ${topic}.`,
    en: `No active Measure is about the topic ${topic}.`,
  }),
  careGap: (title: string): Text => ({
    id: `Belum terpenuhi: ${title}`,
    en: `Not yet met: ${title}`,
  }),
  careGapsTitle: { id: 'Kesenjangan pelayanan', en: 'Gaps in care' },
  tooManyPersons: (most: number): Text => ({
    id: `Lebih dari ${most} orang. Persempit subjeknya.`,
    en: `More than ${most} persons. Ask for a smaller subject.`,
  }),
  unknownValue: { id: 'Tidak diketahui', en: 'Unknown' },
  outsideAreas: { id: 'Tanpa desa tempat tinggal', en: 'No village of residence' },
} as const;
