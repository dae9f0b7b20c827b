// Households, insurance and services.

Profile: HouseholdGroup
Parent: Group
Id: group-household
Title: "Keluarga / Household"
Description: "Satu keluarga dalam satu kartu keluarga: dasar kunjungan rumah dan indeks keluarga sehat. SATUSEHAT tidak mempunyai Group. Profil milik Lontar. / One household on one family card: the basis of home visits and of the healthy-family index. SATUSEHAT has no Group. Lontar's own profile."
* insert Published
* identifier 1..* MS
* insert IdentifiersBySystem
* identifier contains kk 0..1 MS
* insert IdentifierSlice(kk, https://fhir.kemkes.go.id/id/kk)
* identifier[kk] obeys kk-1
* active MS
* type = #person
* actual = true
* code 1..1 MS
* code = https://lontar.id/fhir/CodeSystem/group-type#household
* name MS
* member 1..* MS
* member.entity only Reference(Patient)
* member.inactive MS

Profile: JknCoverage
Parent: Coverage
Id: coverage-jkn
Title: "Kepesertaan JKN / National health insurance coverage"
Description: "Kepesertaan Jaminan Kesehatan Nasional; indikator UHC membaca status dan masa berlakunya (aturan 10900). Profil milik Lontar. / Membership of the national health insurance; the UHC indicator reads its status and period (rule 10900). Lontar's own profile."
* insert Published
* status MS
* beneficiary only Reference(Patient)
* beneficiary MS
* subscriberId 1..1 MS
* period MS
* payor MS
* payor.display 1..1

Extension: IlpStatus
Id: ilp-status
Title: "Status ILP / ILP status"
Description: "Apakah sebuah Puskesmas, Pustu, atau Posyandu sudah menjalankan integrasi layanan primer, dan sejak kapan; indikator ILP-PKM, ILP-PUSTU, ILP-POSYANDU membacanya. / Whether a Puskesmas, Pustu or Posyandu applies integrated primary care, and since when; the indicators ILP-PKM, ILP-PUSTU and ILP-POSYANDU read it."
Context: Organization, HealthcareService
* insert Published
* extension contains applied 1..1 and since 0..1
* extension[applied].value[x] 1..1
* extension[applied].value[x] only boolean
* extension[since].value[x] 1..1
* extension[since].value[x] only date

Profile: ClusterService
Parent: HealthcareService
Id: healthcareservice-cluster
Title: "Layanan klaster / Cluster service"
Description: "Layanan sebuah Puskesmas menurut klaster: manajemen, ibu dan anak, dewasa dan lanjut usia, penanggulangan penyakit menular, atau lintas klaster. Profil milik Lontar. / A service of a Puskesmas by cluster: management, mother and child, adult and elderly, communicable disease control, or cross-cluster. Lontar's own profile."
* insert Published
* extension contains IlpStatus named ilpStatus 0..1 MS
* active MS
* providedBy 1..1 MS
* category 1..1 MS
* category from https://lontar.id/fhir/ValueSet/ilp-cluster (required)
* name 1..1
