Invariant: org-ilp-1
Severity: #error
Description: "A Pustu or Posyandu belongs to a Puskesmas or Pustu: name it in partOf"
Expression: "partOf.exists()"
* insert Id([[Pustu atau Posyandu berada di bawah sebuah Puskesmas atau Pustu: sebutkan di partOf]])

Profile: KemkesOrganization
Parent: Organization
Id: kemkes-organization
Title: "Organisasi / Organization"
Description: "Fasilitas, dinas, atau bagiannya, sebagaimana dikirim ke SATUSEHAT (aturan 10446, 10089). Lontar mewajibkan identitas, status, jenis, dan nama. / A facility, an office or a part of one, as sent to SATUSEHAT (rules 10446, 10089). Lontar demands identifier, status, type and name."
* insert Published
* ^url = "https://fhir.kemkes.go.id/r4/StructureDefinition/Organization"
* identifier 1..* MS
* identifier.system 1..1
* identifier.value 1..1
* active 1..1 MS
* type 1..* MS
* type from https://lontar.id/fhir/ValueSet/organization-type (extensible)
* name 1..1 MS
* extension contains IlpStatus named ilpStatus 0..1 MS and Catchment named catchment 0..* MS and EquipmentFulfilment named equipment 0..* MS
* insert AreaAddress
* partOf only Reference(Organization)
* partOf MS

RuleSet: FacilityType(code)
* type ^slicing.discriminator.type = #value
* type ^slicing.discriminator.path = "$this"
* type ^slicing.rules = #open
* type contains facility 1..1 MS
* type[facility] = $organization-type#{code}

Profile: PuskesmasOrganization
Parent: KemkesOrganization
Id: organization-puskesmas
Title: "Puskesmas / Community health centre"
Description: "Pusat kesehatan masyarakat, jenis 102. Profil milik Lontar. / Community health centre, type 102. Lontar's own profile."
* insert Published
* insert FacilityType(102)
* address 1..*

Profile: PustuOrganization
Parent: KemkesOrganization
Id: organization-pustu
Title: "Pustu / Village health post"
Description: "Puskesmas pembantu, satu di tiap desa atau kelurahan, jenis OT000002, di bawah sebuah Puskesmas. Profil milik Lontar. / Auxiliary health centre, one in each village, type OT000002, under a Puskesmas. Lontar's own profile."
* insert Published
* obeys org-ilp-1
* insert FacilityType(OT000002)
* address 1..*

Profile: PosyanduOrganization
Parent: KemkesOrganization
Id: organization-posyandu
Title: "Posyandu / Integrated service post"
Description: "Pos pelayanan terpadu di dusun atau RW, jenis 131, di bawah sebuah Puskesmas atau Pustu. Profil milik Lontar. / Integrated service post of a hamlet or RW, type 131, under a Puskesmas or Pustu. Lontar's own profile."
* insert Published
* obeys org-ilp-1
* insert FacilityType(131)
* address 1..*

Profile: HealthLaboratoryOrganization
Parent: KemkesOrganization
Id: organization-labkesmas
Title: "Labkesmas / Public health laboratory"
Description: "Laboratorium kesehatan masyarakat, jenis 107. Profil milik Lontar. / Public health laboratory, type 107. Lontar's own profile."
* insert Published
* insert FacilityType(107)
* address 1..*

Profile: HealthOfficeOrganization
Parent: KemkesOrganization
Id: organization-health-office
Title: "Dinas kesehatan / Health office"
Description: "Dinas kesehatan kabupaten, kota, atau provinsi, jenis 129. Profil milik Lontar. / Health office of a regency, city or province, type 129. Lontar's own profile."
* insert Published
* insert FacilityType(129)
* address 1..*

Extension: Catchment
Id: catchment
Title: "Wilayah kerja / Catchment area"
Description: "Desa yang menjadi wilayah kerja sebuah fasilitas, dengan masa berlakunya: Puskesmas sebuah desa tidak dapat diturunkan dari kode wilayah. / A village that a facility serves, with its period: the Puskesmas of a village can't be derived from the area code."
Context: Organization
* insert Published
* obeys catch-1
* extension contains area 1..1 and period 0..1
* extension[area].value[x] 1..1
* extension[area].value[x] only code
* extension[area].valueCode from https://lontar.id/fhir/ValueSet/administrative-area (extensible)
* extension[period].value[x] 1..1
* extension[period].value[x] only Period

Invariant: catch-1
Severity: #error
Description: "A catchment area is a village (10 digits) or a whole district (6 digits), as undotted codes of the Ministry of Home Affairs: correct the code"
Expression: "extension('area').value.matches('^[1-9][0-9]{5}([0-9]{4})?$')"
* insert Id([[Wilayah kerja adalah desa (10 angka) atau satu kecamatan (6 angka) dengan kode Kemendagri tanpa titik: perbaiki kodenya]])

Extension: EquipmentFulfilment
Id: equipment-fulfilment
Title: "Pemenuhan SPA / Fulfilment of equipment"
Description: "Berapa persen sarana, prasarana, dan alat (SPA) sebuah Labkesmas terpenuhi pada suatu tanggal; indikator LAB-SPA membaca yang terakhir. / To which per cent the equipment of a community laboratory is fulfilled on a day; the indicator LAB-SPA reads the latest."
Context: Organization
* insert Published
* extension contains share 1..1 and date 1..1
* extension[share].value[x] 1..1
* extension[share].value[x] only decimal
* extension[date].value[x] 1..1
* extension[date].value[x] only date
