// Questionnaires with a score, which `QuestionnaireResponse/$extract` computes and turns into Observations.
// Their wording is Lontar's own. What could not be confirmed against a published Indonesian text is called UNVERIFIED in the description.

RuleSet: Calculated(expression)
* item[=].extension[+].url = "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-calculatedExpression"
* item[=].extension[=].valueExpression.language = #text/fhirpath
* item[=].extension[=].valueExpression.expression = "{expression}"
* item[=].readOnly = true

RuleSet: Extracted
* item[=].extension[+].url = "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-observationExtract"
* item[=].extension[=].valueBoolean = true

RuleSet: ScoreUnit
* item[=].extension[+].url = "http://hl7.org/fhir/StructureDefinition/questionnaire-unit"
* item[=].extension[=].valueCoding = http://unitsofmeasure.org#{score}

RuleSet: Parameter(name, expression)
* extension[+].url = "http://hl7.org/fhir/StructureDefinition/variable"
* extension[=].valueExpression.name = "{name}"
* extension[=].valueExpression.language = #text/fhirpath
* extension[=].valueExpression.expression = "{expression}"

RuleSet: TopQuestion(link, type, text, en)
* item[+].linkId = "{link}"
* item[=].type = #{type}
* item[=].text = "{text}"
* insert Translated(item[=].text, [[{en}]])


