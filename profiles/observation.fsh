Invariant: obs-1
Severity: #error
Description: "An observation without a value says why there is none: fill in value[x] or dataAbsentReason"
Expression: "value.exists() or dataAbsentReason.exists() or component.exists() or hasMember.exists()"
* insert Id([[Pengamatan tanpa nilai menyebut alasannya: isi value atau dataAbsentReason]])

Invariant: hb-1
Severity: #error
Description: "A haemoglobin value lies between 1 and 25 g/dL; a value of 100 or more is often in g/L: correct the number or the unit"
Expression: "value >= 1 and value <= 25"
* insert Id([[Nilai hemoglobin berada antara 1 dan 25 g/dL; nilai 100 ke atas sering kali dalam g/L: perbaiki angka atau satuannya]])

Invariant: ga-1
Severity: #error
Description: "Gestational age lies between 0 and 44 weeks: correct the number or the unit"
Expression: "value >= 0 and ((code = 'wk' and value <= 44) or (code = 'd' and value <= 308))"
* insert Id([[Usia kehamilan berada antara 0 dan 44 minggu: perbaiki angka atau satuannya]])

Invariant: lmp-1
Severity: #error
Description: "The first day of the last period can't lie after the day it was asked, nor more than 44 weeks before it: correct the date"
Expression: "(value is dateTime) and (effective is dateTime) implies (((value as dateTime) > (effective as dateTime)) != true and (((value as dateTime) + 309 days) < (effective as dateTime)) != true)"
* insert Id([[Hari pertama haid terakhir (HPHT) tidak mungkin setelah hari ditanyakan, atau lebih dari 44 minggu sebelumnya: perbaiki tanggalnya]])

Invariant: date-1
Severity: #error
Description: "The indicators need the date to the day: write at least YYYY-MM-DD"
Expression: "$this.toString().length() >= 10"
* insert Id([[Indikator memerlukan tanggal sampai harinya: tulis paling sedikit TTTT-BB-HH]])

Invariant: weight-1
Severity: #error
Description: "A body weight lies between 0.2 and 400 kg: correct the number or the unit"
Expression: "(code = 'kg' and value >= 0.2 and value <= 400) or (code = 'g' and value >= 200 and value <= 400000)"
* insert Id([[Berat badan berada antara 0,2 dan 400 kg: perbaiki angka atau satuannya]])

Invariant: length-1
Severity: #error
Description: "A length or height lies between 20 and 250 cm: correct the number or the unit"
Expression: "value >= 20 and value <= 250"
* insert Id([[Panjang atau tinggi badan berada antara 20 dan 250 cm: perbaiki angka atau satuannya]])

Invariant: muac-1
Severity: #error
Description: "An upper arm circumference lies between 5 and 70 cm: correct the number or the unit"
Expression: "value >= 5 and value <= 70"
* insert Id([[Lingkar lengan atas berada antara 5 dan 70 cm: perbaiki angka atau satuannya]])

Profile: ServiceObservation
Parent: Observation
Id: observation
Title: "Pengamatan / Observation"
Description: "Hasil pemeriksaan seorang pasien dalam sebuah kunjungan: kategori, kode, pasien, waktu, nilai (aturan 10008 sampai 10012, 10129, 10295). SATUSEHAT juga mewajibkan encounter (10130) dan performer (10383). Profil milik Lontar. / A patient's finding in a visit: category, code, patient, time, value (rules 10008 to 10012, 10129, 10295). SATUSEHAT also demands encounter (10130) and performer (10383). Lontar's own profile."
* insert Published
* obeys obs-1
* status MS
* category 1..* MS
* code MS
* subject 1..1 MS
* subject only Reference(Patient)
* encounter MS
* effective[x] 1..1 MS
* effective[x] only dateTime
* effectiveDateTime obeys date-1
* performer MS
* value[x] MS

Profile: HaemoglobinObservation
Parent: ServiceObservation
Id: observation-haemoglobin
Title: "Hemoglobin / Haemoglobin"
Description: "Kadar hemoglobin dalam g/dL; indikator anemia ibu hamil membacanya. Profil milik Lontar. / Haemoglobin in g/dL; the indicator of anaemia in pregnancy reads it. Lontar's own profile."
* insert Published
* code from https://lontar.id/fhir/ValueSet/haemoglobin-code (required)
* value[x] only Quantity
* valueQuantity = 'g/dL'
* valueQuantity.value 1..1
* valueQuantity obeys hb-1
* interpretation from https://lontar.id/fhir/ValueSet/anaemia-interpretation (extensible)

