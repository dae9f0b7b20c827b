Invariant: nik-1
Severity: #error
Description: "A NIK has exactly 16 digits, without spaces or dots: correct the number, or leave the identifier out where the person has none"
Expression: "system.exists() implies system != 'https://fhir.kemkes.go.id/id/nik' or value.empty() or value.matches('^[0-9]{16}$')"
* insert Id([[NIK terdiri dari tepat 16 angka, tanpa spasi atau titik: perbaiki nomornya, atau hapus identifier ini bila orangnya belum punya NIK]])

Invariant: nik-2
Severity: #error
Description: "Digits 7 to 12 of a NIK are the date of birth as DDMMYY, for women with 40 added to the day; this NIK holds no such date: copy it again from the identity card"
Expression: "value.matches('^[0-9]{16}$').not() or (value.matches('^[0-9]{6}((0[1-9]|[12][0-9]|4[1-9]|[56][0-9])(0[1-9]|1[0-2])|(30|70)(0[13-9]|1[0-2])|(31|71)(0[13578]|1[02]))[0-9]{6}$') and (value.matches('^[0-9]{6}[26]902') implies value.substring(10, 2).toInteger() mod 4 = 0))"
* insert Id([[Angka ke-7 sampai ke-12 NIK adalah tanggal lahir HHBBTT (hari perempuan ditambah 40); NIK ini tidak memuat tanggal yang sah: salin ulang dari KTP atau KK]])

Invariant: nik-3
Severity: #error
Description: "The last four digits of a NIK are a serial number from 0001 up; 0000 is never issued: copy the NIK again from the identity card"
Expression: "value.matches('^[0-9]{12}0000$').not()"
* insert Id([[Empat angka terakhir NIK adalah nomor urut mulai 0001; 0000 tidak pernah diterbitkan: salin ulang NIK dari KTP atau KK]])

Invariant: nik-4
Severity: #error
Description: "The mother's NIK has exactly 16 digits, without spaces or dots: correct the number"
Expression: "system.exists() implies system != 'https://fhir.kemkes.go.id/id/nik-ibu' or value.empty() or value.matches('^[0-9]{16}$')"
* insert Id([[NIK ibu terdiri dari tepat 16 angka, tanpa spasi atau titik: perbaiki nomornya]])

Invariant: kk-1
Severity: #warning
Description: "A family card number should have 16 digits: check it against the card"
Expression: "value.empty() or value.matches('^[0-9]{16}$')"
* insert Id([[Nomor kartu keluarga seharusnya 16 angka: cocokkan dengan kartunya]])

Invariant: pat-1
Severity: #error
Description: "A patient is known by a NIK, by the mother's NIK (newborn), by a passport (foreigner) or by an IHS number: add one of these identifiers"
Expression: "identifier.where(system = 'https://fhir.kemkes.go.id/id/nik' or system = 'https://fhir.kemkes.go.id/id/nik-ibu' or system = 'https://fhir.kemkes.go.id/id/paspor' or system = 'https://fhir.kemkes.go.id/id/passport' or system = 'https://fhir.kemkes.go.id/id/ihs-number').exists()"
* insert Id([[Pasien dikenali dari NIK, NIK ibu (bayi baru lahir), paspor (warga asing), atau nomor IHS: tambahkan salah satu identifier itu]])

Profile: PatientMinimum
Parent: Patient
Id: patient-minimum
Title: "Pasien: batas terendah / Patient: the floor"
Description: "Berlaku untuk setiap Patient yang dikirim, walaupun tidak mengaku memenuhi profil apa pun: hanya menolak yang pasti salah, yaitu NIK atau NIK ibu yang bukan 16 angka. Pasien tanpa NIK diterima. Profil milik Lontar. / Holds for each Patient sent, whether it claims a profile or not: refuses only what is surely wrong, a NIK or mother's NIK that isn't 16 digits. A patient without a NIK is accepted. Lontar's own profile."
* insert Published
* identifier obeys nik-1 and nik-4
* active MS
* address MS
* birthDate MS
* deceased[x] MS
* gender MS
* identifier MS
* name MS

