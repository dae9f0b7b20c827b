Invariant: eoc-1
Severity: #error
Description: "A finished episode has an end: fill in period.end"
Expression: "status = 'finished' implies period.end.exists()"
* insert Id([[Episode yang selesai (finished) mempunyai akhir: isi period.end]])

Invariant: eoc-anc-1
Severity: #error
Description: "A pregnancy ends at most 308 days (44 weeks) after the first day of the last period: check period.start (HPHT) and period.end"
Expression: "period.end.exists() implies (period.end <= period.start + 309 days)"
* insert Id([[Kehamilan berakhir paling lambat 308 hari (44 minggu) setelah hari pertama haid terakhir: periksa period.start (HPHT) dan period.end]])

Invariant: eoc-tb-1
Severity: #error
Description: "An episode of tuberculosis has the type TB-SO (drug-sensitive) or TB-RO (drug-resistant): add one of them"
Expression: "type.coding.where(system = 'http://terminology.kemkes.go.id/CodeSystem/episodeofcare-type' and (code = 'TB-SO' or code = 'TB-RO')).exists()"
* insert Id([[Episode TBC berjenis TB-SO (sensitif obat) atau TB-RO (resisten obat): tambahkan salah satunya]])

Invariant: eoc-pnc-1
Severity: #warning
Description: "The postnatal period ends 42 days after the delivery: check period.end"
Expression: "period.end.exists() implies (period.end <= period.start + 43 days)"
* insert Id([[Masa nifas berakhir 42 hari setelah bersalin: periksa period.end]])

Profile: ServiceEpisode
Parent: EpisodeOfCare
Id: episodeofcare
Title: "Episode layanan / Episode of care"
Description: "Rangkaian layanan untuk satu keadaan: kehamilan, nifas, neonatus, TB, HIV, dan lain-lain (aturan 10109, 10110, 10157, 10408, 10458). Profil milik Lontar. / The care for one condition over time: pregnancy, postnatal, neonate, TB, HIV and others (rules 10109, 10110, 10157, 10408, 10458). Lontar's own profile."
* insert Published
* obeys eoc-1
* identifier 1..* MS
* identifier.system 1..1
* identifier.value 1..1
* status MS
* type 1..* MS
* type from https://lontar.id/fhir/ValueSet/episodeofcare-type (extensible)
* patient MS
* managingOrganization 1..1 MS
* period 1..1 MS
* period.start 1..1 MS

RuleSet: EpisodeType(code)
* type ^slicing.discriminator.type = #value
* type ^slicing.discriminator.path = "$this"
* type ^slicing.rules = #open
* type contains care 1..1 MS
* type[care] = $episodeofcare-type#{code}

Profile: PregnancyEpisode
Parent: ServiceEpisode
Id: episodeofcare-pregnancy
Title: "Kehamilan / Pregnancy"
Description: "Satu kehamilan: period.start adalah HPHT (hari pertama haid terakhir), period.end hari persalinan atau keguguran. Indikator ANC membaca keduanya. Profil milik Lontar. / One pregnancy: period.start is the first day of the last period, period.end the day of delivery or loss. The ANC indicators read both. Lontar's own profile."
* insert Published
* obeys eoc-anc-1
* insert EpisodeType(ANC)
* period.start ^short = "HPHT / First day of the last period"
* period.end MS

Profile: PostnatalEpisode
Parent: ServiceEpisode
Id: episodeofcare-postnatal
Title: "Nifas / Postnatal period"
Description: "Masa nifas: dari persalinan sampai 42 hari sesudahnya. Profil milik Lontar. / The postnatal period: from the delivery to 42 days after it. Lontar's own profile."
* insert Published
* obeys eoc-pnc-1
* insert EpisodeType(PNC)

Profile: NeonatalEpisode
Parent: ServiceEpisode
Id: episodeofcare-neonatal
Title: "Neonatus / Neonatal period"
Description: "Layanan bayi sampai umur 28 hari. Profil milik Lontar. / Care of a baby up to 28 days of age. Lontar's own profile."
* insert Published
* insert EpisodeType(Neonate)

Profile: TuberculosisEpisode
Parent: ServiceEpisode
Id: episodeofcare-tuberculosis
Title: "Pengobatan TBC / Tuberculosis treatment"
Description: "Satu pengobatan TBC, sensitif atau resisten obat, dari mulai berobat sampai selesai. Indikator TBC membaca jenis, status, dan periodenya. Profil milik Lontar. / One treatment of tuberculosis, drug-sensitive or drug-resistant, from its start to its end. The tuberculosis indicators read its type, status and period. Lontar's own profile."
* insert Published
* obeys eoc-tb-1
* type 1..* MS
* period.end MS
