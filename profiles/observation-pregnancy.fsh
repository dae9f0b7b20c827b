// Pregnancy: what the twelve components of antenatal care record (12T).

Profile: PregnancyCountObservation
Parent: ServiceObservation
Id: observation-pregnancy-count
Title: "Gravida, paritas, abortus / Gravidity, parity, abortions"
Description: "Berapa kali hamil, bersalin, dan keguguran. Profil milik Lontar. / How many pregnancies, births and losses. Lontar's own profile."
* insert Published
* code from https://lontar.id/fhir/ValueSet/pregnancy-count-code (required)
* value[x] only integer
* valueInteger ^minValueInteger = 0
* valueInteger ^maxValueInteger = 25

Profile: ExpectedDeliveryObservation
Parent: ServiceObservation
Id: observation-expected-delivery
Title: "Hari perkiraan lahir (HPL) / Expected date of delivery"
Description: "HPL menurut HPHT atau USG. Profil milik Lontar. / Expected date of delivery by last period or ultrasound. Lontar's own profile."
* insert Published
* code from https://lontar.id/fhir/ValueSet/expected-delivery-code (required)
* value[x] only dateTime
* valueDateTime obeys date-1

Profile: TrimesterObservation
Parent: ServiceObservation
Id: observation-trimester
Title: "Trimester / Trimester"
Description: "Trimester kehamilan, 1 sampai 3. Profil milik Lontar. / Trimester of pregnancy, 1 to 3. Lontar's own profile."
* insert Published
* code = $loinc#32418-6
* value[x] only integer
* valueInteger ^minValueInteger = 1
* valueInteger ^maxValueInteger = 3

Profile: FundalHeightObservation
Parent: ServiceObservation
Id: observation-fundal-height
Title: "Tinggi fundus uteri / Fundal height"
Description: "Tinggi fundus dalam cm. Profil milik Lontar. / Fundal height in cm. Lontar's own profile."
* insert Published
* code = $loinc#11881-0
* insert Measured(cm, 1, 60)

Profile: FetalHeartRateObservation
Parent: ServiceObservation
Id: observation-fetal-heart-rate
Title: "Denyut jantung janin / Fetal heart rate"
Description: "Denyut jantung janin per menit; subjeknya ibu. Profil milik Lontar. / Fetal heart beats a minute; the subject is the mother. Lontar's own profile."
* insert Published
* code from https://lontar.id/fhir/ValueSet/fetal-heart-rate-code (required)
* value[x] only Quantity
* valueQuantity.system 1..1
* valueQuantity.system = "http://unitsofmeasure.org"
* valueQuantity.code 1..1
* valueQuantity.code from https://lontar.id/fhir/ValueSet/rate-unit (required)
* valueQuantity.value 1..1

Profile: TripleEliminationObservation
Parent: ServiceObservation
Id: observation-triple-elimination
Title: "Tripel eliminasi: HIV, sifilis, hepatitis B / Triple elimination: HIV, syphilis, hepatitis B"
Description: "Skrining HIV, sifilis, dan HBsAg pada ibu hamil: reaktif atau nonreaktif. Profil milik Lontar. / Screening for HIV, syphilis and HBsAg in pregnancy: reactive or non-reactive. Lontar's own profile."
* insert Published
* code from https://lontar.id/fhir/ValueSet/triple-elimination-code (required)
* value[x] only CodeableConcept
* valueCodeableConcept from https://lontar.id/fhir/ValueSet/reactivity (required)

Profile: IronTabletsTakenObservation
Parent: ServiceObservation
Id: observation-iron-tablets-taken
Title: "Tablet tambah darah yang diminum / Iron tablets taken"
Description: "Jumlah tablet tambah darah (TTD) yang diminum dalam satu bulan terakhir. Profil milik Lontar. / Number of iron tablets taken in the last month. Lontar's own profile."
* insert Published
* code = $clinical-term#OC000127
* value[x] only integer
* valueInteger ^minValueInteger = 0
* valueInteger ^maxValueInteger = 93

Profile: BloodTypeObservation
Parent: ServiceObservation
Id: observation-blood-type
Title: "Golongan darah / Blood type"
Description: "Golongan darah ABO atau rhesus. Profil milik Lontar. / ABO group or rhesus. Lontar's own profile."
* insert Published
* code from https://lontar.id/fhir/ValueSet/blood-type-code (required)
* value[x] only CodeableConcept
* valueCodeableConcept 1..1
* valueCodeableConcept from https://lontar.id/fhir/ValueSet/blood-type (extensible)
