Invariant: enc-1
Severity: #error
Description: "An antenatal visit label is one of K1A, K1M, K2, K3, K4, K5, K6, K8: correct the label"
Expression: "system.exists() implies system != 'http://terminology.kemkes.go.id/CodeSystem/episodeofcare/ANC' or value in ('K1A' | 'K1M' | 'K2' | 'K3' | 'K4' | 'K5' | 'K6' | 'K8')"
* insert Id([[Label kunjungan antenatal adalah salah satu dari K1A, K1M, K2, K3, K4, K5, K6, K8: perbaiki labelnya]])

Invariant: enc-2
Severity: #error
Description: "A postnatal visit label is one of KF1, KF2, KF3, KF4: correct the label"
Expression: "system.exists() implies system != 'http://terminology.kemkes.go.id/CodeSystem/episodeofcare/puerperium' or value in ('KF1' | 'KF2' | 'KF3' | 'KF4')"
* insert Id([[Label kunjungan nifas adalah salah satu dari KF1, KF2, KF3, KF4: perbaiki labelnya]])

Invariant: enc-3
Severity: #error
Description: "A neonatal visit label is one of KN1, KN2, KN3: correct the label"
Expression: "system.exists() implies system != 'http://terminology.kemkes.go.id/CodeSystem/episodeofcare/neonate' or value in ('KN1' | 'KN2' | 'KN3')"
* insert Id([[Label kunjungan neonatal adalah salah satu dari KN1, KN2, KN3: perbaiki labelnya]])

Invariant: enc-4
Severity: #error
Description: "A finished visit has an end later than its start: fill in period.end"
Expression: "status = 'finished' implies (period.end.exists() and (period.end > period.start))"
* insert Id([[Kunjungan yang selesai (finished) mempunyai waktu akhir setelah waktu mulai: isi period.end]])

Invariant: enc-anc-1
Severity: #error
Description: "An antenatal visit names its pregnancy (episodeOfCare) or carries a visit label K1A to K6: add one of them"
Expression: "episodeOfCare.exists() or identifier.where(system = 'http://terminology.kemkes.go.id/CodeSystem/episodeofcare/ANC').exists()"
* insert Id([[Kunjungan antenatal menyebut kehamilannya (episodeOfCare) atau membawa label K1A sampai K6: tambahkan salah satunya]])

