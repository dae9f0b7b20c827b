// Systems of the national platform (SATUSEHAT) and of HL7, as its clients write them.
Alias: $nik = https://fhir.kemkes.go.id/id/nik
Alias: $nik-ibu = https://fhir.kemkes.go.id/id/nik-ibu
Alias: $ihs = https://fhir.kemkes.go.id/id/ihs-number
Alias: $kk = https://fhir.kemkes.go.id/id/kk
Alias: $paspor = https://fhir.kemkes.go.id/id/paspor
Alias: $nakes = https://fhir.kemkes.go.id/id/nakes-his-number
Alias: $area = http://sys-ids.kemkes.go.id/administrative-area
Alias: $kfa = http://sys-ids.kemkes.go.id/kfa

Alias: $organization-type = http://terminology.kemkes.go.id/CodeSystem/organization-type
Alias: $episodeofcare-type = http://terminology.kemkes.go.id/CodeSystem/episodeofcare-type
Alias: $clinical-term = http://terminology.kemkes.go.id/CodeSystem/clinical-term
Alias: $examination = http://terminology.kemkes.go.id/CodeSystem/examination
Alias: $anc-custom = http://terminology.kemkes.go.id/CodeSystem/anc-custom-codes
Alias: $anc-label = http://terminology.kemkes.go.id/CodeSystem/episodeofcare/ANC
Alias: $puerperium-label = http://terminology.kemkes.go.id/CodeSystem/episodeofcare/puerperium
Alias: $neonate-label = http://terminology.kemkes.go.id/CodeSystem/episodeofcare/neonate

Alias: $loinc = http://loinc.org
Alias: $sct = http://snomed.info/sct
Alias: $icd10 = http://hl7.org/fhir/sid/icd-10
Alias: $icd9 = http://hl7.org/fhir/sid/icd-9-cm
Alias: $cvx = http://hl7.org/fhir/sid/cvx
Alias: $act-code = http://terminology.hl7.org/CodeSystem/v3-ActCode
Alias: $participation = http://terminology.hl7.org/CodeSystem/v3-ParticipationType
Alias: $observation-category = http://terminology.hl7.org/CodeSystem/observation-category
Alias: $condition-category = http://terminology.hl7.org/CodeSystem/condition-category
Alias: $location-physical-type = http://terminology.hl7.org/CodeSystem/location-physical-type

// Lontar's own: where the national platform has none.
Alias: $visit-type = https://lontar.id/fhir/CodeSystem/visit-type
Alias: $staff-role = https://lontar.id/fhir/CodeSystem/staff-role
