Profile: KemkesMedication
Parent: Medication
Id: kemkes-medication
Title: "Obat / Medication"
Description: "Obat dengan kode KFA, sebagaimana dikirim ke SATUSEHAT. / A medication with its KFA code, as sent to SATUSEHAT."
* insert Published
* ^url = "https://fhir.kemkes.go.id/r4/StructureDefinition/Medication"
* extension contains MedicationType named medicationType 1..1 MS
* identifier 1..*
* status 1..1
* code 1..1 MS
* code.coding 1..*
* code from https://lontar.id/fhir/ValueSet/medication-code (extensible)

Profile: ServiceMedicationRequest
Parent: MedicationRequest
Id: medicationrequest
Title: "Resep / Prescription"
Description: "Permintaan obat: tablet tambah darah, vitamin A, obat TB, hipertensi, diabetes, dan lain-lain. SATUSEHAT juga mewajibkan encounter (10454). Profil milik Lontar. / A prescription: iron tablets, vitamin A, TB, hypertension, diabetes and other drugs. SATUSEHAT also demands encounter (10454). Lontar's own profile."
* insert Published
* identifier 1..* MS
* status MS
* medication[x] MS
* subject only Reference(Patient)
* subject MS
* encounter MS
* authoredOn 1..1 MS
* requester 1..1 MS
* dispenseRequest MS

Profile: ServiceMedicationDispense
Parent: MedicationDispense
Id: medicationdispense
Title: "Pemberian obat / Dispense"
Description: "Obat yang diserahkan, dengan jumlah; indikator TTD menjumlahkannya. Profil milik Lontar. / Medication handed over, with its quantity; the iron tablet indicators add it up. Lontar's own profile."
* insert Published
* obeys disp-1
* status MS
* medication[x] MS
* subject 1..1 MS
* subject only Reference(Patient)
* quantity MS
* whenHandedOver MS
* context MS
* identifier MS

Invariant: disp-1
Severity: #error
Description: "A completed dispense says how much was handed over, and when: fill in quantity and whenHandedOver"
Expression: "status = 'completed' implies (quantity.value.exists() and quantity.value > 0 and whenHandedOver.exists())"
* insert Id([[Penyerahan obat yang selesai (completed) menyebut jumlah dan waktunya: isi quantity dan whenHandedOver]])

Profile: ServiceMedicationStatement
Parent: MedicationStatement
Id: medicationstatement
Title: "Pemakaian obat / Medication taken"
Description: "Obat yang diminum menurut pasien, keluarga, atau kader, misalnya TTD remaja putri tiap minggu. Profil milik Lontar. / Medication taken as told by the patient, family or kader, such as a girl's weekly iron tablet. Lontar's own profile."
* insert Published
* status MS
* medication[x] MS
* subject only Reference(Patient)
* subject MS
* effective[x] 1..1 MS
* context MS
* dateAsserted MS
* informationSource MS
