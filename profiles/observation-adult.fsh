// Adolescents, adults and the elderly: non-communicable disease screening and function.

Profile: WaistObservation
Parent: ServiceObservation
Id: observation-waist
Title: "Lingkar perut / Waist circumference"
Description: "Lingkar perut dalam cm. Profil milik Lontar. / Waist circumference in cm. Lontar's own profile."
* insert Published
* code = $sct#276361009
* insert Measured(cm, 30, 250)

Profile: BodyMassIndexObservation
Parent: ServiceObservation
Id: observation-body-mass-index
Title: "Indeks massa tubuh / Body mass index"
Description: "IMT dalam kg/m2, juga sebelum hamil (OC000010). Profil milik Lontar. / Body mass index in kg/m2, also before pregnancy (OC000010). Lontar's own profile."
* insert Published
* code from https://lontar.id/fhir/ValueSet/body-mass-index-code (required)
* insert Measured(kg/m2, 5, 100)

Profile: BloodGlucoseObservation
Parent: ServiceObservation
Id: observation-blood-glucose
Title: "Gula darah / Blood glucose"
Description: "Gula darah sewaktu, puasa, atau 2 jam setelah makan dalam mg/dL. Profil milik Lontar. / Random, fasting or 2-hour glucose in mg/dL. Lontar's own profile."
* insert Published
* code from https://lontar.id/fhir/ValueSet/blood-glucose-code (required)
* insert Measured(mg/dL, 10, 2000)

Profile: HbA1cObservation
Parent: ServiceObservation
Id: observation-hba1c
Title: "HbA1c / HbA1c"
Description: "HbA1c dalam persen. Profil milik Lontar. / HbA1c in per cent. Lontar's own profile."
* insert Published
* code = $loinc#4548-4
* insert Measured(%, 2, 25)

Profile: LipidObservation
Parent: ServiceObservation
Id: observation-lipid
Title: "Lemak darah / Blood lipids"
Description: "Kolesterol total, HDL, LDL, atau trigliserida dalam mg/dL. Profil milik Lontar. / Total, HDL or LDL cholesterol or triglycerides in mg/dL. Lontar's own profile."
* insert Published
* code from https://lontar.id/fhir/ValueSet/lipid-code (required)
* insert Measured(mg/dL, 5, 5000)

Profile: CervicalScreeningObservation
Parent: ServiceObservation
Id: observation-cervical-screening
Title: "Skrining leher rahim: IVA atau DNA HPV / Cervical screening: VIA or HPV DNA"
Description: "Hasil IVA (X099241) atau DNA HPV (44550-2). Profil milik Lontar. / Result of visual inspection with acetic acid (X099241) or HPV DNA (44550-2). Lontar's own profile."
* insert Published
* code from https://lontar.id/fhir/ValueSet/cervical-screening-code (required)
* value[x] only CodeableConcept

Profile: SmokingObservation
Parent: ServiceObservation
Id: observation-smoking
Title: "Status merokok / Tobacco smoking status"
Description: "Status merokok, dari remaja sampai lanjut usia. Profil milik Lontar. / Smoking status, from adolescence to old age. Lontar's own profile."
* insert Published
* code = $loinc#72166-2
* value[x] only CodeableConcept

Profile: BarthelObservation
Parent: ServiceObservation
Id: observation-barthel
Title: "Aktivitas kehidupan sehari-hari (AKS) / Activities of daily living (Barthel)"
Description: "Skor Barthel yang dimodifikasi, 0 sampai 20, dengan kategori ketergantungan. Batas kategori belum dapat dipastikan, sehingga tidak diperiksa. Profil milik Lontar. / Modified Barthel score, 0 to 20, with the category of dependence. The limits of the categories could not be confirmed, so they aren't checked. Lontar's own profile."
* insert Published
* code = $loinc#96762-0
* insert Measured([[{score}]], 0, 20)
* interpretation from https://lontar.id/fhir/ValueSet/dependence (extensible)

Profile: HearingObservation
Parent: ServiceObservation
Id: observation-hearing
Title: "Tes bisik / Whisper test"
Description: "Pendengaran menurut tes bisik; rerata skrining PTM membacanya. Profil milik Lontar. / Hearing by the whisper test; the mean of NCD screenings reads it. Lontar's own profile."
* insert Published
* code = $sct#247301006
* value[x] only CodeableConcept

Profile: MentalHealthObservation
Parent: ServiceObservation
Id: observation-mental-health
Title: "Skrining kesehatan jiwa / Mental health screening"
Description: "Hasil skrining kesehatan jiwa: skor (SRQ-20, SDQ), atau perlu tidaknya tindak lanjut; cakupan skrining jiwa membacanya. Profil milik Lontar. / Result of a mental health screening: a score (SRQ-20, SDQ), or whether follow-up is needed; the coverage of mental health screening reads it. Lontar's own profile."
* insert Published
* code = $sct#386816005
* value[x] only boolean or integer or Quantity or CodeableConcept