Instance: aks
InstanceOf: Questionnaire
Usage: #definition
* url = "https://lontar.id/fhir/Questionnaire/aks"
* name = "Aks"
* insert OurQuestionnaire([[Aktivitas kehidupan sehari-hari (AKS, Barthel)]], [[Activities of daily living (Barthel)]])
* description = "Sepuluh kegiatan, skor 0 sampai 20. Batas kategori (20 mandiri, 12-19 ringan, 9-11 sedang, 5-8 berat, 0-4 total) belum dapat dipastikan (UNVERIFIED): ubah variabel mandiri, ringan, sedang, berat. / Ten activities, a score of 0 to 20. The limits of the categories (20 independent, 12-19 mild, 9-11 moderate, 5-8 severe, 0-4 total dependence) could not be confirmed (UNVERIFIED): change the variables mandiri, ringan, sedang, berat."
* insert Parameter(mandiri, 20)
* insert Parameter(ringan, 12)
* insert Parameter(sedang, 9)
* insert Parameter(berat, 5)
* insert TopQuestion(bab, choice, [[Buang air besar]], [[Bowels]])
* item[=].required = true
* item[=].answerOption[+].valueCoding = https://lontar.id/fhir/CodeSystem/barthel-answer#bab-0 "Tidak terkendali"
* item[=].answerOption[=].valueCoding.extension[0].url = "http://hl7.org/fhir/StructureDefinition/ordinalValue"
* item[=].answerOption[=].valueCoding.extension[0].valueDecimal = 0
* item[=].answerOption[+].valueCoding = https://lontar.id/fhir/CodeSystem/barthel-answer#bab-1 "Kadang tidak terkendali"
* item[=].answerOption[=].valueCoding.extension[0].url = "http://hl7.org/fhir/StructureDefinition/ordinalValue"
* item[=].answerOption[=].valueCoding.extension[0].valueDecimal = 1
* item[=].answerOption[+].valueCoding = https://lontar.id/fhir/CodeSystem/barthel-answer#bab-2 "Terkendali"
* item[=].answerOption[=].valueCoding.extension[0].url = "http://hl7.org/fhir/StructureDefinition/ordinalValue"
* item[=].answerOption[=].valueCoding.extension[0].valueDecimal = 2
* insert TopQuestion(bak, choice, [[Buang air kecil]], [[Bladder]])
* item[=].required = true
* item[=].answerOption[+].valueCoding = https://lontar.id/fhir/CodeSystem/barthel-answer#bak-0 "Tidak terkendali atau memakai kateter"
* item[=].answerOption[=].valueCoding.extension[0].url = "http://hl7.org/fhir/StructureDefinition/ordinalValue"
* item[=].answerOption[=].valueCoding.extension[0].valueDecimal = 0
* item[=].answerOption[+].valueCoding = https://lontar.id/fhir/CodeSystem/barthel-answer#bak-1 "Kadang tidak terkendali"
* item[=].answerOption[=].valueCoding.extension[0].url = "http://hl7.org/fhir/StructureDefinition/ordinalValue"
* item[=].answerOption[=].valueCoding.extension[0].valueDecimal = 1
* item[=].answerOption[+].valueCoding = https://lontar.id/fhir/CodeSystem/barthel-answer#bak-2 "Terkendali"
* item[=].answerOption[=].valueCoding.extension[0].url = "http://hl7.org/fhir/StructureDefinition/ordinalValue"
* item[=].answerOption[=].valueCoding.extension[0].valueDecimal = 2
* insert TopQuestion(rias, choice, [[Membersihkan diri: muka, rambut, gigi]], [[Grooming: face, hair, teeth]])
* item[=].required = true
* item[=].answerOption[+].valueCoding = https://lontar.id/fhir/CodeSystem/barthel-answer#rias-0 "Perlu bantuan"
* item[=].answerOption[=].valueCoding.extension[0].url = "http://hl7.org/fhir/StructureDefinition/ordinalValue"
* item[=].answerOption[=].valueCoding.extension[0].valueDecimal = 0
* item[=].answerOption[+].valueCoding = https://lontar.id/fhir/CodeSystem/barthel-answer#rias-1 "Mandiri"
* item[=].answerOption[=].valueCoding.extension[0].url = "http://hl7.org/fhir/StructureDefinition/ordinalValue"
* item[=].answerOption[=].valueCoding.extension[0].valueDecimal = 1
* insert TopQuestion(jamban, choice, [[Memakai jamban]], [[Using the toilet]])
* item[=].required = true
* item[=].answerOption[+].valueCoding = https://lontar.id/fhir/CodeSystem/barthel-answer#jamban-0 "Bergantung pada orang lain"
* item[=].answerOption[=].valueCoding.extension[0].url = "http://hl7.org/fhir/StructureDefinition/ordinalValue"
* item[=].answerOption[=].valueCoding.extension[0].valueDecimal = 0
* item[=].answerOption[+].valueCoding = https://lontar.id/fhir/CodeSystem/barthel-answer#jamban-1 "Perlu sebagian bantuan"
* item[=].answerOption[=].valueCoding.extension[0].url = "http://hl7.org/fhir/StructureDefinition/ordinalValue"
* item[=].answerOption[=].valueCoding.extension[0].valueDecimal = 1
* item[=].answerOption[+].valueCoding = https://lontar.id/fhir/CodeSystem/barthel-answer#jamban-2 "Mandiri"
* item[=].answerOption[=].valueCoding.extension[0].url = "http://hl7.org/fhir/StructureDefinition/ordinalValue"
* item[=].answerOption[=].valueCoding.extension[0].valueDecimal = 2
* insert TopQuestion(makan, choice, [[Makan]], [[Feeding]])
* item[=].required = true
* item[=].answerOption[+].valueCoding = https://lontar.id/fhir/CodeSystem/barthel-answer#makan-0 "Tidak mampu"
* item[=].answerOption[=].valueCoding.extension[0].url = "http://hl7.org/fhir/StructureDefinition/ordinalValue"
* item[=].answerOption[=].valueCoding.extension[0].valueDecimal = 0
* item[=].answerOption[+].valueCoding = https://lontar.id/fhir/CodeSystem/barthel-answer#makan-1 "Perlu sebagian bantuan"
* item[=].answerOption[=].valueCoding.extension[0].url = "http://hl7.org/fhir/StructureDefinition/ordinalValue"
* item[=].answerOption[=].valueCoding.extension[0].valueDecimal = 1
* item[=].answerOption[+].valueCoding = https://lontar.id/fhir/CodeSystem/barthel-answer#makan-2 "Mandiri"
* item[=].answerOption[=].valueCoding.extension[0].url = "http://hl7.org/fhir/StructureDefinition/ordinalValue"
* item[=].answerOption[=].valueCoding.extension[0].valueDecimal = 2
* insert TopQuestion(pindah, choice, [[Berpindah dari tempat tidur ke kursi]], [[Moving from bed to chair]])
* item[=].required = true
* item[=].answerOption[+].valueCoding = https://lontar.id/fhir/CodeSystem/barthel-answer#pindah-0 "Tidak mampu"
* item[=].answerOption[=].valueCoding.extension[0].url = "http://hl7.org/fhir/StructureDefinition/ordinalValue"
* item[=].answerOption[=].valueCoding.extension[0].valueDecimal = 0
* item[=].answerOption[+].valueCoding = https://lontar.id/fhir/CodeSystem/barthel-answer#pindah-1 "Perlu banyak bantuan"
* item[=].answerOption[=].valueCoding.extension[0].url = "http://hl7.org/fhir/StructureDefinition/ordinalValue"
* item[=].answerOption[=].valueCoding.extension[0].valueDecimal = 1
* item[=].answerOption[+].valueCoding = https://lontar.id/fhir/CodeSystem/barthel-answer#pindah-2 "Perlu sedikit bantuan"
* item[=].answerOption[=].valueCoding.extension[0].url = "http://hl7.org/fhir/StructureDefinition/ordinalValue"
* item[=].answerOption[=].valueCoding.extension[0].valueDecimal = 2
* item[=].answerOption[+].valueCoding = https://lontar.id/fhir/CodeSystem/barthel-answer#pindah-3 "Mandiri"
* item[=].answerOption[=].valueCoding.extension[0].url = "http://hl7.org/fhir/StructureDefinition/ordinalValue"
* item[=].answerOption[=].valueCoding.extension[0].valueDecimal = 3
* insert TopQuestion(jalan, choice, [[Berjalan di tempat rata]], [[Walking on the level]])
* item[=].required = true
* item[=].answerOption[+].valueCoding = https://lontar.id/fhir/CodeSystem/barthel-answer#jalan-0 "Tidak mampu"
* item[=].answerOption[=].valueCoding.extension[0].url = "http://hl7.org/fhir/StructureDefinition/ordinalValue"
* item[=].answerOption[=].valueCoding.extension[0].valueDecimal = 0
* item[=].answerOption[+].valueCoding = https://lontar.id/fhir/CodeSystem/barthel-answer#jalan-1 "Memakai kursi roda sendiri"
* item[=].answerOption[=].valueCoding.extension[0].url = "http://hl7.org/fhir/StructureDefinition/ordinalValue"
* item[=].answerOption[=].valueCoding.extension[0].valueDecimal = 1
* item[=].answerOption[+].valueCoding = https://lontar.id/fhir/CodeSystem/barthel-answer#jalan-2 "Berjalan dengan bantuan satu orang"
* item[=].answerOption[=].valueCoding.extension[0].url = "http://hl7.org/fhir/StructureDefinition/ordinalValue"
* item[=].answerOption[=].valueCoding.extension[0].valueDecimal = 2
* item[=].answerOption[+].valueCoding = https://lontar.id/fhir/CodeSystem/barthel-answer#jalan-3 "Mandiri"
* item[=].answerOption[=].valueCoding.extension[0].url = "http://hl7.org/fhir/StructureDefinition/ordinalValue"
* item[=].answerOption[=].valueCoding.extension[0].valueDecimal = 3
* insert TopQuestion(pakai, choice, [[Berpakaian]], [[Dressing]])
* item[=].required = true
* item[=].answerOption[+].valueCoding = https://lontar.id/fhir/CodeSystem/barthel-answer#pakai-0 "Bergantung pada orang lain"
* item[=].answerOption[=].valueCoding.extension[0].url = "http://hl7.org/fhir/StructureDefinition/ordinalValue"
* item[=].answerOption[=].valueCoding.extension[0].valueDecimal = 0
* item[=].answerOption[+].valueCoding = https://lontar.id/fhir/CodeSystem/barthel-answer#pakai-1 "Perlu sebagian bantuan"
* item[=].answerOption[=].valueCoding.extension[0].url = "http://hl7.org/fhir/StructureDefinition/ordinalValue"
* item[=].answerOption[=].valueCoding.extension[0].valueDecimal = 1
* item[=].answerOption[+].valueCoding = https://lontar.id/fhir/CodeSystem/barthel-answer#pakai-2 "Mandiri"
* item[=].answerOption[=].valueCoding.extension[0].url = "http://hl7.org/fhir/StructureDefinition/ordinalValue"
* item[=].answerOption[=].valueCoding.extension[0].valueDecimal = 2
* insert TopQuestion(tangga, choice, [[Naik turun tangga]], [[Climbing stairs]])
* item[=].required = true
* item[=].answerOption[+].valueCoding = https://lontar.id/fhir/CodeSystem/barthel-answer#tangga-0 "Tidak mampu"
* item[=].answerOption[=].valueCoding.extension[0].url = "http://hl7.org/fhir/StructureDefinition/ordinalValue"
* item[=].answerOption[=].valueCoding.extension[0].valueDecimal = 0
* item[=].answerOption[+].valueCoding = https://lontar.id/fhir/CodeSystem/barthel-answer#tangga-1 "Perlu bantuan"
* item[=].answerOption[=].valueCoding.extension[0].url = "http://hl7.org/fhir/StructureDefinition/ordinalValue"
* item[=].answerOption[=].valueCoding.extension[0].valueDecimal = 1
* item[=].answerOption[+].valueCoding = https://lontar.id/fhir/CodeSystem/barthel-answer#tangga-2 "Mandiri"
* item[=].answerOption[=].valueCoding.extension[0].url = "http://hl7.org/fhir/StructureDefinition/ordinalValue"
* item[=].answerOption[=].valueCoding.extension[0].valueDecimal = 2
* insert TopQuestion(mandi, choice, [[Mandi]], [[Bathing]])
* item[=].required = true
* item[=].answerOption[+].valueCoding = https://lontar.id/fhir/CodeSystem/barthel-answer#mandi-0 "Bergantung pada orang lain"
* item[=].answerOption[=].valueCoding.extension[0].url = "http://hl7.org/fhir/StructureDefinition/ordinalValue"
* item[=].answerOption[=].valueCoding.extension[0].valueDecimal = 0
* item[=].answerOption[+].valueCoding = https://lontar.id/fhir/CodeSystem/barthel-answer#mandi-1 "Mandiri"
* item[=].answerOption[=].valueCoding.extension[0].url = "http://hl7.org/fhir/StructureDefinition/ordinalValue"
* item[=].answerOption[=].valueCoding.extension[0].valueDecimal = 1
* insert TopQuestion(skor, decimal, [[Skor AKS]], [[Barthel score]])
* item[=].code = $loinc#96762-0
* insert Extracted
* insert ScoreUnit
* insert Calculated([[iif(%resource.item.answer.value.ofType(Coding).extension('http://hl7.org/fhir/StructureDefinition/ordinalValue').value.count() = 10, %resource.item.answer.value.ofType(Coding).extension('http://hl7.org/fhir/StructureDefinition/ordinalValue').value.aggregate($this + $total, 0))]])
* insert TopQuestion(kategori, choice, [[Tingkat ketergantungan]], [[Degree of dependence]])
* item[=].answerOption[+].valueCoding = $clinical-term#OI000045
* item[=].answerOption[+].valueCoding = $clinical-term#OI000046
* item[=].answerOption[+].valueCoding = $clinical-term#OI000047
* item[=].answerOption[+].valueCoding = $clinical-term#OI000048
* insert Calculated([[iif(%resource.item.where(linkId = 'skor').answer.value >= %mandiri, {}, iif(%resource.item.where(linkId = 'skor').answer.value >= %ringan, 'OI000045', iif(%resource.item.where(linkId = 'skor').answer.value >= %sedang, 'OI000046', iif(%resource.item.where(linkId = 'skor').answer.value >= %berat, 'OI000047', iif(%resource.item.where(linkId = 'skor').answer.value.exists(), 'OI000048')))))]])

