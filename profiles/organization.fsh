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
