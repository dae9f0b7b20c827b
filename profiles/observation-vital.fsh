// Vital signs, each sent as an Observation of its own, as the national platform wants them.

Profile: BloodPressureObservation
Parent: ServiceObservation
Id: observation-blood-pressure
Title: "Tekanan darah sistolik atau diastolik / Systolic or diastolic blood pressure"
Description: "SATUSEHAT menerima sistolik (8480-6) dan diastolik (8462-4) sebagai dua pengamatan. Profil milik Lontar. / SATUSEHAT takes systolic (8480-6) and diastolic (8462-4) as two observations. Lontar's own profile."
* insert Published
* code from https://lontar.id/fhir/ValueSet/blood-pressure-code (required)
* insert Measured(mm[Hg], 20, 300)

Profile: TemperatureObservation
Parent: ServiceObservation
Id: observation-temperature
Title: "Suhu tubuh / Body temperature"
Description: "Suhu tubuh dalam derajat Celsius. Profil milik Lontar. / Body temperature in degrees Celsius. Lontar's own profile."
* insert Published
* code = $loinc#8310-5
* insert Measured(Cel, 25, 45)

Profile: RateObservation
Parent: ServiceObservation
Id: observation-rate
Title: "Denyut nadi atau frekuensi napas / Heart or respiratory rate"
Description: "Denyut nadi (8867-4) atau frekuensi napas (9279-1) per menit. Profil milik Lontar. / Heart rate (8867-4) or respiratory rate (9279-1) a minute. Lontar's own profile."
* insert Published
* code from https://lontar.id/fhir/ValueSet/vital-rate-code (required)
* value[x] only Quantity
* valueQuantity.system 1..1
* valueQuantity.system = "http://unitsofmeasure.org"
* valueQuantity.code 1..1
* valueQuantity.code from https://lontar.id/fhir/ValueSet/rate-unit (required)
* valueQuantity.value 1..1
