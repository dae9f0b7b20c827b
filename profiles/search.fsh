// Search parameters of ours: people and places by administrative area, facilities by ILP status.

RuleSet: OurSearch(code, type)
* version = "0.1.0"
* status = #active
* publisher = "Lontar"
* code = #{code}
* type = #{type}

Instance: patient-village
InstanceOf: SearchParameter
Usage: #definition
* url = "https://lontar.id/fhir/SearchParameter/patient-village"
* insert OurSearch(village, token)
* name = "PatientVillage"
* description = "Desa atau kelurahan tempat tinggal, 10 angka: Patient?village=6202062011 / Village of residence, 10 digits"
* base[0] = #Patient
* expression = "Patient.address.extension('https://fhir.kemkes.go.id/r4/StructureDefinition/administrativeCode').extension('village').value.as(code)"

Instance: patient-district
InstanceOf: SearchParameter
Usage: #definition
* url = "https://lontar.id/fhir/SearchParameter/patient-district"
* insert OurSearch(district, token)
* name = "PatientDistrict"
* description = "Kecamatan tempat tinggal, 6 angka / District of residence, 6 digits"
* base[0] = #Patient
* expression = "Patient.address.extension('https://fhir.kemkes.go.id/r4/StructureDefinition/administrativeCode').extension('district').value.as(code)"

Instance: patient-rt
InstanceOf: SearchParameter
Usage: #definition
* url = "https://lontar.id/fhir/SearchParameter/patient-rt"
* insert OurSearch(rt, token)
* name = "PatientRt"
* description = "Rukun tetangga tempat tinggal, bersama village: daftar warga seorang kader / Neighbourhood unit, with village: the people of one kader"
* base[0] = #Patient
* expression = "Patient.address.extension('https://fhir.kemkes.go.id/r4/StructureDefinition/administrativeCode').extension('rt').value.as(code)"

Instance: patient-rw
InstanceOf: SearchParameter
Usage: #definition
* url = "https://lontar.id/fhir/SearchParameter/patient-rw"
* insert OurSearch(rw, token)
* name = "PatientRw"
* description = "Rukun warga tempat tinggal, bersama village / Community unit, with village"
* base[0] = #Patient
* expression = "Patient.address.extension('https://fhir.kemkes.go.id/r4/StructureDefinition/administrativeCode').extension('rw').value.as(code)"

Instance: facility-village
InstanceOf: SearchParameter
Usage: #definition
* url = "https://lontar.id/fhir/SearchParameter/facility-village"
* insert OurSearch(village, token)
* name = "FacilityVillage"
* description = "Desa atau kelurahan tempat fasilitas atau tempat layanan, 10 angka / Village of a facility or place, 10 digits"
* base[0] = #Organization
* base[1] = #Location
* expression = "Organization.address.extension('https://fhir.kemkes.go.id/r4/StructureDefinition/administrativeCode').extension('village').value.as(code) | Location.address.extension('https://fhir.kemkes.go.id/r4/StructureDefinition/administrativeCode').extension('village').value.as(code)"

Instance: organization-catchment
InstanceOf: SearchParameter
Usage: #definition
* url = "https://lontar.id/fhir/SearchParameter/organization-catchment"
* insert OurSearch(catchment, token)
* name = "OrganizationCatchment"
* description = "Fasilitas yang wilayah kerjanya memuat desa ini / Facilities whose catchment holds this village"
* base[0] = #Organization
* expression = "Organization.extension('https://lontar.id/fhir/StructureDefinition/catchment').extension('area').value.as(code)"

Instance: organization-ilp
InstanceOf: SearchParameter
Usage: #definition
* url = "https://lontar.id/fhir/SearchParameter/organization-ilp"
* insert OurSearch(ilp, token)
* name = "OrganizationIlp"
* description = "Sudah (true) atau belum (false) menjalankan integrasi layanan primer / Applies integrated primary care or not"
* base[0] = #Organization
* expression = "Organization.extension('https://lontar.id/fhir/StructureDefinition/ilp-status').extension('applied').value.as(boolean)"

Instance: practitioner-birthdate
InstanceOf: SearchParameter
Usage: #definition
* url = "https://lontar.id/fhir/SearchParameter/practitioner-birthdate"
* insert OurSearch(birthdate, date)
* name = "PractitionerBirthdate"
* description = "Tanggal lahir tenaga kesehatan, seperti pencarian di SATUSEHAT: Practitioner?name=Contoh&gender=male&birthdate=1945 / Birth date of a health worker, as clients of SATUSEHAT search"
* base[0] = #Practitioner
* expression = "Practitioner.birthDate"