Instance: srq-20
InstanceOf: Questionnaire
Usage: #definition
* url = "https://lontar.id/fhir/Questionnaire/srq-20"
* name = "Srq20"
* insert OurQuestionnaire([[SRQ-20: keluhan 30 hari terakhir]], [[SRQ-20: complaints in the last 30 days]])
* description = "Dua puluh pertanyaan ya atau tidak; skor ialah banyaknya ya. Batas rujukan 6 belum dapat dipastikan (UNVERIFIED): ubah variabel batas. Ya pada nomor 17 selalu berarti perlu dirujuk. Bunyi pertanyaan milik Lontar, bukan terjemahan resmi. / Twenty questions of yes or no; the score counts the yes. The limit of 6 for referral could not be confirmed (UNVERIFIED): change the variable batas. A yes to number 17 always means referral. The wording is Lontar's own, not an official translation."
* insert Parameter(batas, 6)
* insert TopQuestion(1, boolean, [[Sering sakit kepala]], [[Often has headaches]])
* item[=].required = true
* insert TopQuestion(2, boolean, [[Nafsu makan kurang]], [[Has a poor appetite]])
* item[=].required = true
* insert TopQuestion(3, boolean, [[Tidur tidak nyenyak]], [[Sleeps badly]])
* item[=].required = true
* insert TopQuestion(4, boolean, [[Mudah takut]], [[Is easily frightened]])
* item[=].required = true
* insert TopQuestion(5, boolean, [[Tangan gemetar]], [[Hands shake]])
* item[=].required = true
* insert TopQuestion(6, boolean, [[Merasa cemas, tegang, atau khawatir]], [[Feels nervous, tense or worried]])
* item[=].required = true
* insert TopQuestion(7, boolean, [[Pencernaan buruk]], [[Has poor digestion]])
* item[=].required = true
* insert TopQuestion(8, boolean, [[Sulit berpikir jernih]], [[Has trouble thinking clearly]])
* item[=].required = true
* insert TopQuestion(9, boolean, [[Merasa tidak bahagia]], [[Feels unhappy]])
* item[=].required = true
* insert TopQuestion(10, boolean, [[Lebih sering menangis]], [[Cries more than usual]])
* item[=].required = true
* insert TopQuestion(11, boolean, [[Sulit menikmati kegiatan sehari-hari]], [[Finds it hard to enjoy daily activities]])
* item[=].required = true
* insert TopQuestion(12, boolean, [[Sulit mengambil keputusan]], [[Finds it hard to decide]])
* item[=].required = true
* insert TopQuestion(13, boolean, [[Pekerjaan sehari-hari terganggu]], [[Daily work suffers]])
* item[=].required = true
* insert TopQuestion(14, boolean, [[Merasa tidak mampu berperan dalam hidup]], [[Feels unable to play a useful part in life]])
* item[=].required = true
* insert TopQuestion(15, boolean, [[Kehilangan minat pada banyak hal]], [[Lost interest in things]])
* item[=].required = true
* insert TopQuestion(16, boolean, [[Merasa tidak berharga]], [[Feels worthless]])
* item[=].required = true
* insert TopQuestion(17, boolean, [[Mempunyai pikiran untuk mengakhiri hidup]], [[Has had thoughts of ending life]])
* item[=].required = true
* insert TopQuestion(18, boolean, [[Merasa lelah sepanjang waktu]], [[Feels tired all the time]])
* item[=].required = true
* insert TopQuestion(19, boolean, [[Rasa tidak enak di perut]], [[Has an uncomfortable feeling in the stomach]])
* item[=].required = true
* insert TopQuestion(20, boolean, [[Mudah lelah]], [[Is easily tired]])
* item[=].required = true
* insert TopQuestion(skor, integer, [[Skor SRQ-20]], [[SRQ-20 score]])
* insert MentalHealthScreened
* insert Calculated([[iif(%resource.item.where(linkId.matches('^[0-9]+$')).answer.count() = 20, %resource.item.where(linkId.matches('^[0-9]+$')).answer.where(value = true).count())]])
* insert TopQuestion(rujuk, boolean, [[Perlu dirujuk]], [[Needs referral]])
* insert Calculated([[iif(%resource.item.where(linkId = '17').answer.value = true, true, %resource.item.where(linkId = 'skor').answer.value >= %batas)]])

