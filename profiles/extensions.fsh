Extension: AdministrativeCode
Id: administrativeCode
Title: "Kode wilayah administrasi / Administrative area codes"
Description: "Wilayah administrasi sebuah alamat, dari provinsi sampai RT/RW, dengan kode Kemendagri tanpa titik. Kode yang tidak dikenal hanya diberi peringatan, karena wilayah dimekarkan dan data lama memakai kode lama. / The administrative areas of an address, from province to RT/RW, as undotted codes of the Ministry of Home Affairs. A code that isn't known gives a warning only: areas split, and old data carry old codes."
Context: Address
* insert Published
* ^url = "https://fhir.kemkes.go.id/r4/StructureDefinition/administrativeCode"
* . obeys area-1 and area-2
* extension contains province 0..1 MS and city 0..1 MS and district 0..1 MS and village 0..1 MS and rt 0..1 MS and rw 0..1 MS
* extension[province] ^short = "Provinsi, 2 angka / Province, 2 digits"
* extension[province].value[x] 1..1
* extension[province].value[x] only code
* extension[province].valueCode from https://lontar.id/fhir/ValueSet/administrative-area (extensible)
* extension[city] ^short = "Kabupaten atau kota, 4 angka / Regency or city, 4 digits"
* extension[city].value[x] 1..1
* extension[city].value[x] only code
* extension[city].valueCode from https://lontar.id/fhir/ValueSet/administrative-area (extensible)
* extension[district] ^short = "Kecamatan, 6 angka / District, 6 digits"
* extension[district].value[x] 1..1
* extension[district].value[x] only code
* extension[district].valueCode from https://lontar.id/fhir/ValueSet/administrative-area (extensible)
* extension[village] ^short = "Desa atau kelurahan, 10 angka / Village, 10 digits"
* extension[village].value[x] 1..1
* extension[village].value[x] only code
* extension[village].valueCode from https://lontar.id/fhir/ValueSet/administrative-area (extensible)
* extension[rt] ^short = "Rukun tetangga / Neighbourhood unit"
* extension[rt].value[x] 1..1
* extension[rt].value[x] only code
* extension[rw] ^short = "Rukun warga / Community unit"
* extension[rw].value[x] 1..1
* extension[rw].value[x] only code

Invariant: area-1
Severity: #warning
Description: "Each area code should begin with the code of the area above it (village 6202062011 lies in district 620206, city 6202, province 62): check which of the codes is wrong"
Expression: "extension('city').value.startsWith(extension('province').value) != false and extension('district').value.startsWith(extension('city').value) != false and extension('village').value.startsWith(extension('district').value) != false"
* insert Id([[Setiap kode wilayah seharusnya diawali kode wilayah di atasnya (desa 6202062011 terletak di kecamatan 620206, kabupaten 6202, provinsi 62): periksa kode mana yang keliru]])

Invariant: area-2
Severity: #warning
Description: "A village code has 10 digits without dots, as 6202062011: write the code of the Ministry of Home Affairs, not that of BPS or a placeholder"
Expression: "extension('village').value.matches('^[1-9][0-9]{9}$')"
* insert Id([[Kode desa atau kelurahan terdiri dari 10 angka tanpa titik, misalnya 6202062011: tulis kode Kemendagri, bukan kode BPS atau kode contoh]])

Extension: BirthPlace
Id: birthPlace
Title: "Tempat lahir / Place of birth"
Description: "Kota dan negara tempat lahir. / City and country of birth."
Context: Patient
* insert Published
* ^url = "https://fhir.kemkes.go.id/r4/StructureDefinition/birthPlace"
* value[x] 1..1
* value[x] only Address

Extension: CitizenshipStatus
Id: citizenshipStatus
Title: "Kewarganegaraan / Citizenship"
Description: "WNI (warga negara Indonesia) atau WNA (warga negara asing). / Indonesian citizen or foreigner."
Context: Patient, RelatedPerson, Practitioner
* insert Published
* ^url = "https://fhir.kemkes.go.id/r4/StructureDefinition/citizenshipStatus"
* value[x] 1..1
* value[x] only code
* valueCode from https://lontar.id/fhir/ValueSet/citizenship-status (required)

Extension: ServiceClass
Id: ServiceClass
Title: "Kelas layanan / Service class"
Description: "Kelas layanan sebuah lokasi selama kunjungan, dan apakah kelasnya berubah. / The class of service of a location during a visit, and whether it was changed."
Context: Encounter.location, Specimen.collection
* insert Published
* ^url = "https://fhir.kemkes.go.id/r4/StructureDefinition/ServiceClass"
* extension contains value 0..1 and upgradeClassIndicator 0..1
* extension[value].value[x] 1..1
* extension[value].value[x] only CodeableConcept
* extension[upgradeClassIndicator].value[x] 1..1
* extension[upgradeClassIndicator].value[x] only CodeableConcept

Extension: LocationServiceClass
Id: LocationServiceClass
Title: "Kelas layanan lokasi / Service class of a location"
Description: "Kelas layanan yang diberikan sebuah lokasi. / The class of service that a location gives."
Context: Location
* insert Published
* ^url = "https://fhir.kemkes.go.id/r4/StructureDefinition/LocationServiceClass"
* value[x] 1..1
* value[x] only CodeableConcept

Extension: MedicationType
Id: MedicationType
Title: "Jenis obat / Kind of medication"
Description: "Bukan racikan, racikan dibagi, atau racikan dicampur. / Not compounded, compounded by dividing, or compounded by mixing."
Context: Medication
* insert Published
* ^url = "https://fhir.kemkes.go.id/r4/StructureDefinition/MedicationType"
* value[x] 1..1
* value[x] only CodeableConcept
* valueCodeableConcept from https://lontar.id/fhir/ValueSet/medication-type (required)

Extension: UniqueIdentifier
Id: unique-identifier
Title: "Identitas unik / Unique identifier"
Description: "Untuk jenis sumber daya mana nomor dalam sebuah sistem bersifat unik; server menolak nomor kembar. / For which resource types a number of a system is unique; the server refuses a second one."
Context: NamingSystem
* insert Published
* extension contains resourceType 1..*
* extension[resourceType].value[x] 1..1
* extension[resourceType].value[x] only code

Extension: RequestId
Id: request-id
Title: "Nomor permintaan / Request id"
Description: "Nomor permintaan HTTP yang dijawab, untuk dicari di catatan server. / Id of the HTTP request that is answered, to be looked up in the server's log."
Context: OperationOutcome
* insert Published
* value[x] 1..1
* value[x] only string
