Profile: PractitionerMinimum
Parent: Practitioner
Id: practitioner-minimum
Title: "Tenaga: batas terendah / Practitioner: the floor"
Description: "Berlaku untuk setiap Practitioner: menolak NIK yang bukan 16 angka. Profil milik Lontar. / Holds for each Practitioner: refuses a NIK that isn't 16 digits. Lontar's own profile."
* insert Published
* identifier obeys nik-1

Profile: HealthWorker
Parent: PractitionerMinimum
Id: practitioner
Title: "Tenaga kesehatan dan kader / Health worker and cadre"
Description: "Dokter, bidan, perawat, tenaga kesehatan lain, atau kader. SATUSEHAT hanya membacakan Practitioner, tidak menerima kiriman. Profil milik Lontar. / Doctor, midwife, nurse, other health worker or kader. SATUSEHAT only lets Practitioner be read, it takes none. Lontar's own profile."
* insert Published
* identifier 1..* MS
* insert IdentifiersBySystem
* identifier contains nik 0..1 MS and ihs 0..1 MS and nakes 0..1
* insert IdentifierSlice(nik, https://fhir.kemkes.go.id/id/nik)
* identifier[nik] obeys nik-2 and nik-3
* insert IdentifierSlice(ihs, https://fhir.kemkes.go.id/id/ihs-number)
* insert IdentifierSlice(nakes, https://fhir.kemkes.go.id/id/nakes-his-number)
* name 1..* MS
* name.text 1..1 MS
* insert AreaAddress

Profile: StaffRole
Parent: PractitionerRole
Id: practitionerrole
Title: "Peran tenaga / Staff role"
Description: "Peran seorang tenaga di sebuah fasilitas: dokter, bidan, perawat, kader, dan lain-lain; indikator K6 membaca siapa yang dokter. Profil milik Lontar. / A worker's role at a facility: doctor, midwife, nurse, kader and others; the K6 indicator reads who is a doctor. Lontar's own profile."
* insert Published
* practitioner 1..1 MS
* practitioner only Reference(Practitioner)
* organization 1..1 MS
* code 1..* MS
* code from https://lontar.id/fhir/ValueSet/staff-role (extensible)
* active MS
* period MS

Extension: KaderCompetency
Id: kader-competency
Title: "Keterampilan kader / Cadre competency"
Description: "Satu keterampilan dasar kader: sudah dikuasai atau belum, kapan dinilai, oleh siapa. Daftar resmi 25 keterampilan belum dapat dipastikan, sehingga keterampilan ditulis sebagai kode menurut modul atau teks. / One basic skill of a kader: mastered or not, when assessed, by whom. The official list of 25 skills could not be confirmed, so a skill is coded by module or written as text."
Context: PractitionerRole
* insert Published
* extension contains skill 1..1 and mastered 1..1 and assessed 0..1 and assessor 0..1
* extension[skill].value[x] 1..1
* extension[skill].value[x] only CodeableConcept
* extension[skill].valueCodeableConcept from https://lontar.id/fhir/ValueSet/kader-skill (preferred)
* extension[mastered].value[x] 1..1
* extension[mastered].value[x] only boolean
* extension[assessed].value[x] 1..1
* extension[assessed].value[x] only date
* extension[assessor].value[x] 1..1
* extension[assessor].value[x] only Reference(Practitioner)

Profile: KaderRole
Parent: StaffRole
Id: practitionerrole-kader
Title: "Peran kader / Cadre role"
Description: "Kader sebuah Posyandu, dengan tingkat (purwa, madya, utama) dan keterampilannya; indikator kader terampil dan Pustu standar tenaga membacanya. Aturan tingkat adalah parameter, bukan bagian profil ini. Profil milik Lontar. / A kader of a Posyandu, with level (purwa, madya, utama) and skills; the indicators of skilled kader and of Pustu staff read it. What makes a level is a parameter, not part of this profile. Lontar's own profile."
* insert Published
* extension contains KaderCompetency named competency 0..* MS
* code from https://lontar.id/fhir/ValueSet/kader-role (required)
* active 1..1