Profile: LastMenstrualPeriodObservation
Parent: ServiceObservation
Id: observation-last-menstrual-period
Title: "HPHT / Last menstrual period"
Description: "Hari pertama haid terakhir. Indikator membaca tanggal yang sama dari period.start episode kehamilan. Profil milik Lontar. / First day of the last period. The indicators read the same date from period.start of the pregnancy episode. Lontar's own profile."
* insert Published
* obeys lmp-1
* code = $loinc#8665-2
* value[x] only dateTime
* valueDateTime obeys date-1

Profile: GestationalAgeObservation
Parent: ServiceObservation
Id: observation-gestational-age
Title: "Usia kehamilan / Gestational age"
Description: "Usia kehamilan dalam minggu, atau hari. Profil milik Lontar. / Gestational age in weeks, or days. Lontar's own profile."
* insert Published
* code from https://lontar.id/fhir/ValueSet/gestational-age-code (required)
* value[x] only Quantity
* valueQuantity.system 1..1
* valueQuantity.system = "http://unitsofmeasure.org"
* valueQuantity.code 1..1
* valueQuantity.code from https://lontar.id/fhir/ValueSet/gestational-age-unit (required)
* valueQuantity.value 1..1
* valueQuantity obeys ga-1

Profile: DeliveryTimeObservation
Parent: ServiceObservation
Id: observation-delivery-time
Title: "Waktu persalinan / Time of delivery"
Description: "Tanggal dan jam persalinan, dicatat pada ibu; indikator K1, K4, K6 menghitung ibu bersalin darinya. Profil milik Lontar. / Date and time of delivery, recorded on the mother; the indicators K1, K4 and K6 count deliveries from it. Lontar's own profile."
* insert Published
* code = $loinc#93857-1
* value[x] only dateTime
* valueDateTime obeys date-1

Profile: BodyWeightObservation
Parent: ServiceObservation
Id: observation-body-weight
Title: "Berat badan / Body weight"
Description: "Berat badan; memenuhi juga profil tanda vital R4. Profil milik Lontar. / Body weight; also meets the R4 vital signs profile. Lontar's own profile."
* insert Published
* code = $loinc#29463-7
* value[x] only Quantity
* valueQuantity.system 1..1
* valueQuantity.system = "http://unitsofmeasure.org"
* valueQuantity.code 1..1
* valueQuantity.code from https://lontar.id/fhir/ValueSet/body-weight-unit (required)
* valueQuantity.value 1..1
* valueQuantity obeys weight-1

Profile: BodyLengthObservation
Parent: ServiceObservation
Id: observation-body-length
Title: "Panjang atau tinggi badan / Body length or height"
Description: "Panjang badan berbaring (8306-3), atau tinggi badan berdiri (8308-9, 8302-2), dalam cm; cara mengukur menentukan tabel WHO mana yang dipakai. Profil milik Lontar. / Length lying (8306-3) or height standing (8308-9, 8302-2) in cm; the way of measuring decides which WHO table is used. Lontar's own profile."
* insert Published
* code from https://lontar.id/fhir/ValueSet/body-length-code (required)
* value[x] only Quantity
* valueQuantity = 'cm'
* valueQuantity.value 1..1
* valueQuantity obeys length-1

Profile: UpperArmObservation
Parent: ServiceObservation
Id: observation-upper-arm
Title: "Lingkar lengan atas (LiLA) / Mid-upper arm circumference"
Description: "LiLA dalam cm; di bawah 23,5 cm pada ibu hamil berarti risiko KEK. Profil milik Lontar. / Mid-upper arm circumference in cm; below 23.5 cm in pregnancy means a risk of chronic energy deficiency. Lontar's own profile."
* insert Published
* code = $sct#284473002
* value[x] only Quantity
* valueQuantity = 'cm'
* valueQuantity.value 1..1
* valueQuantity obeys muac-1
