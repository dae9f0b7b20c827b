Invariant: loc-area-1
Severity: #error
Description: "An area code has 2, 4, 6 or 10 digits without dots (province, regency or city, district, village): write the code of the Ministry of Home Affairs"
Expression: "value.matches('^[1-9][0-9]([0-9]{2}([0-9]{2}([0-9]{4})?)?)?$')"
* insert Id([[Kode wilayah terdiri dari 2, 4, 6, atau 10 angka tanpa titik (provinsi, kabupaten/kota, kecamatan, desa/kelurahan): tulis kode Kemendagri]])

Invariant: loc-area-2
Severity: #error
Description: "An area below the province lies in a larger one: name it in partOf"
Expression: "identifier.where(system = 'http://sys-ids.kemkes.go.id/administrative-area' and value.length() > 2).exists() implies partOf.exists()"
* insert Id([[Wilayah di bawah provinsi terletak dalam wilayah yang lebih besar: sebutkan di partOf]])

Invariant: loc-village-1
Severity: #error
Description: "A village code has 10 digits, as 6202062011: write the whole code"
Expression: "value.length() = 10"
* insert Id([[Kode desa atau kelurahan terdiri dari 10 angka, misalnya 6202062011: tulis kode lengkapnya]])

Profile: AreaLocation
Parent: Location
Id: location-area
Title: "Wilayah administrasi / Administrative area"
Description: "Provinsi, kabupaten atau kota, kecamatan, atau desa sebagai Location, dengan wilayah induknya. SATUSEHAT tidak mempunyai profil untuk ini. Profil milik Lontar. / Province, regency or city, district or village as a Location, with its parent area. SATUSEHAT has no profile for it. Lontar's own profile."
* insert Published
* obeys loc-area-2
* identifier 1..* MS
* insert IdentifiersBySystem
* identifier contains area 1..1 MS
* insert IdentifierSlice(area, http://sys-ids.kemkes.go.id/administrative-area)
* identifier[area] obeys loc-area-1
* status 1..1
* name 1..1 MS
* mode 1..1
* mode = #instance
* physicalType 1..1 MS
* physicalType = $location-physical-type#jdn
* partOf only Reference(Location)
* partOf MS

Profile: VillageLocation
Parent: AreaLocation
Id: location-village
Title: "Desa atau kelurahan / Village"
Description: "Desa atau kelurahan: satuan terkecil laporan PWS. Profil milik Lontar. / Village: the smallest unit of the PWS reports. Lontar's own profile."
* insert Published
* identifier[area] obeys loc-village-1
* partOf 1..1

Profile: ServiceLocation
Parent: Location
Id: location-service
Title: "Tempat layanan / Place of service"
Description: "Ruang, gedung, Pustu, atau Posyandu tempat layanan diberikan, milik sebuah organisasi (aturan 10447). Profil milik Lontar. / Room, building, Pustu or Posyandu where care is given, run by an organization (rule 10447). Lontar's own profile."
* insert Published
* extension contains LocationServiceClass named serviceClass 0..1
* identifier 1..*
* identifier.system 1..1
* identifier.value 1..1
* status 1..1
* name 1..1 MS
* mode 1..1
* physicalType 1..1
* type from https://lontar.id/fhir/ValueSet/location-type (extensible)
* managingOrganization 1..1 MS
* insert AreaAddress
