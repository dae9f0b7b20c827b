Invariant: imm-1
Severity: #error
Description: "A vaccine given by a health worker who reports it (primarySource true) has its lot number: fill in lotNumber"
Expression: "status = 'completed' and primarySource = true and performer.function.coding.where(code = 'AP').exists() implies lotNumber.exists()"
* insert Id([[Vaksin yang diberikan dan dilaporkan sendiri oleh tenaga kesehatan (primarySource true) mempunyai nomor batch: isi lotNumber]])

Invariant: imm-2
Severity: #error
Description: "A vaccine isn't given after its expiration date: check expirationDate and occurrenceDateTime"
Expression: "expirationDate.exists() and occurrence is dateTime implies (occurrence.toString().substring(0, 10).toDate() > expirationDate) != true"
* insert Id([[Vaksin tidak diberikan setelah tanggal kedaluwarsanya: periksa expirationDate dan occurrenceDateTime]])

Invariant: imm-3
Severity: #error
Description: "An immunisation that wasn't given says why: fill in statusReason"
Expression: "status = 'not-done' implies statusReason.exists()"
* insert Id([[Imunisasi yang tidak diberikan menyebut alasannya: isi statusReason]])

Profile: ProgrammeImmunization
Parent: Immunization
Id: immunization
Title: "Imunisasi / Immunisation"
Description: "Imunisasi program nasional: vaksin dengan kode KFA atau CVX, waktu, alasan, dan urutan dosis (aturan 10102 sampai 10108, 10155, 10156, 10292, 10450, 10456). SATUSEHAT juga mewajibkan encounter (10293) dan recorded (10451). Profil milik Lontar. / Immunisation of the national programme: vaccine coded in KFA or CVX, time, reason and dose (rules 10102 to 10108, 10155, 10156, 10292, 10450, 10456). SATUSEHAT also demands encounter (10293) and recorded (10451). Lontar's own profile."
* insert Published
* obeys imm-1 and imm-2 and imm-3
* status MS
* statusReason MS
* vaccineCode MS
* vaccineCode.coding 1..*
* vaccineCode from https://lontar.id/fhir/ValueSet/vaccine-code (extensible)
* patient MS
* encounter MS
* occurrence[x] MS
* occurrence[x] only dateTime
* occurrenceDateTime obeys date-1
* primarySource 1..1 MS
* lotNumber MS
* expirationDate MS
* performer MS
* reasonCode from https://lontar.id/fhir/ValueSet/immunization-reason (extensible)
* fundingSource from https://lontar.id/fhir/ValueSet/immunization-funding-source (extensible)
* protocolApplied MS
* protocolApplied.doseNumber[x] only positiveInt
* reasonCode MS
* recorded MS
