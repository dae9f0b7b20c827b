// Checks and surveys: the free health check (CKG) by age, antenatal care (12T), children's development, households and Posyandu.
// Measured values become Observations (`$extract`); what the national platform has no code for stays an answer.
// Instruments under copyright (SDQ) or with an official text that isn't at hand (KPSP) are represented by their scores alone.

RuleSet: InUnit(unit)
* item[=].extension[+].url = "http://hl7.org/fhir/StructureDefinition/questionnaire-unit"
* item[=].extension[=].valueCoding = http://unitsofmeasure.org#{unit}

RuleSet: BodyMassIndex
* insert TopQuestion(imt, decimal, [[Indeks massa tubuh (kg/m2)]], [[Body mass index (kg/m2)]])
* item[=].code = $loinc#39156-5
* insert Extracted
* insert InUnit(kg/m2)
* insert Calculated([[iif(%resource.item.where(linkId = 'tinggi').answer.value > 0, (%resource.item.where(linkId = 'berat').answer.value * 10000 / (%resource.item.where(linkId = 'tinggi').answer.value * %resource.item.where(linkId = 'tinggi').answer.value)).round(1))]])

RuleSet: Cholesterol
* insert TopQuestion(kolesterol, decimal, [[Kolesterol total (mg/dL), mulai 40 tahun]], [[Total cholesterol (mg/dL), from 40 years]])
* item[=].code = $loinc#2093-3
* insert Extracted
* insert InUnit(mg/dL)

RuleSet: Whisper
* insert TopQuestion(bisik, choice, [[Tes bisik]], [[Whisper test]])
* item[=].code = $sct#247301006
* insert Extracted
* item[=].answerOption[+].valueCoding = $sct#275727004 "Hearing test normal"
* item[=].answerOption[+].valueCoding = $sct#300221005 "Hearing for whisper impaired"

// The answer itself says that mental health was screened, which is what the indicator asks.
RuleSet: MentalHealthScreened
* item[=].code = $sct#386816005
* insert Extracted

