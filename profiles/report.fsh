// Measures, their reports, and the trail behind them.

Extension: MeasureTarget
Id: measure-target
Title: "Target indikator / Target of an indicator"
Description: "Target yang ditetapkan program untuk sebuah indikator, dengan tahun dan sumbernya. / The target that a programme set for an indicator, with its year and source."
Context: Measure.group, MeasureReport.group
* insert Published
* extension contains value 1..1 and year 0..1 and source 0..1 and verified 0..1
* extension[value].value[x] 1..1
* extension[value].value[x] only Quantity
* extension[year].value[x] 1..1
* extension[year].value[x] only positiveInt
* extension[source].value[x] 1..1
* extension[source].value[x] only string
* extension[verified] ^short = "false: belum dapat dipastikan dari sumber resmi / false: not confirmed by an official source"
* extension[verified].value[x] 1..1
* extension[verified].value[x] only boolean

Extension: MeasureDenominatorBasis
Id: measure-denominator-basis
Title: "Dasar penyebut / Basis of the denominator"
Description: "Dari mana penyebut sebuah indikator: sasaran proyeksi, orang terdaftar, orang yang diukur, atau perkiraan kasus. / Where an indicator's denominator comes from: projected population, registered persons, measured persons, or estimated cases."
Context: Measure.group, MeasureReport.group
* insert Published
* extension contains code 1..1 and description 0..1
* extension[code].value[x] 1..1
* extension[code].value[x] only code
* extension[code].valueCode from https://lontar.id/fhir/ValueSet/denominator-basis (required)
* extension[description].value[x] 1..1
* extension[description].value[x] only string

Extension: MeasureReportEngine
Id: measure-report-engine
Title: "Mesin hitung / Engine"
Description: "Dengan mesin apa laporan dihitung, dan mengapa bila bukan SQL. / Which engine computed the report, and why where it wasn't SQL."
Context: MeasureReport
* insert Published
* extension contains kind 1..1 and reason 0..*
* extension[kind].value[x] 1..1
* extension[kind].value[x] only code
* extension[reason].value[x] 1..1
* extension[reason].value[x] only string

Extension: MeasureReportWatermark
Id: measure-report-watermark
Title: "Batas data / Data watermark"
Description: "Data sampai saat mana yang dihitung; menghitung ulang pada batas ini memberi angka yang sama. / Up to which instant data were counted; evaluating again at this watermark gives the same numbers."
Context: MeasureReport
* insert Published
* value[x] 1..1
* value[x] only instant

Extension: MeasureReportDefinition
Id: measure-report-definition
Title: "Definisi yang dipakai / Definition used"
Description: "Pustaka CQL dan sidik definisi yang menghasilkan laporan. / The CQL library and the hashes of the definitions behind the report."
Context: MeasureReport
* insert Published
* extension contains library 0..1 and measureHash 0..1 and libraryHash 0..1
* extension[library].value[x] 1..1
* extension[library].value[x] only canonical
* extension[measureHash].value[x] 1..1
* extension[measureHash].value[x] only string
* extension[libraryHash].value[x] 1..1
* extension[libraryHash].value[x] only string

Profile: VillageMeasureReport
Parent: MeasureReport
Id: measurereport-village
Title: "Laporan PWS / Village report"
Description: "Laporan sebuah indikator untuk satu periode, dirinci per desa. SATUSEHAT tidak mempunyai MeasureReport. Profil milik Lontar. / The report of an indicator for one period, broken down by village. SATUSEHAT has no MeasureReport. Lontar's own profile."
* insert Published
* status MS
* type MS
* type from https://lontar.id/fhir/ValueSet/village-report-type (required)
* measure MS
* date 1..1
* period MS
* period.start 1..1
* period.end 1..1
* group 1..* MS
* group.population 1..* MS
* group.population.code 1..1
* group.population.count 1..1
* group.stratifier MS

Profile: ServiceProvenance
Parent: Provenance
Id: provenance
Title: "Asal data / Provenance"
Description: "Dari siapa dan bagaimana sebuah data berasal, misalnya z-score yang dihitung server. Profil milik Lontar. / Who or what a resource came from, as a z-score that the server computed. Lontar's own profile."
* insert Published
* activity 1..1
* agent.type 1..1
* agent.who 1..1

Profile: ServiceAuditEvent
Parent: AuditEvent
Id: auditevent
Title: "Jejak akses / Audit event"
Description: "Siapa membuka atau mengubah data apa, dan kapan; tanpa nama, NIK, atau alamat. Profil milik Lontar. / Who read or changed which data, and when; without a name, NIK or address. Lontar's own profile."
* insert Published
* action 1..1
* outcome 1..1
* agent.who 1..1
* entity.name 0..0
* entity.query 0..0