Profile: ServiceEncounter
Parent: Encounter
Id: encounter
Title: "Kunjungan / Encounter"
Description: "Kunjungan layanan primer: identitas, status, kelas, pasien, petugas, waktu, dan penyelenggara (aturan 10117 sampai 10124). Riwayat status (10122) dan lokasi (10120) diwajibkan SATUSEHAT; Lontar menerimanya tanpa keduanya. Profil milik Lontar. / A visit in primary care: identifier, status, class, patient, staff, time and provider (rules 10117 to 10124). SATUSEHAT also demands the status history (10122) and the location (10120); Lontar takes visits without them. Lontar's own profile."
* insert Published
* obeys enc-4
* identifier 1..* MS
* identifier.system 1..1
* identifier.value 1..1
* identifier obeys enc-1 and enc-2 and enc-3
* insert IdentifiersBySystem
* identifier contains antenatalVisit 0..1 MS and postnatalVisit 0..1 MS and neonatalVisit 0..1 MS
* insert IdentifierSlice(antenatalVisit, http://terminology.kemkes.go.id/CodeSystem/episodeofcare/ANC)
* identifier[antenatalVisit] ^short = "Label kunjungan antenatal: K1A, K1M, K2 sampai K6 / Antenatal visit label"
* insert IdentifierSlice(postnatalVisit, http://terminology.kemkes.go.id/CodeSystem/episodeofcare/puerperium)
* identifier[postnatalVisit] ^short = "Label kunjungan nifas: KF1 sampai KF4 / Postnatal visit label"
* insert IdentifierSlice(neonatalVisit, http://terminology.kemkes.go.id/CodeSystem/episodeofcare/neonate)
* identifier[neonatalVisit] ^short = "Label kunjungan neonatal: KN1 sampai KN3 / Neonatal visit label"
* status MS
* statusHistory MS
* class MS
* type MS
* episodeOfCare MS
* subject 1..1 MS
* subject only Reference(Patient)
* participant 1..* MS
* participant.type MS
* participant.type from https://lontar.id/fhir/ValueSet/participant-profession (extensible)
* participant.type ^short = "ATND, dan profesi petugas (dokter, bidan, perawat): indikator K6 membaca dokter / ATND, and the worker's profession: the K6 indicator reads the doctor"
* participant.individual MS
* period 1..1 MS
* period.start 1..1 MS
* period.end MS
* location.extension contains ServiceClass named serviceClass 0..1
* location MS
* diagnosis MS
* serviceProvider 1..1 MS

Profile: AntenatalEncounter
Parent: ServiceEncounter
Id: encounter-antenatal
Title: "Kunjungan antenatal (ANC) / Antenatal visit"
Description: "Pemeriksaan kehamilan oleh tenaga kesehatan. Indikator K1, K4, K6 menghitung hari kunjungan, bukan label. Profil milik Lontar. / Antenatal care by a health worker. The indicators K1, K4 and K6 count visit days, not labels. Lontar's own profile."
* insert Published
* obeys enc-anc-1
* class from https://lontar.id/fhir/ValueSet/visit-class (required)
* episodeOfCare only Reference(EpisodeOfCare)

Profile: PostnatalEncounter
Parent: ServiceEncounter
Id: encounter-postnatal
Title: "Kunjungan nifas (KF) / Postnatal visit"
Description: "Pemeriksaan ibu sampai 42 hari setelah bersalin. Profil milik Lontar. / Care of the mother up to 42 days after delivery. Lontar's own profile."
* insert Published
* class from https://lontar.id/fhir/ValueSet/birth-visit-class (required)
* identifier[postnatalVisit] 1..1

Profile: NeonatalEncounter
Parent: ServiceEncounter
Id: encounter-neonatal
Title: "Kunjungan neonatal (KN) / Neonatal visit"
Description: "Pemeriksaan bayi sampai umur 28 hari. Profil milik Lontar. / Care of the baby up to 28 days of age. Lontar's own profile."
* insert Published
* class from https://lontar.id/fhir/ValueSet/birth-visit-class (required)
* identifier[neonatalVisit] 1..1

RuleSet: VisitType(code)
* type ^slicing.discriminator.type = #value
* type ^slicing.discriminator.path = "$this"
* type ^slicing.rules = #open
* type contains visit 1..1 MS
* type[visit] = $visit-type#{code}

Profile: PosyanduEncounter
Parent: ServiceEncounter
Id: encounter-posyandu
Title: "Hari buka Posyandu / Posyandu day"
Description: "Layanan satu orang pada hari buka Posyandu: penimbangan, pengukuran, penyuluhan. SATUSEHAT tidak mempunyai kode untuk ini. Profil milik Lontar. / One person's care on a Posyandu day: weighing, measuring, counselling. SATUSEHAT has no code for it. Lontar's own profile."
* insert Published
* class from https://lontar.id/fhir/ValueSet/posyandu-class (required)
* insert VisitType(posyandu-day)
* location 1..*

Profile: ImmunizationEncounter
Parent: ServiceEncounter
Id: encounter-immunization
Title: "Kunjungan imunisasi / Immunisation visit"
Description: "Kunjungan untuk imunisasi, di fasilitas, Posyandu, atau sekolah. Profil milik Lontar. / A visit for immunisation at a facility, Posyandu or school. Lontar's own profile."
* insert Published
* class from https://lontar.id/fhir/ValueSet/immunization-class (required)
* insert VisitType(immunization)

Profile: HomeVisitEncounter
Parent: ServiceEncounter
Id: encounter-home-visit
Title: "Kunjungan rumah / Home visit"
Description: "Kunjungan kader atau tenaga kesehatan ke rumah. SATUSEHAT tidak mempunyai sumber daya untuk ini. Profil milik Lontar. / A visit by a kader or health worker at home. SATUSEHAT has no resource for it. Lontar's own profile."
* insert Published
* class = $act-code#HH
* insert VisitType(home-visit)