// Who, where and when, of a resource of type `type` that a yes makes. Asked twice, it is the same resource, where the response has an id of its own.
RuleSet: OfAYes(type, time, link)
* insert Sets({type}#{type}.id, [[iif(answer.value = true, %resource.id.where(length() <= 48) + '-{link}')]])
* insert Sets({type}#{type}.subject, [[iif(answer.value = true, %resource.subject)]])
* insert Sets({type}#{type}.encounter, [[iif(answer.value = true, %resource.encounter)]])
* insert Sets({type}#{type}.{time}, [[iif(answer.value = true, %resource.authored)]])

RuleSet: DoneIfYes(link, code)
* insert Opens(procedure)
* insert SetsWord(Procedure#Procedure.status, completed)
* insert SetsCoding(Procedure#Procedure.category, $sct#103693007 "Diagnostic procedure")
* insert SetsCoding(Procedure#Procedure.code, {code})
* insert OfAYes(Procedure, performedDateTime, {link})

RuleSet: SuspectedTuberculosisIfYes
* insert Opens(condition)
* insert SetsCoding(Condition#Condition.clinicalStatus, http://terminology.hl7.org/CodeSystem/condition-clinical#active)
* insert SetsCoding(Condition#Condition.verificationStatus, http://terminology.hl7.org/CodeSystem/condition-ver-status#provisional)
* insert SetsCoding(Condition#Condition.category, $condition-category#problem-list-item)
* insert SetsCoding(Condition#Condition.code, $clinical-term#QRI000001 "Terduga TBC SO")
* insert OfAYes(Condition, recordedDate, tbc)

// A sample was taken; its result follows.
RuleSet: ThyroidSampleIfYes
* insert Opens(observation-thyroid-screening)
* insert SetsWord(Observation#Observation.status, registered)
* insert SetsCoding(Observation#Observation.category, $observation-category#laboratory)
* insert SetsCoding(Observation#Observation.dataAbsentReason, http://terminology.hl7.org/CodeSystem/data-absent-reason#temp-unknown)
* insert OfAYes(Observation, effectiveDateTime, shk)

Instance: ckg-bayi-baru-lahir
InstanceOf: Questionnaire
Usage: #definition
* url = "https://lontar.id/fhir/Questionnaire/ckg-bayi-baru-lahir"
* name = "CkgBayiBaruLahir"
* insert OurQuestionnaire([[CKG: bayi baru lahir]], [[Free health check: newborn]])
* description = "Pemeriksaan kesehatan gratis bayi sampai 28 hari. Isi paket menurut uraian program; SATUSEHAT tidak mempunyai kode CKG (UNVERIFIED). Milik Lontar. / Free health check of newborns up to 28 days. The contents of the package are as the programme describes it; SATUSEHAT has no code for CKG (UNVERIFIED). Lontar's own."
* insert TopQuestion(berat, decimal, [[Berat badan (kg)]], [[Body weight (kg)]])
* item[=].required = true
* item[=].code = $loinc#29463-7
* insert Extracted
* item[=].extension[+].url = "http://hl7.org/fhir/StructureDefinition/questionnaire-unit"
* item[=].extension[=].valueCoding = http://unitsofmeasure.org#kg
* insert TopQuestion(panjang, decimal, [[Panjang badan, berbaring (cm)]], [[Body length, lying (cm)]])
* item[=].required = true
* item[=].code = $loinc#8306-3
* insert Extracted
* item[=].extension[+].url = "http://hl7.org/fhir/StructureDefinition/questionnaire-unit"
* item[=].extension[=].valueCoding = http://unitsofmeasure.org#cm
* insert TopQuestion(kepala, decimal, [[Lingkar kepala (cm)]], [[Head circumference (cm)]])
* item[=].code = $loinc#9843-4
* insert Extracted
* item[=].extension[+].url = "http://hl7.org/fhir/StructureDefinition/questionnaire-unit"
* item[=].extension[=].valueCoding = http://unitsofmeasure.org#cm
* insert TopQuestion(shk, boolean, [[Sampel SHK diambil]], [[Sample for hypothyroidism taken]])
* item[=].required = true
* insert ThyroidSampleIfYes
* insert TopQuestion(g6pd, boolean, [[Diskrining defisiensi G6PD]], [[Screened for G6PD deficiency]])
* item[=].required = true
* insert TopQuestion(hak, boolean, [[Diskrining hiperplasia adrenal kongenital]], [[Screened for congenital adrenal hyperplasia]])
* item[=].required = true
* insert TopQuestion(jantung, boolean, [[Diskrining penyakit jantung bawaan kritis]], [[Screened for critical congenital heart disease]])
* item[=].required = true
* insert TopQuestion(empedu, boolean, [[Warna tinja diperiksa (saluran empedu)]], [[Stool colour checked (bile ducts)]])
* item[=].required = true

Instance: ckg-balita
InstanceOf: Questionnaire
Usage: #definition
* url = "https://lontar.id/fhir/Questionnaire/ckg-balita"
* name = "CkgBalita"
* insert OurQuestionnaire([[CKG: anak 1-6 tahun]], [[Free health check: child of 1-6 years]])
* description = "Pemeriksaan kesehatan gratis anak 1 sampai 6 tahun. Isi paket menurut uraian program; SATUSEHAT tidak mempunyai kode CKG (UNVERIFIED). Milik Lontar. / Free health check of children of 1 to 6 years. The contents of the package are as the programme describes it; SATUSEHAT has no code for CKG (UNVERIFIED). Lontar's own."
* insert TopQuestion(berat, decimal, [[Berat badan (kg)]], [[Body weight (kg)]])
* item[=].required = true
* item[=].code = $loinc#29463-7
* insert Extracted
* item[=].extension[+].url = "http://hl7.org/fhir/StructureDefinition/questionnaire-unit"
* item[=].extension[=].valueCoding = http://unitsofmeasure.org#kg
* insert TopQuestion(tinggi, decimal, [[Tinggi badan (cm)]], [[Body height (cm)]])
* item[=].required = true
* item[=].code = $loinc#8302-2
* insert Extracted
* item[=].extension[+].url = "http://hl7.org/fhir/StructureDefinition/questionnaire-unit"
* item[=].extension[=].valueCoding = http://unitsofmeasure.org#cm
* insert TopQuestion(kepala, decimal, [[Lingkar kepala (cm)]], [[Head circumference (cm)]])
* item[=].code = $loinc#9843-4
* insert Extracted
* item[=].extension[+].url = "http://hl7.org/fhir/StructureDefinition/questionnaire-unit"
* item[=].extension[=].valueCoding = http://unitsofmeasure.org#cm
* insert TopQuestion(perkembangan, boolean, [[Perkembangan sesuai umur]], [[Development as due for the age]])
* item[=].required = true
* insert TopQuestion(tbc, boolean, [[Ada gejala TBC]], [[Has symptoms of tuberculosis]])
* item[=].required = true
* insert SuspectedTuberculosisIfYes
* insert TopQuestion(mata, boolean, [[Ada gangguan mata]], [[Has trouble with the eyes]])
* item[=].required = true
* insert TopQuestion(telinga, boolean, [[Ada gangguan telinga]], [[Has trouble with the ears]])
* item[=].required = true
* insert TopQuestion(gigi, boolean, [[Ada gigi berlubang]], [[Has tooth decay]])
* item[=].required = true
* insert TopQuestion(talasemia, boolean, [[Diskrining talasemia (mulai 2 tahun)]], [[Screened for thalassaemia (from 2 years)]])
* insert TopQuestion(gula, decimal, [[Gula darah sewaktu (mg/dL)]], [[Random blood glucose (mg/dL)]])
* item[=].code = $loinc#74774-1
* insert Extracted
* item[=].extension[+].url = "http://hl7.org/fhir/StructureDefinition/questionnaire-unit"
* item[=].extension[=].valueCoding = http://unitsofmeasure.org#mg/dL

Instance: ckg-sekolah
InstanceOf: Questionnaire
Usage: #definition
* url = "https://lontar.id/fhir/Questionnaire/ckg-sekolah"
* name = "CkgSekolah"
* insert OurQuestionnaire([[CKG Sekolah: 7-17 tahun]], [[School health check: 7-17 years]])
* description = "Pemeriksaan kesehatan gratis di sekolah. Isi paket menurut uraian program; SATUSEHAT tidak mempunyai kode CKG (UNVERIFIED). Milik Lontar. / Free health check at school. The contents of the package are as the programme describes it; SATUSEHAT has no code for CKG (UNVERIFIED). Lontar's own."
* insert TopQuestion(berat, decimal, [[Berat badan (kg)]], [[Body weight (kg)]])
* item[=].required = true
* item[=].code = $loinc#29463-7
* insert Extracted
* item[=].extension[+].url = "http://hl7.org/fhir/StructureDefinition/questionnaire-unit"
* item[=].extension[=].valueCoding = http://unitsofmeasure.org#kg
* insert TopQuestion(tinggi, decimal, [[Tinggi badan (cm)]], [[Body height (cm)]])
* item[=].required = true
* item[=].code = $loinc#8302-2
* insert Extracted
* item[=].extension[+].url = "http://hl7.org/fhir/StructureDefinition/questionnaire-unit"
* item[=].extension[=].valueCoding = http://unitsofmeasure.org#cm
* insert BodyMassIndex
* insert TopQuestion(sistolik, decimal, [[Tekanan darah sistolik (mmHg)]], [[Systolic blood pressure (mmHg)]])
* item[=].required = true
* item[=].code = $loinc#8480-6
* insert Extracted
* item[=].extension[+].url = "http://hl7.org/fhir/StructureDefinition/questionnaire-unit"
* item[=].extension[=].valueCoding = http://unitsofmeasure.org#mm[Hg]
* insert TopQuestion(diastolik, decimal, [[Tekanan darah diastolik (mmHg)]], [[Diastolic blood pressure (mmHg)]])
* item[=].required = true
* item[=].code = $loinc#8462-4
* insert Extracted
* item[=].extension[+].url = "http://hl7.org/fhir/StructureDefinition/questionnaire-unit"
* item[=].extension[=].valueCoding = http://unitsofmeasure.org#mm[Hg]
* insert TopQuestion(merokok, choice, [[Status merokok]], [[Smoking status]])
* item[=].required = true
* item[=].code = $loinc#72166-2
* insert Extracted
* item[=].answerOption[+].valueCoding = $sct#77176002 "Smoker"
* item[=].answerOption[+].valueCoding = $sct#8517006 "Ex-smoker"
* item[=].answerOption[+].valueCoding = $sct#266919005 "Never smoked tobacco"
* insert TopQuestion(hb, decimal, [[Hemoglobin (g/dL)]], [[Haemoglobin (g/dL)]])
* item[=].code = $loinc#718-7
* insert Extracted
* item[=].extension[+].url = "http://hl7.org/fhir/StructureDefinition/questionnaire-unit"
* item[=].extension[=].valueCoding = http://unitsofmeasure.org#g/dL
* insert TopQuestion(gula, decimal, [[Gula darah sewaktu (mg/dL)]], [[Random blood glucose (mg/dL)]])
* item[=].code = $loinc#74774-1
* insert Extracted
* item[=].extension[+].url = "http://hl7.org/fhir/StructureDefinition/questionnaire-unit"
* item[=].extension[=].valueCoding = http://unitsofmeasure.org#mg/dL
* insert TopQuestion(mata, boolean, [[Ada gangguan penglihatan]], [[Has poor vision]])
* item[=].required = true
* insert TopQuestion(telinga, boolean, [[Ada gangguan pendengaran]], [[Has poor hearing]])
* item[=].required = true
* insert TopQuestion(gigi, boolean, [[Ada gigi berlubang]], [[Has tooth decay]])
* item[=].required = true
* insert TopQuestion(jiwa, boolean, [[Skrining kesehatan jiwa: perlu tindak lanjut]], [[Mental health screening: needs follow-up]])
* item[=].required = true
* insert MentalHealthScreened
* insert TopQuestion(tbc, boolean, [[Ada gejala TBC]], [[Has symptoms of tuberculosis]])
* item[=].required = true
* insert SuspectedTuberculosisIfYes
* insert TopQuestion(aktivitas, boolean, [[Cukup aktivitas fisik]], [[Is physically active enough]])

Instance: ckg-dewasa
InstanceOf: Questionnaire
Usage: #definition
* url = "https://lontar.id/fhir/Questionnaire/ckg-dewasa"
* name = "CkgDewasa"
* insert OurQuestionnaire([[CKG: 18-59 tahun]], [[Free health check: 18-59 years]])
* description = "Pemeriksaan kesehatan gratis dewasa. Isi paket menurut uraian program; SATUSEHAT tidak mempunyai kode CKG (UNVERIFIED). Milik Lontar. / Free health check of adults. The contents of the package are as the programme describes it; SATUSEHAT has no code for CKG (UNVERIFIED). Lontar's own."
* insert TopQuestion(berat, decimal, [[Berat badan (kg)]], [[Body weight (kg)]])
* item[=].required = true
* item[=].code = $loinc#29463-7
* insert Extracted
* item[=].extension[+].url = "http://hl7.org/fhir/StructureDefinition/questionnaire-unit"
* item[=].extension[=].valueCoding = http://unitsofmeasure.org#kg
* insert TopQuestion(tinggi, decimal, [[Tinggi badan (cm)]], [[Body height (cm)]])
* item[=].required = true
* item[=].code = $loinc#8302-2
* insert Extracted
* item[=].extension[+].url = "http://hl7.org/fhir/StructureDefinition/questionnaire-unit"
* item[=].extension[=].valueCoding = http://unitsofmeasure.org#cm
* insert BodyMassIndex
* insert TopQuestion(perut, decimal, [[Lingkar perut (cm)]], [[Waist circumference (cm)]])
* item[=].code = $sct#276361009
* insert Extracted
* item[=].extension[+].url = "http://hl7.org/fhir/StructureDefinition/questionnaire-unit"
* item[=].extension[=].valueCoding = http://unitsofmeasure.org#cm
* insert TopQuestion(sistolik, decimal, [[Tekanan darah sistolik (mmHg)]], [[Systolic blood pressure (mmHg)]])
* item[=].required = true
* item[=].code = $loinc#8480-6
* insert Extracted
* item[=].extension[+].url = "http://hl7.org/fhir/StructureDefinition/questionnaire-unit"
* item[=].extension[=].valueCoding = http://unitsofmeasure.org#mm[Hg]
* insert TopQuestion(diastolik, decimal, [[Tekanan darah diastolik (mmHg)]], [[Diastolic blood pressure (mmHg)]])
* item[=].required = true
* item[=].code = $loinc#8462-4
* insert Extracted
* item[=].extension[+].url = "http://hl7.org/fhir/StructureDefinition/questionnaire-unit"
* item[=].extension[=].valueCoding = http://unitsofmeasure.org#mm[Hg]
* insert TopQuestion(gula, decimal, [[Gula darah sewaktu (mg/dL)]], [[Random blood glucose (mg/dL)]])
* item[=].code = $loinc#74774-1
* insert Extracted
* item[=].extension[+].url = "http://hl7.org/fhir/StructureDefinition/questionnaire-unit"
* item[=].extension[=].valueCoding = http://unitsofmeasure.org#mg/dL
* insert Cholesterol
* insert Whisper
* insert TopQuestion(merokok, choice, [[Status merokok]], [[Smoking status]])
* item[=].required = true
* item[=].code = $loinc#72166-2
* insert Extracted
* item[=].answerOption[+].valueCoding = $sct#77176002 "Smoker"
* item[=].answerOption[+].valueCoding = $sct#8517006 "Ex-smoker"
* item[=].answerOption[+].valueCoding = $sct#266919005 "Never smoked tobacco"
* insert TopQuestion(aktivitas, boolean, [[Cukup aktivitas fisik]], [[Is physically active enough]])
* item[=].required = true
* insert TopQuestion(sayur, boolean, [[Makan cukup buah dan sayur]], [[Eats enough fruit and vegetables]])
* item[=].required = true
* insert TopQuestion(gigi, boolean, [[Ada masalah gigi]], [[Has trouble with the teeth]])
* item[=].required = true
* insert TopQuestion(tbc, boolean, [[Ada gejala TBC]], [[Has symptoms of tuberculosis]])
* item[=].required = true
* insert SuspectedTuberculosisIfYes
* insert TopQuestion(jiwa, boolean, [[Skrining kesehatan jiwa: perlu tindak lanjut]], [[Mental health screening: needs follow-up]])
* item[=].required = true
* insert MentalHealthScreened
* insert TopQuestion(jantung, boolean, [[Risiko stroke dan jantung diperiksa (mulai 40 tahun)]], [[Risk of stroke and heart disease examined (from 40 years)]])
* insert TopQuestion(ginjal, boolean, [[Fungsi ginjal diperiksa (mulai 40 tahun)]], [[Kidneys examined (from 40 years)]])
* insert TopQuestion(ppok, boolean, [[Diskrining PPOK dengan spirometri (mulai 40 tahun)]], [[Screened for obstructive lung disease with spirometry (from 40 years)]])
* insert DoneIfYes(ppok, $sct#127783003 "Spirometry")
* insert TopQuestion(serviks, boolean, [[Diskrining kanker leher rahim dengan IVA (perempuan mulai 30 tahun)]], [[Screened for cervical cancer with acetic acid (women from 30 years)]])
* insert DoneIfYes(serviks, $sct#251422004 "Acetic acid test reaction")
* insert TopQuestion(payudara, boolean, [[Diskrining kanker payudara: SADANIS (perempuan mulai 30 tahun)]], [[Screened for breast cancer: clinical examination (women from 30 years)]])
* insert DoneIfYes(payudara, $sct#13607009 "Manual examination of breast")
* insert TopQuestion(paru, boolean, [[Diskrining kanker paru (laki-laki mulai 45 tahun)]], [[Screened for lung cancer (men from 45 years)]])
* insert TopQuestion(kolorektal, boolean, [[Diskrining kanker usus besar]], [[Screened for colorectal cancer]])

Instance: ckg-lansia
InstanceOf: Questionnaire
Usage: #definition
* url = "https://lontar.id/fhir/Questionnaire/ckg-lansia"
* name = "CkgLansia"
* insert OurQuestionnaire([[CKG: 60 tahun ke atas]], [[Free health check: 60 years and over]])
* description = "Pemeriksaan kesehatan gratis lanjut usia: paket dewasa dan geriatri. Isi paket menurut uraian program; SATUSEHAT tidak mempunyai kode CKG (UNVERIFIED). Milik Lontar. / Free health check of the elderly: the package of adults, and geriatrics. The contents of the package are as the programme describes it; SATUSEHAT has no code for CKG (UNVERIFIED). Lontar's own."
* insert TopQuestion(berat, decimal, [[Berat badan (kg)]], [[Body weight (kg)]])
* item[=].required = true
* item[=].code = $loinc#29463-7
* insert Extracted
* item[=].extension[+].url = "http://hl7.org/fhir/StructureDefinition/questionnaire-unit"
* item[=].extension[=].valueCoding = http://unitsofmeasure.org#kg
* insert TopQuestion(tinggi, decimal, [[Tinggi badan (cm)]], [[Body height (cm)]])
* item[=].required = true
* item[=].code = $loinc#8302-2
* insert Extracted
* item[=].extension[+].url = "http://hl7.org/fhir/StructureDefinition/questionnaire-unit"
* item[=].extension[=].valueCoding = http://unitsofmeasure.org#cm
* insert BodyMassIndex
* insert TopQuestion(perut, decimal, [[Lingkar perut (cm)]], [[Waist circumference (cm)]])
* item[=].code = $sct#276361009
* insert Extracted
* item[=].extension[+].url = "http://hl7.org/fhir/StructureDefinition/questionnaire-unit"
* item[=].extension[=].valueCoding = http://unitsofmeasure.org#cm
* insert TopQuestion(sistolik, decimal, [[Tekanan darah sistolik (mmHg)]], [[Systolic blood pressure (mmHg)]])
* item[=].required = true
* item[=].code = $loinc#8480-6
* insert Extracted
* item[=].extension[+].url = "http://hl7.org/fhir/StructureDefinition/questionnaire-unit"
* item[=].extension[=].valueCoding = http://unitsofmeasure.org#mm[Hg]
* insert TopQuestion(diastolik, decimal, [[Tekanan darah diastolik (mmHg)]], [[Diastolic blood pressure (mmHg)]])
* item[=].required = true
* item[=].code = $loinc#8462-4
* insert Extracted
* item[=].extension[+].url = "http://hl7.org/fhir/StructureDefinition/questionnaire-unit"
* item[=].extension[=].valueCoding = http://unitsofmeasure.org#mm[Hg]
* insert TopQuestion(gula, decimal, [[Gula darah sewaktu (mg/dL)]], [[Random blood glucose (mg/dL)]])
* item[=].code = $loinc#74774-1
* insert Extracted
* item[=].extension[+].url = "http://hl7.org/fhir/StructureDefinition/questionnaire-unit"
* item[=].extension[=].valueCoding = http://unitsofmeasure.org#mg/dL
* insert Cholesterol
* insert Whisper
* insert TopQuestion(merokok, choice, [[Status merokok]], [[Smoking status]])
* item[=].required = true
* item[=].code = $loinc#72166-2
* insert Extracted
* item[=].answerOption[+].valueCoding = $sct#77176002 "Smoker"
* item[=].answerOption[+].valueCoding = $sct#8517006 "Ex-smoker"
* item[=].answerOption[+].valueCoding = $sct#266919005 "Never smoked tobacco"
* insert TopQuestion(aktivitas, boolean, [[Cukup aktivitas fisik]], [[Is physically active enough]])
* item[=].required = true
* insert TopQuestion(sayur, boolean, [[Makan cukup buah dan sayur]], [[Eats enough fruit and vegetables]])
* item[=].required = true
* insert TopQuestion(gigi, boolean, [[Ada masalah gigi]], [[Has trouble with the teeth]])
* item[=].required = true
* insert TopQuestion(tbc, boolean, [[Ada gejala TBC]], [[Has symptoms of tuberculosis]])
* item[=].required = true
* insert SuspectedTuberculosisIfYes
* insert TopQuestion(jiwa, boolean, [[Skrining kesehatan jiwa: perlu tindak lanjut]], [[Mental health screening: needs follow-up]])
* item[=].required = true
* insert MentalHealthScreened
* insert TopQuestion(jantung, boolean, [[Risiko stroke dan jantung diperiksa (mulai 40 tahun)]], [[Risk of stroke and heart disease examined (from 40 years)]])
* insert TopQuestion(ginjal, boolean, [[Fungsi ginjal diperiksa (mulai 40 tahun)]], [[Kidneys examined (from 40 years)]])
* insert TopQuestion(ppok, boolean, [[Diskrining PPOK dengan spirometri (mulai 40 tahun)]], [[Screened for obstructive lung disease with spirometry (from 40 years)]])
* insert DoneIfYes(ppok, $sct#127783003 "Spirometry")
* insert TopQuestion(serviks, boolean, [[Diskrining kanker leher rahim dengan IVA (perempuan mulai 30 tahun)]], [[Screened for cervical cancer with acetic acid (women from 30 years)]])
* insert DoneIfYes(serviks, $sct#251422004 "Acetic acid test reaction")
* insert TopQuestion(payudara, boolean, [[Diskrining kanker payudara: SADANIS (perempuan mulai 30 tahun)]], [[Screened for breast cancer: clinical examination (women from 30 years)]])
* insert DoneIfYes(payudara, $sct#13607009 "Manual examination of breast")
* insert TopQuestion(paru, boolean, [[Diskrining kanker paru (laki-laki mulai 45 tahun)]], [[Screened for lung cancer (men from 45 years)]])
* insert TopQuestion(kolorektal, boolean, [[Diskrining kanker usus besar]], [[Screened for colorectal cancer]])
* insert TopQuestion(skilas, date, [[Tanggal SKILAS terakhir]], [[Date of the last SKILAS]])
* item[=].required = true
* insert TopQuestion(aks, date, [[Tanggal AKS terakhir]], [[Date of the last Barthel]])

Instance: anc-12t
InstanceOf: Questionnaire
Usage: #definition
* url = "https://lontar.id/fhir/Questionnaire/anc-12t"
* name = "Anc12t"
* insert OurQuestionnaire([[Pelayanan antenatal 12T]], [[Antenatal care, twelve components]])
* description = "Unsur pelayanan antenatal dalam satu kunjungan; yang terukur menjadi Observation yang dibaca indikator. Teks resmi 12T belum dapat diperiksa (UNVERIFIED). Milik Lontar. / The components of antenatal care at a visit; what is measured becomes Observations that the indicators read. The official text of the twelve could not be checked (UNVERIFIED). Lontar's own."
* insert TopQuestion(berat, decimal, [[Berat badan (kg)]], [[Body weight (kg)]])
* item[=].required = true
* item[=].code = $loinc#29463-7
* insert Extracted
* item[=].extension[+].url = "http://hl7.org/fhir/StructureDefinition/questionnaire-unit"
* item[=].extension[=].valueCoding = http://unitsofmeasure.org#kg
* insert TopQuestion(tinggi, decimal, [[Tinggi badan (cm)]], [[Body height (cm)]])
* item[=].code = $loinc#8302-2
* insert Extracted
* item[=].extension[+].url = "http://hl7.org/fhir/StructureDefinition/questionnaire-unit"
* item[=].extension[=].valueCoding = http://unitsofmeasure.org#cm
* insert TopQuestion(sistolik, decimal, [[Tekanan darah sistolik (mmHg)]], [[Systolic blood pressure (mmHg)]])
* item[=].required = true
* item[=].code = $loinc#8480-6
* insert Extracted
* item[=].extension[+].url = "http://hl7.org/fhir/StructureDefinition/questionnaire-unit"
* item[=].extension[=].valueCoding = http://unitsofmeasure.org#mm[Hg]
* insert TopQuestion(diastolik, decimal, [[Tekanan darah diastolik (mmHg)]], [[Diastolic blood pressure (mmHg)]])
* item[=].required = true
* item[=].code = $loinc#8462-4
* insert Extracted
* item[=].extension[+].url = "http://hl7.org/fhir/StructureDefinition/questionnaire-unit"
* item[=].extension[=].valueCoding = http://unitsofmeasure.org#mm[Hg]
* insert TopQuestion(lila, decimal, [[Lingkar lengan atas (cm)]], [[Upper arm circumference (cm)]])
* item[=].required = true
* item[=].code = $sct#284473002
* insert Extracted
* item[=].extension[+].url = "http://hl7.org/fhir/StructureDefinition/questionnaire-unit"
* item[=].extension[=].valueCoding = http://unitsofmeasure.org#cm
* insert TopQuestion(fundus, decimal, [[Tinggi fundus uteri (cm)]], [[Fundal height (cm)]])
* item[=].code = $loinc#11881-0
* insert Extracted
* item[=].extension[+].url = "http://hl7.org/fhir/StructureDefinition/questionnaire-unit"
* item[=].extension[=].valueCoding = http://unitsofmeasure.org#cm
* insert TopQuestion(djj, decimal, [[Denyut jantung janin (per menit)]], [[Fetal heart rate (per minute)]])
* item[=].code = $loinc#55283-6
* insert Extracted
* item[=].extension[+].url = "http://hl7.org/fhir/StructureDefinition/questionnaire-unit"
* item[=].extension[=].valueCoding = http://unitsofmeasure.org#/min
* insert TopQuestion(td, integer, [[Status imunisasi Td (1-5)]], [[Td immunisation status (1-5)]])
* insert TopQuestion(ttd, integer, [[Tablet tambah darah yang diberikan]], [[Iron tablets given]])
* insert TopQuestion(hb, decimal, [[Hemoglobin (g/dL)]], [[Haemoglobin (g/dL)]])
* item[=].code = $loinc#718-7
* insert Extracted
* item[=].extension[+].url = "http://hl7.org/fhir/StructureDefinition/questionnaire-unit"
* item[=].extension[=].valueCoding = http://unitsofmeasure.org#g/dL
* insert TopQuestion(golongan-darah, boolean, [[Golongan darah diketahui]], [[Blood group known]])
* insert TopQuestion(protein-urin, boolean, [[Protein urin diperiksa]], [[Urine protein tested]])
* insert TopQuestion(tripel, boolean, [[HIV, sifilis, dan hepatitis B diperiksa]], [[HIV, syphilis and hepatitis B tested]])
* insert TopQuestion(konseling, boolean, [[Temu wicara dilakukan]], [[Counselling done]])
* item[=].required = true
* insert TopQuestion(usg, boolean, [[USG oleh dokter]], [[Ultrasound by a doctor]])
* insert TopQuestion(jiwa, boolean, [[Skrining kesehatan jiwa dilakukan]], [[Mental health screened]])
* insert TopQuestion(tatalaksana, boolean, [[Tata laksana atau rujukan bila ada masalah]], [[Case management or referral where needed]])

Instance: kpsp
InstanceOf: Questionnaire
Usage: #definition
* url = "https://lontar.id/fhir/Questionnaire/kpsp"
* name = "Kpsp"
* insert OurQuestionnaire([[KPSP: hasil pra skrining perkembangan]], [[KPSP: result of developmental pre-screening]])
* description = "Jawaban ya atas sepuluh pertanyaan formulir KPSP sesuai umur anak; teks formulir resmi tidak dimuat. Batas 9 (sesuai) dan 7 (meragukan) belum dapat dipastikan (UNVERIFIED): ubah variabel sesuai dan meragukan. / The answers yes to the ten questions of the KPSP form for the age of the child; the text of the official form isn't reproduced. The limits of 9 (as due) and 7 (doubtful) could not be confirmed (UNVERIFIED): change the variables sesuai and meragukan."
* insert Parameter(sesuai, 9)
* insert Parameter(meragukan, 7)
* insert TopQuestion(umur, integer, [[Formulir untuk umur (bulan)]], [[Form for the age of (months)]])
* item[=].required = true
* insert TopQuestion(1, boolean, [[Pertanyaan 1 formulir: ya]], [[Question 1 of the form: yes]])
* item[=].required = true
* insert TopQuestion(2, boolean, [[Pertanyaan 2 formulir: ya]], [[Question 2 of the form: yes]])
* item[=].required = true
* insert TopQuestion(3, boolean, [[Pertanyaan 3 formulir: ya]], [[Question 3 of the form: yes]])
* item[=].required = true
* insert TopQuestion(4, boolean, [[Pertanyaan 4 formulir: ya]], [[Question 4 of the form: yes]])
* item[=].required = true
* insert TopQuestion(5, boolean, [[Pertanyaan 5 formulir: ya]], [[Question 5 of the form: yes]])
* item[=].required = true
* insert TopQuestion(6, boolean, [[Pertanyaan 6 formulir: ya]], [[Question 6 of the form: yes]])
* item[=].required = true
* insert TopQuestion(7, boolean, [[Pertanyaan 7 formulir: ya]], [[Question 7 of the form: yes]])
* item[=].required = true
* insert TopQuestion(8, boolean, [[Pertanyaan 8 formulir: ya]], [[Question 8 of the form: yes]])
* item[=].required = true
* insert TopQuestion(9, boolean, [[Pertanyaan 9 formulir: ya]], [[Question 9 of the form: yes]])
* item[=].required = true
* insert TopQuestion(10, boolean, [[Pertanyaan 10 formulir: ya]], [[Question 10 of the form: yes]])
* item[=].required = true
* insert TopQuestion(skor, integer, [[Jumlah ya]], [[Number of yes]])
* insert Calculated([[iif(%resource.item.where(linkId.matches('^[0-9]+$')).answer.count() = 10, %resource.item.where(linkId.matches('^[0-9]+$')).answer.where(value = true).count())]])
* insert TopQuestion(perlu-tindak-lanjut, boolean, [[Meragukan atau menyimpang]], [[Doubtful or deviating]])
* insert Calculated([[%resource.item.where(linkId = 'skor').answer.value < %sesuai]])
* insert TopQuestion(menyimpang, boolean, [[Kemungkinan penyimpangan]], [[Possible deviation]])
* insert Calculated([[%resource.item.where(linkId = 'skor').answer.value < %meragukan]])

Instance: sdq
InstanceOf: Questionnaire
Usage: #definition
* url = "https://lontar.id/fhir/Questionnaire/sdq"
* name = "Sdq"
* insert OurQuestionnaire([[SDQ: skor kekuatan dan kesulitan]], [[SDQ: scores of strengths and difficulties]])
* description = "Skor kelima skala SDQ (masing-masing 0-10). Pertanyaan SDQ dilindungi hak cipta dan tidak dimuat; isi formulir resminya dan masukkan skornya. Batas jumlah kesulitan belum dapat dipastikan (UNVERIFIED): ubah variabel batas. / The scores of the five scales of the SDQ (0-10 each). The questions of the SDQ are under copyright and not reproduced: use the official form and enter its scores. The limit of the total difficulties could not be confirmed (UNVERIFIED): change the variable batas."
* insert Parameter(batas, 16)
* insert TopQuestion(emosi, integer, [[Skala emosi]], [[Emotional scale]])
* item[=].required = true
* insert TopQuestion(perilaku, integer, [[Skala perilaku]], [[Conduct scale]])
* item[=].required = true
* insert TopQuestion(hiperaktif, integer, [[Skala hiperaktivitas]], [[Hyperactivity scale]])
* item[=].required = true
* insert TopQuestion(teman, integer, [[Skala hubungan dengan teman]], [[Peer scale]])
* item[=].required = true
* insert TopQuestion(prososial, integer, [[Skala prososial]], [[Prosocial scale]])
* item[=].required = true
* insert TopQuestion(skor, integer, [[Jumlah kesulitan]], [[Total difficulties]])
* insert Calculated([[iif(%resource.item.where(linkId in ('emosi' | 'perilaku' | 'hiperaktif' | 'teman')).answer.count() = 4, %resource.item.where(linkId in ('emosi' | 'perilaku' | 'hiperaktif' | 'teman')).answer.value.aggregate($this + $total, 0))]])
* insert MentalHealthScreened
* insert TopQuestion(perlu-tindak-lanjut, boolean, [[Perlu tindak lanjut]], [[Needs follow-up]])
* insert Calculated([[%resource.item.where(linkId = 'skor').answer.value >= %batas]])

Instance: keluarga-sehat
InstanceOf: Questionnaire
Usage: #definition
* url = "https://lontar.id/fhir/Questionnaire/keluarga-sehat"
* name = "KeluargaSehat"
* insert OurQuestionnaire([[Keluarga sehat (IKS)]], [[Healthy family (IKS)]])
* description = "Dua belas indikator keluarga sehat; jawaban ya, tidak, atau tidak berlaku. Bunyinya milik Lontar. / The twelve indicators of the healthy family; yes, no or doesn't apply. The wording is Lontar's own."
* subjectType = #Group
* insert TopQuestion(1, choice, [[Keluarga mengikuti keluarga berencana]], [[The family uses family planning]])
* item[=].required = true
* item[=].answerValueSet = "https://lontar.id/fhir/ValueSet/family-answer"
* insert TopQuestion(2, choice, [[Ibu bersalin di fasilitas kesehatan]], [[The mother delivered at a health facility]])
* item[=].required = true
* item[=].answerValueSet = "https://lontar.id/fhir/ValueSet/family-answer"
* insert TopQuestion(3, choice, [[Bayi mendapat imunisasi dasar lengkap]], [[The infant has all basic immunisations]])
* item[=].required = true
* item[=].answerValueSet = "https://lontar.id/fhir/ValueSet/family-answer"
* insert TopQuestion(4, choice, [[Bayi mendapat ASI eksklusif 6 bulan]], [[The infant was breastfed exclusively for 6 months]])
* item[=].required = true
* item[=].answerValueSet = "https://lontar.id/fhir/ValueSet/family-answer"
* insert TopQuestion(5, choice, [[Pertumbuhan balita dipantau]], [[The growth of the under-five is monitored]])
* item[=].required = true
* item[=].answerValueSet = "https://lontar.id/fhir/ValueSet/family-answer"
* insert TopQuestion(6, choice, [[Penderita TBC berobat sesuai standar]], [[Tuberculosis is treated to standard]])
* item[=].required = true
* item[=].answerValueSet = "https://lontar.id/fhir/ValueSet/family-answer"
* insert TopQuestion(7, choice, [[Penderita hipertensi berobat teratur]], [[Hypertension is treated regularly]])
* item[=].required = true
* item[=].answerValueSet = "https://lontar.id/fhir/ValueSet/family-answer"
* insert TopQuestion(8, choice, [[Penderita gangguan jiwa diobati dan tidak ditelantarkan]], [[Mental illness is treated and nobody is neglected]])
* item[=].required = true
* item[=].answerValueSet = "https://lontar.id/fhir/ValueSet/family-answer"
* insert TopQuestion(9, choice, [[Tidak ada anggota yang merokok]], [[No member smokes]])
* item[=].required = true
* item[=].answerValueSet = "https://lontar.id/fhir/ValueSet/family-answer"
* insert TopQuestion(10, choice, [[Keluarga menjadi anggota JKN]], [[The family is in the national health insurance]])
* item[=].required = true
* item[=].answerValueSet = "https://lontar.id/fhir/ValueSet/family-answer"
* insert TopQuestion(11, choice, [[Ada sarana air bersih]], [[Clean water is available]])
* item[=].required = true
* item[=].answerValueSet = "https://lontar.id/fhir/ValueSet/family-answer"
* insert TopQuestion(12, choice, [[Ada atau memakai jamban sehat]], [[A healthy latrine is used]])
* item[=].required = true
* item[=].answerValueSet = "https://lontar.id/fhir/ValueSet/family-answer"
* insert TopQuestion(indeks, decimal, [[Indeks keluarga]], [[Index of the family]])
* insert Calculated([[iif(%resource.item.where(linkId.matches('^[0-9]+$')).answer.value.count() = 12 and %resource.item.where(linkId.matches('^[0-9]+$')).answer.value.where(code != 'N').exists(), %resource.item.where(linkId.matches('^[0-9]+$')).answer.value.where(code = 'Y').count().toDecimal() / %resource.item.where(linkId.matches('^[0-9]+$')).answer.value.where(code != 'N').count())]])

Instance: phbs
InstanceOf: Questionnaire
Usage: #definition
* url = "https://lontar.id/fhir/Questionnaire/phbs"
* name = "Phbs"
* insert OurQuestionnaire([[PHBS rumah tangga]], [[Clean and healthy living of households]])
* description = "Sepuluh perilaku hidup bersih dan sehat di rumah tangga; daftarnya belum dapat dipastikan (UNVERIFIED). Bunyinya milik Lontar. / Ten behaviours of clean and healthy living in households; the list could not be confirmed (UNVERIFIED). The wording is Lontar's own."
* subjectType = #Group
* insert TopQuestion(1, boolean, [[Persalinan ditolong tenaga kesehatan]], [[Deliveries are attended by health workers]])
* item[=].required = true
* insert TopQuestion(2, boolean, [[Bayi diberi ASI eksklusif]], [[Infants are breastfed exclusively]])
* item[=].required = true
* insert TopQuestion(3, boolean, [[Balita ditimbang tiap bulan]], [[Under-fives are weighed each month]])
* item[=].required = true
* insert TopQuestion(4, boolean, [[Memakai air bersih]], [[Uses clean water]])
* item[=].required = true
* insert TopQuestion(5, boolean, [[Mencuci tangan dengan sabun]], [[Washes hands with soap]])
* item[=].required = true
* insert TopQuestion(6, boolean, [[Memakai jamban sehat]], [[Uses a healthy latrine]])
* item[=].required = true
* insert TopQuestion(7, boolean, [[Memberantas jentik tiap minggu]], [[Fights mosquito larvae each week]])
* item[=].required = true
* insert TopQuestion(8, boolean, [[Makan buah dan sayur tiap hari]], [[Eats fruit and vegetables every day]])
* item[=].required = true
* insert TopQuestion(9, boolean, [[Beraktivitas fisik tiap hari]], [[Is physically active every day]])
* item[=].required = true
* insert TopQuestion(10, boolean, [[Tidak merokok di dalam rumah]], [[Nobody smokes in the house]])
* item[=].required = true
* insert TopQuestion(skor, integer, [[Jumlah perilaku]], [[Number of behaviours]])
* insert Calculated([[iif(%resource.item.where(linkId.matches('^[0-9]+$')).answer.count() = 10, %resource.item.where(linkId.matches('^[0-9]+$')).answer.where(value = true).count())]])

Instance: posyandu-bulanan
InstanceOf: Questionnaire
Usage: #definition
* url = "https://lontar.id/fhir/Questionnaire/posyandu-bulanan"
* name = "PosyanduBulanan"
* insert OurQuestionnaire([[Laporan bulanan Posyandu]], [[Monthly report of a Posyandu]])
* description = "Hari buka dan cakupan kegiatan utama satu Posyandu dalam sebulan; kegiatan utamanya belum dapat dipastikan (UNVERIFIED). Milik Lontar. / The open day and the coverage of the main activities of a Posyandu in a month; which activities are the main ones could not be confirmed (UNVERIFIED). Lontar's own."
* subjectType = #Organization
* insert TopQuestion(buka, date, [[Tanggal hari Posyandu]], [[Open day]])
* item[=].required = true
* insert TopQuestion(kader, integer, [[Kader yang bertugas]], [[Kader on duty]])
* insert Section(cakupan, [[Cakupan kegiatan utama (%)]], [[Coverage of main activities (%)]])
* insert Question(cakupan.kia, decimal, [[Kesehatan ibu dan anak]], [[Mother and child]])
* insert Question(cakupan.kb, decimal, [[Keluarga berencana]], [[Family planning]])
* insert Question(cakupan.imunisasi, decimal, [[Imunisasi]], [[Immunisation]])
* insert Question(cakupan.gizi, decimal, [[Gizi]], [[Nutrition]])
* insert Question(cakupan.diare, decimal, [[Penanggulangan diare]], [[Control of diarrhoea]])
