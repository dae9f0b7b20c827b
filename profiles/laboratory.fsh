// Laboratory: specimen and report, as requests of antenatal care, screening and tuberculosis need them.

Profile: ServiceSpecimen
Parent: Specimen
Id: specimen
Title: "Spesimen / Specimen"
Description: "Spesimen yang diambil dari pasien: jenis, waktu pengambilan, permintaan (aturan 10069, 10070, 10143, 10362). Profil milik Lontar. / A specimen taken from a patient: type, time of collection, request (rules 10069, 10070, 10143, 10362). Lontar's own profile."
* insert Published
* status MS
* type 1..1 MS
* type.coding 1..*
* subject 1..1 MS
* subject only Reference(Patient)
* collection 1..1 MS
* collection.collected[x] 1..1
* request MS

Profile: ServiceDiagnosticReport
Parent: DiagnosticReport
Id: diagnosticreport
Title: "Laporan pemeriksaan / Diagnostic report"
Description: "Laporan laboratorium atau radiologi beserta hasilnya (aturan 10071 sampai 10074, 10144, 10385). SATUSEHAT juga mewajibkan encounter (10145). Profil milik Lontar. / A laboratory or imaging report with its results (rules 10071 to 10074, 10144, 10385). SATUSEHAT also demands encounter (10145). Lontar's own profile."
* insert Published
* obeys rep-1
* status MS
* category 1..* MS
* code.coding 1..*
* subject 1..1 MS
* subject only Reference(Patient)
* encounter MS
* effective[x] 1..1 MS
* issued MS
* result MS
* result only Reference(Observation)
* basedOn MS
* performer MS

Invariant: rep-1
Severity: #error
Description: "A final report has a result or a conclusion: name the Observations in result, or write the conclusion"
Expression: "status = 'final' implies (result.exists() or conclusion.exists() or conclusionCode.exists())"
* insert Id([[Laporan final mempunyai hasil atau kesimpulan: sebutkan Observation di result, atau tulis kesimpulannya]])

Profile: ServiceAllergy
Parent: AllergyIntolerance
Id: allergyintolerance
Title: "Alergi / Allergy"
Description: "Alergi atau intoleransi pasien (aturan 10076 sampai 10079, 10147). Profil milik Lontar. / A patient's allergy or intolerance (rules 10076 to 10079, 10147). Lontar's own profile."
* insert Published
* code 1..1 MS
* code.coding 1..*
* category 1..*
* patient only Reference(Patient)
* patient MS
* recordedDate MS
* encounter MS
* recorder MS
