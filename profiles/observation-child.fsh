// Growth, feeding and development of children.

Profile: HeadCircumferenceObservation
Parent: ServiceObservation
Id: observation-head-circumference
Title: "Lingkar kepala / Head circumference"
Description: "Lingkar kepala dalam cm. Profil milik Lontar. / Head circumference in cm. Lontar's own profile."
* insert Published
* code = $loinc#9843-4
* insert Measured(cm, 20, 70)

Profile: GrowthScoreObservation
Parent: ServiceObservation
Id: observation-growth-score
Title: "Z-score pertumbuhan / Growth z-score"
Description: "Z-score menurut baku pertumbuhan WHO (BB/U, PB/U, TB/U, BB/PB, BB/TB, IMT/U, LK/U) dengan kategori Permenkes 2/2020. Profil milik Lontar. / Z-score by the WHO growth standards with the categories of Permenkes 2/2020. Lontar's own profile."
* insert Published
* code from https://lontar.id/fhir/ValueSet/growth-score-code (required)
* value[x] only Quantity
* valueQuantity = '{Zscore}'
* valueQuantity.value 1..1
* valueQuantity obeys zscore-1
* interpretation MS
* interpretation from https://lontar.id/fhir/ValueSet/growth-interpretation (extensible)
* derivedFrom MS

Invariant: zscore-1
Severity: #error
Description: "A growth z-score lies between -10 and 10: check the measurement and the age"
Expression: "value >= -10 and value <= 10"
* insert Id([[Z-score pertumbuhan berada antara -10 dan 10: periksa ukuran dan umurnya]])

Profile: ExclusiveBreastfeedingObservation
Parent: ServiceObservation
Id: observation-exclusive-breastfeeding
Title: "ASI eksklusif / Exclusive breastfeeding"
Description: "Apakah bayi hanya mendapat ASI. Profil milik Lontar. / Whether the baby has breast milk only. Lontar's own profile."
* insert Published
* code = $sct#1145307003
* value[x] only boolean

Profile: FeedingObservation
Parent: ServiceObservation
Id: observation-feeding
Title: "MPASI dan kenaikan berat badan / Complementary food and weight gain"
Description: "Mendapat MPASI (OC000009), kenaikan berat badan adekuat (OC000012), atau berat tidak naik (OC000146): ya atau tidak. Profil milik Lontar. / Receives complementary food (OC000009), adequate weight gain (OC000012), or weight not gained (OC000146): yes or no. Lontar's own profile."
* insert Published
* code from https://lontar.id/fhir/ValueSet/feeding-code (required)
* value[x] only boolean or CodeableConcept