Profile: KemkesPatient
Parent: PatientMinimum
Id: kemkes-patient
Title: "Pasien / Patient"
Description: "Pasien sebagaimana dikirim ke SATUSEHAT: identitas (NIK, NIK ibu untuk bayi baru lahir, paspor untuk warga asing, atau nomor IHS), nama, jenis kelamin, tanggal lahir, dan alamat (aturan 10166, 10168, 10413, 10397, 10333). SATUSEHAT juga mewajibkan multipleBirthInteger (10167): Lontar tidak menolak data tanpanya. Kode wilayah yang tidak dikenal hanya diberi peringatan. / A patient as sent to SATUSEHAT: identity (NIK, mother's NIK for a newborn, passport for a foreigner, or IHS number), name, sex, date of birth and address (rules 10166, 10168, 10413, 10397, 10333). SATUSEHAT also demands multipleBirthInteger (10167): Lontar doesn't refuse data without it. Unknown area codes give warnings only."
* insert Published
* ^url = "https://fhir.kemkes.go.id/r4/StructureDefinition/Patient"
* obeys pat-1
* extension contains BirthPlace named birthPlace 0..1 and CitizenshipStatus named citizenshipStatus 0..1 MS
* identifier 1..* MS
* insert IdentifiersBySystem
* identifier contains nik 0..1 MS and nikIbu 0..1 MS and ihs 0..1 MS and paspor 0..* MS and kk 0..1 MS
* insert IdentifierSlice(nik, https://fhir.kemkes.go.id/id/nik)
* identifier[nik] ^short = "Nomor Induk Kependudukan / National identity number"
* identifier[nik] obeys nik-2 and nik-3
* insert IdentifierSlice(nikIbu, https://fhir.kemkes.go.id/id/nik-ibu)
* identifier[nikIbu] ^short = "NIK ibu, untuk bayi yang belum punya NIK / Mother's NIK, for a newborn without one"
* identifier[nikIbu] obeys nik-2 and nik-3
* insert IdentifierSlice(ihs, https://fhir.kemkes.go.id/id/ihs-number)
* identifier[ihs] ^short = "Nomor IHS dari SATUSEHAT / IHS number given by SATUSEHAT"
* insert IdentifierSlice(paspor, https://fhir.kemkes.go.id/id/paspor)
* identifier[paspor] ^short = "Nomor paspor / Passport number"
* insert IdentifierSlice(kk, https://fhir.kemkes.go.id/id/kk)
* identifier[kk] ^short = "Nomor kartu keluarga / Family card number"
* identifier[kk] obeys kk-1
* name 1..* MS
* name.text 1..1 MS
* name.text ^short = "Nama lengkap sesuai KTP / Full name as on the identity card"
* gender 1..1 MS
* birthDate 1..1 MS
* birthDate ^short = "Tanggal lahir menurut waktu setempat / Date of birth in local time"
* deceased[x] MS
* address 1..*
* insert AreaAddress
* multipleBirth[x] MS
* multipleBirth[x] ^short = "Urutan lahir; 0 atau 1 untuk kelahiran tunggal / Birth order; 0 or 1 for a single birth"
* active MS

Profile: NewbornPatient
Parent: KemkesPatient
Id: patient-newborn
Title: "Bayi baru lahir / Newborn"
Description: "Bayi yang belum punya NIK: dikenali dari NIK ibunya, dengan urutan lahir supaya anak kembar dapat dibedakan. Profil milik Lontar. / A baby without a NIK: known by the mother's NIK, with the birth order so that twins can be told apart. Lontar's own profile."
* insert Published
* identifier[nikIbu] 1..1
* identifier[nik] 0..0
* multipleBirth[x] 1..1
* multipleBirth[x] only integer
* birthDate.extension contains http://hl7.org/fhir/StructureDefinition/patient-birthTime named birthTime 0..1 MS

Profile: ForeignPatient
Parent: KemkesPatient
Id: patient-foreign
Title: "Pasien warga asing / Foreign patient"
Description: "Warga negara asing: dikenali dari paspornya. Profil milik Lontar. / A foreigner: known by the passport. Lontar's own profile."
* insert Published
* extension[citizenshipStatus] 1..1
* extension[citizenshipStatus].valueCode = #WNA
* identifier[paspor] 1..*

Profile: RelatedPersonMinimum
Parent: RelatedPerson
Id: relatedperson-minimum
Title: "Keluarga pasien: batas terendah / Related person: the floor"
Description: "Berlaku untuk setiap RelatedPerson: menolak NIK yang bukan 16 angka. Profil milik Lontar. / Holds for each RelatedPerson: refuses a NIK that isn't 16 digits. Lontar's own profile."
* insert Published
* identifier obeys nik-1
* patient MS

Profile: KemkesRelatedPerson
Parent: RelatedPersonMinimum
Id: kemkes-relatedperson
Title: "Keluarga pasien / Related person"
Description: "Orang tua, suami atau istri, atau pendamping seorang pasien (aturan 10162). / A patient's parent, spouse or companion (rule 10162)."
* insert Published
* ^url = "https://fhir.kemkes.go.id/r4/StructureDefinition/RelatedPerson"
* extension contains CitizenshipStatus named citizenshipStatus 0..1
* insert IdentifiersBySystem
* identifier contains nik 0..1 MS
* insert IdentifierSlice(nik, https://fhir.kemkes.go.id/id/nik)
* identifier[nik] obeys nik-2 and nik-3
* patient only Reference(Patient)
* patient MS
* relationship 1..* MS
* name 1..* MS
* name.text 1..1 MS
* insert AreaAddress
