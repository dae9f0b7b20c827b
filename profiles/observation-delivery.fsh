// Delivery and the newborn.

Profile: DeliveryPlaceObservation
Parent: ServiceObservation
Id: observation-delivery-place
Title: "Tempat bersalin / Place of delivery"
Description: "Jenis tempat bersalin; indikator persalinan di fasilitas membacanya. Profil milik Lontar. / Type of place of the delivery; the indicator of facility deliveries reads it. Lontar's own profile."
* insert Published
* code = $loinc#72150-6
* value[x] only CodeableConcept
* valueCodeableConcept from https://lontar.id/fhir/ValueSet/organization-type (extensible)

Profile: BirthAttendantObservation
Parent: ServiceObservation
Id: observation-birth-attendant
Title: "Penolong persalinan / Birth attendant"
Description: "Siapa yang menolong persalinan; indikator persalinan oleh tenaga kesehatan membacanya. Profil milik Lontar. / Who attended the birth; the indicator of deliveries by health workers reads it. Lontar's own profile."
* insert Published
* code = $clinical-term#OC000013
* value[x] only CodeableConcept
* valueCodeableConcept from https://lontar.id/fhir/ValueSet/birth-attendant (extensible)

Profile: BirthWeightObservation
Parent: ServiceObservation
Id: observation-birth-weight
Title: "Berat lahir / Birth weight"
Description: "Berat lahir dalam gram, pada bayi; di bawah 2.500 g berarti BBLR. Profil milik Lontar. / Birth weight in grams, on the baby; below 2,500 g means low birth weight. Lontar's own profile."
* insert Published
* code = $loinc#8339-4
* insert Measured(g, 200, 8000)

Profile: ApgarObservation
Parent: ServiceObservation
Id: observation-apgar
Title: "Skor APGAR / Apgar score"
Description: "Skor APGAR menit ke-1, ke-5, atau ke-10: 0 sampai 10. Profil milik Lontar. / Apgar score at 1, 5 or 10 minutes: 0 to 10. Lontar's own profile."
* insert Published
* code from https://lontar.id/fhir/ValueSet/apgar-code (required)
* insert Measured([[{score}]], 0, 10)

Profile: ThyroidScreeningObservation
Parent: ServiceObservation
Id: observation-thyroid-screening
Title: "Skrining hipotiroid kongenital (SHK) / Congenital hypothyroidism screening"
Description: "TSH dari bercak darah tumit bayi. Profil milik Lontar. / TSH in the baby's dried blood spot. Lontar's own profile."
* insert Published
* code = $loinc#29575-8
* value[x] only Quantity
* valueQuantity.value 1..1

Profile: DeathTimeObservation
Parent: ServiceObservation
Id: observation-death-time
Title: "Waktu kematian / Time of death"
Description: "Tanggal dan jam kematian. Profil milik Lontar. / Date and time of death. Lontar's own profile."
* insert Published
* code = $loinc#81956-5
* value[x] only dateTime
* valueDateTime obeys date-1
