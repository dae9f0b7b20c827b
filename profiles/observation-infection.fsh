// Tuberculosis and HIV.

Profile: TuberculosisTestObservation
Parent: ServiceObservation
Id: observation-tuberculosis-test
Title: "Pemeriksaan dahak TB / Tuberculosis sputum test"
Description: "Dahak BTA (11477-7) atau tes cepat molekuler (88874-3, 89372-7). Profil milik Lontar. / Sputum microscopy (11477-7) or rapid molecular test (88874-3, 89372-7). Lontar's own profile."
* insert Published
* code from https://lontar.id/fhir/ValueSet/tuberculosis-test-code (required)
* value[x] only CodeableConcept or string

Profile: HivTestObservation
Parent: ServiceObservation
Id: observation-hiv-test
Title: "Tes HIV / HIV test"
Description: "Tes cepat HIV: reaktif atau nonreaktif. Profil milik Lontar. / Rapid HIV test: reactive or non-reactive. Lontar's own profile."
* insert Published
* code = $loinc#68961-2
* value[x] only CodeableConcept
* valueCodeableConcept from https://lontar.id/fhir/ValueSet/reactivity (required)