Instance: skrining-tbc
InstanceOf: Questionnaire
Usage: #definition
* url = "https://lontar.id/fhir/Questionnaire/skrining-tbc"
* name = "SkriningTbc"
* insert OurQuestionnaire([[Skrining gejala TBC]], [[Screening for symptoms of tuberculosis]])
* description = "Tiga gejala yang ditanyakan kader pada kunjungan rumah; satu saja sudah berarti terduga. Milik Lontar. / The three symptoms that a kader asks about on a home visit; one is enough to be presumptive. Lontar's own."
* insert TopQuestion(batuk, boolean, [[Batuk terus-menerus]], [[Continuous cough]])
* item[=].required = true
* insert TopQuestion(demam, boolean, [[Demam dua minggu atau lebih]], [[Fever for two weeks or more]])
* item[=].required = true
* insert TopQuestion(berat, boolean, [[Berat badan turun dua bulan berturut-turut]], [[Weight loss in two months running]])
* item[=].required = true
* insert TopQuestion(terduga, boolean, [[Terduga TBC]], [[Presumptive tuberculosis]])
* insert Calculated([[iif(%resource.item.where(linkId != 'terduga').answer.value.where($this = true).exists(), true, iif(%resource.item.where(linkId != 'terduga').answer.value.count() = 3, false))]])

Instance: merokok
InstanceOf: Questionnaire
Usage: #definition
* url = "https://lontar.id/fhir/Questionnaire/merokok"
* name = "Merokok"
* insert OurQuestionnaire(Status merokok, Smoking status)
* description = "Satu pertanyaan untuk remaja sampai lanjut usia; jawabannya menjadi Observation status merokok, yang dibaca indikator. Milik Lontar. / One question, from adolescence to old age; its answer becomes the Observation of smoking status that the indicators read. Lontar's own."
* insert TopQuestion(status, choice, Status merokok, Smoking status)
* item[=].required = true
* item[=].code = $loinc#72166-2
* insert Extracted
* item[=].answerOption[+].valueCoding = $sct#77176002 "Smoker"
* item[=].answerOption[+].valueCoding = $sct#8517006 "Ex-smoker"
* item[=].answerOption[+].valueCoding = $sct#266919005 "Never smoked tobacco"
