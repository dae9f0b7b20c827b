Invariant: icd-1
Severity: #error
Description: "An ICD-10 code is a letter and two digits, then a dot and one or two more where there are any (O24.4): correct the code"
Expression: "system.exists() implies system != 'http://hl7.org/fhir/sid/icd-10' or code.empty() or code.matches('^[A-Z][0-9]{2}([.][0-9]{1,2})?$')"
* insert Id([[Kode ICD-10 adalah satu huruf dan dua angka, lalu titik dan satu atau dua angka bila ada (O24.4): perbaiki kodenya]])

Profile: ServiceCondition
Parent: Condition
Id: condition
Title: "Diagnosis dan keluhan / Condition"
Description: "Diagnosis, keluhan, atau riwayat, dengan kode ICD-10, istilah klinis Kemenkes, atau SNOMED CT (aturan 10003, 10006, 10007, 10125). SATUSEHAT juga mewajibkan encounter (10126). Profil milik Lontar. / Diagnosis, complaint or history, coded in ICD-10, the ministry's clinical terms or SNOMED CT (rules 10003, 10006, 10007, 10125). SATUSEHAT also demands encounter (10126). Lontar's own profile."
* insert Published
* clinicalStatus MS
* category 1..*
* code 1..1 MS
* code from https://lontar.id/fhir/ValueSet/condition-code (extensible)
* code.coding 1..*
* code.coding obeys icd-1
* subject only Reference(Patient)
* subject MS
* encounter MS
* onset[x] MS
* recordedDate MS
* verificationStatus MS
