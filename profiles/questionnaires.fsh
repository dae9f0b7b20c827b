// Questionnaires: the kader's home-visit checklists and the short screening of the elderly.
// A linkId says what an answer means: `layanan.` a service received, `patuh.` adherence to medicine, `bahaya.` a danger sign, `tbc.` a symptom of tuberculosis,
// `lanjut.` what the kader did. SATUSEHAT has no questionnaire for home visits: these are Lontar's own.

RuleSet: Translated(path, en)
* {path}.extension[0].url = "http://hl7.org/fhir/StructureDefinition/translation"
* {path}.extension[0].extension[0].url = "lang"
* {path}.extension[0].extension[0].valueCode = #en
* {path}.extension[0].extension[1].url = "content"
* {path}.extension[0].extension[1].valueString = "{en}"

RuleSet: OurQuestionnaire(title, en)
* version = "0.1.0"
* status = #active
* experimental = false
* publisher = "Lontar"
* language = #id
* subjectType = #Patient
* title = "{title}"
* insert Translated(title, [[{en}]])

RuleSet: Section(link, text, en)
* item[+].linkId = "{link}"
* item[=].type = #group
* item[=].text = "{text}"
* insert Translated(item[=].text, [[{en}]])

RuleSet: Question(link, type, text, en)
* item[=].item[+].linkId = "{link}"
* item[=].item[=].type = #{type}
* item[=].item[=].text = "{text}"
* insert Translated(item[=].item[=].text, [[{en}]])

RuleSet: Needed
* item[=].item[=].required = true

// Asked only where the medicine is at hand.
RuleSet: OnlyIf(link)
* item[=].item[=].enableWhen[0].question = "{link}"
* item[=].item[=].enableWhen[0].operator = #=
* item[=].item[=].enableWhen[0].answerBoolean = true

// What `$extract` makes of an item: `Opens` names the profile of a resource, the others fill its elements. What the answers decide is an expression;
// where all of those are empty, no resource is made.
RuleSet: Opens(profile)
* item[=].extension[+].url = "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-definitionExtract"
* item[=].extension[=].extension[0].url = "definition"
* item[=].extension[=].extension[0].valueCanonical = "https://lontar.id/fhir/StructureDefinition/{profile}"

RuleSet: SetsElement(element)
* item[=].extension[+].url = "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-definitionExtractValue"
* item[=].extension[=].extension[0].url = "definition"
* item[=].extension[=].extension[0].valueUri = "http://hl7.org/fhir/StructureDefinition/{element}"

RuleSet: Sets(element, expression)
* insert SetsElement([[{element}]])
* item[=].extension[=].extension[1].url = "expression"
* item[=].extension[=].extension[1].valueExpression.language = #text/fhirpath
* item[=].extension[=].extension[1].valueExpression.expression = "{expression}"

RuleSet: SetsCoding(element, coding)
* insert SetsElement([[{element}]])
* item[=].extension[=].extension[1].url = "fixed-value"
* item[=].extension[=].extension[1].valueCoding = {coding}

RuleSet: SetsWord(element, word)
* insert SetsElement([[{element}]])
* item[=].extension[=].extension[1].url = "fixed-value"
* item[=].extension[=].extension[1].valueCode = #{word}

// A group of yes and no in which each `{answer}` needs a follow-up: one task for all of them, within the form's `tenggat`.
RuleSet: FollowedUp(link, reason, answer)
* insert Opens(task-follow-up)
* item[=].extension[=].extension[1].url = "ifNoneExist"
* item[=].extension[=].extension[1].valueString = "'identifier=https://lontar.id/fhir/sid/follow-up|' + %resource.id + '-{link}'"
* insert SetsWord(Task#Task.status, requested)
* insert SetsCoding(Task#Task.code, https://lontar.id/fhir/CodeSystem/follow-up-reason#{reason})
* insert Sets(Task#Task.identifier.system, [[iif(%resource.id.exists() and item.where(answer.value = {answer}).exists(), 'https://lontar.id/fhir/sid/follow-up')]])
* insert Sets(Task#Task.identifier.value, [[iif(item.where(answer.value = {answer}).exists(), %resource.id + '-{link}')]])
* insert Sets(Task#Task.for, [[iif(item.where(answer.value = {answer}).exists(), %resource.subject)]])
* insert Sets(Task#Task.encounter, [[iif(item.where(answer.value = {answer}).exists(), %resource.encounter)]])
* insert Sets(Task#Task.requester, [[iif(item.where(answer.value = {answer}).exists(), %resource.author)]])
* insert Sets(Task#Task.authoredOn, [[iif(item.where(answer.value = {answer}).exists(), %resource.authored)]])
* insert Sets(Task#Task.restriction.period.end, [[iif(item.where(answer.value = {answer}).exists(), %resource.authored + %tenggat)]])
* insert Sets(Task#Task.description, [[iif(item.where(answer.value = {answer}).exists(), %questionnaire.item.item.where(linkId in %resource.item.where(linkId = '{link}').item.where(answer.value = {answer}).linkId).text.join('; '))]])

RuleSet: FollowedUpWithin
* insert Parameter(tenggat, 7 days)

RuleSet: FollowUp
* insert Section(lanjut, Tindak lanjut, Follow-up)
* insert Question(lanjut.suhu, decimal, [[Suhu badan, derajat Celsius]], [[Body temperature, degrees Celsius]])
* insert Question(lanjut.mengingatkan, boolean, Mengingatkan untuk memeriksakan diri ke Pustu atau Puskesmas, Reminded to go to the Pustu or Puskesmas)
* insert Question(lanjut.melapor, date, Tanggal dilaporkan kepada tenaga kesehatan, Date reported to a health worker)
* insert Question(lanjut.masalah, text, Masalah kesehatan yang ditemukan, Health problems found)
* insert Question(lanjut.catatan, text, Tindakan yang diambil, Action taken)

RuleSet: Medicine(link, name, en)
* insert Question(patuh.{link}.ada, boolean, Obat {name} tersedia, {en} medicine is at hand)
* insert Question(patuh.{link}.minum, boolean, Obat {name} diminum dalam 24 jam terakhir, {en} medicine taken in the last 24 hours)
* insert OnlyIf(patuh.{link}.ada)

RuleSet: Tuberculosis
* insert Section(tbc, Gejala TBC, Symptoms of tuberculosis)
* insert FollowedUp(tbc, tb-symptom, true)
* insert Question(tbc.batuk, boolean, Batuk terus-menerus, Continuous cough)
* insert Needed
* insert Question(tbc.demam, boolean, Demam dua minggu atau lebih, Fever for two weeks or more)
* insert Needed
* insert Question(tbc.berat, boolean, Berat badan turun dua bulan berturut-turut, Weight loss in two months running)
* insert Needed

Instance: kunjungan-keluarga
InstanceOf: Questionnaire
Usage: #definition
* url = "https://lontar.id/fhir/Questionnaire/kunjungan-keluarga"
* name = "KunjunganKeluarga"
* insert OurQuestionnaire(Kunjungan rumah: data keluarga, Home visit: household)
* subjectType = #Group
* description = "Lingkungan dan kesehatan satu keluarga. SATUSEHAT tidak mempunyai kuesioner ini; milik Lontar. / Environment and health of one household. SATUSEHAT has no such questionnaire; Lontar's own."
* insert Section(keluarga, Keluarga, Household)
* insert Question(keluarga.jkn, boolean, Semua anggota terdaftar JKN, All members are in the national health insurance)
* insert Question(keluarga.ventilasi, boolean, Ventilasi rumah cukup, The house is well ventilated)
* insert Question(keluarga.jamban, choice, Jenis jamban, Kind of latrine)
* item[=].item[=].answerValueSet = "https://lontar.id/fhir/ValueSet/latrine"
* insert Question(keluarga.air, boolean, Ada sarana air bersih, Clean water is available)
* insert Section(sakit, Anggota yang sakit, Members who are ill)
* insert Question(sakit.odgj, boolean, Ada anggota dengan gangguan jiwa berat, A member has a severe mental disorder)
* insert Question(sakit.tbc, boolean, Ada anggota yang didiagnosis TBC, A member has diagnosed tuberculosis)
* insert Question(sakit.hipertensi, boolean, Ada anggota yang didiagnosis hipertensi, A member has diagnosed hypertension)
* insert Question(sakit.diabetes, boolean, Ada anggota yang didiagnosis diabetes, A member has diagnosed diabetes)
* insert FollowUp

Instance: kunjungan-ibu-hamil
InstanceOf: Questionnaire
Usage: #definition
* url = "https://lontar.id/fhir/Questionnaire/kunjungan-ibu-hamil"
* name = "KunjunganIbuHamil"
* insert OurQuestionnaire(Kunjungan rumah: ibu hamil, Home visit: pregnant woman)
* insert FollowedUpWithin
* description = "Layanan, kepatuhan minum tablet tambah darah, dan tanda bahaya pada ibu hamil. SATUSEHAT tidak mempunyai kuesioner ini; milik Lontar. $extract membuat Task tindak lanjut dari jawaban yang perlu ditindaklanjuti, dalam tenggat (7 hari, belum dapat dipastikan: UNVERIFIED). / Services, adherence to iron tablets and danger signs in pregnancy. SATUSEHAT has no such questionnaire; Lontar's own. $extract makes a follow-up Task of the answers that need one, within tenggat (7 days, could not be confirmed: UNVERIFIED)."
* insert Section(layanan, Layanan, Services)
* insert Question(layanan.periksa, date, Tanggal pemeriksaan kehamilan terakhir, Date of the last antenatal visit)
* insert Question(layanan.kelas, boolean, Mengikuti kelas ibu hamil, Attends the class for pregnant women)
* insert Question(layanan.jiwa, boolean, Sudah diskrining kesehatan jiwa, Was screened for mental health)
* insert Question(layanan.buku, boolean, Mempunyai buku KIA, Has the mother and child health book)
* insert Question(layanan.piring, boolean, Makan sesuai Isi Piringku, Eats as the national plate guide says)
* insert Question(layanan.lila, boolean, [[Lingkar lengan atas kurang dari 23,5 cm]], Upper arm circumference below 23.5 cm)
* insert Question(layanan.pmt, boolean, Mendapat makanan tambahan, Receives supplementary food)
* insert Section(patuh, Kepatuhan, Adherence)
* insert FollowedUp(patuh, non-compliance, false)
* insert Question(patuh.ttd.ada, boolean, Tablet tambah darah tersedia, Iron tablets are at hand)
* insert Needed
* insert Question(patuh.ttd.minum, boolean, Tablet tambah darah diminum dalam 24 jam terakhir, Iron tablet taken in the last 24 hours)
* insert Needed
* insert Section(bahaya, Tanda bahaya, Danger signs)
* insert FollowedUp(bahaya, danger-sign, true)
* insert Question(bahaya.demam, boolean, Demam lebih dari 2 hari, Fever for more than 2 days)
* insert Needed
* insert Question(bahaya.pusing, boolean, [[Sakit kepala berat, pandangan kabur, atau pusing dengan bengkak]], [[Severe headache, blurred vision, or dizziness with swelling]])
* insert Needed
* insert Question(bahaya.cemas, boolean, Sulit tidur atau cemas berlebihan, Sleepless or very anxious)
* insert Needed
* insert Question(bahaya.diare, boolean, Diare berulang, Repeated diarrhoea)
* insert Needed
* insert Question(bahaya.tbc, boolean, Berisiko TBC, At risk of tuberculosis)
* insert Needed
* insert Question(bahaya.janin, boolean, Tidak merasakan gerakan janin, Feels no movement of the fetus)
* insert Needed
* insert Question(bahaya.jantung, boolean, Jantung berdebar atau nyeri dada, Palpitations or chest pain)
* insert Needed
* insert Question(bahaya.cairan, boolean, Keluar cairan dari jalan lahir, Fluid from the birth canal)
* insert Needed
* insert Question(bahaya.kencing, boolean, Sakit saat kencing, Painful urination)
* insert Needed
* insert Question(bahaya.perut, boolean, Nyeri perut hebat, Severe abdominal pain)
* insert Needed
* insert FollowUp

Instance: kunjungan-nifas
InstanceOf: Questionnaire
Usage: #definition
* url = "https://lontar.id/fhir/Questionnaire/kunjungan-nifas"
* name = "KunjunganNifas"
* insert OurQuestionnaire(Kunjungan rumah: ibu nifas, Home visit: postnatal mother)
* insert FollowedUpWithin
* description = "Layanan dan tanda bahaya setelah bersalin. SATUSEHAT tidak mempunyai kuesioner ini; milik Lontar. $extract membuat Task tindak lanjut dari jawaban yang perlu ditindaklanjuti, dalam tenggat (7 hari, belum dapat dipastikan: UNVERIFIED). / Services and danger signs after delivery. SATUSEHAT has no such questionnaire; Lontar's own. $extract makes a follow-up Task of the answers that need one, within tenggat (7 days, could not be confirmed: UNVERIFIED)."
* insert Section(layanan, Layanan, Services)
* insert Question(layanan.bersalin, dateTime, Tanggal dan jam persalinan, Date and time of the delivery)
* insert Question(layanan.periksa, date, Tanggal pemeriksaan nifas terakhir, Date of the last postnatal visit)
* insert Question(layanan.vitamin-a, boolean, Sudah minum kapsul vitamin A, Took vitamin A capsules)
* insert Question(layanan.imd, boolean, Bayi menyusu segera setelah lahir, The baby was breastfed right after birth)
* insert Question(layanan.menyusui, boolean, Menyusui, Is breastfeeding)
* insert Question(layanan.kb, boolean, Memakai KB pascasalin, Uses postpartum family planning)
* insert Question(layanan.jiwa, boolean, Sudah diskrining kesehatan jiwa, Was screened for mental health)
* insert Section(bahaya, Tanda bahaya, Danger signs)
* insert FollowedUp(bahaya, danger-sign, true)
* insert Question(bahaya.demam, boolean, Demam, Fever)
* insert Needed
* insert Question(bahaya.sedih, boolean, [[Sedih, mudah menangis, atau murung]], [[Sad, tearful or depressed]])
* insert Needed
* insert Question(bahaya.kencing, boolean, Gangguan buang air kecil, Trouble urinating)
* insert Needed
* insert Question(bahaya.sesak, boolean, Napas pendek atau sesak, Short of breath)
* insert Needed
* insert Question(bahaya.kepala, boolean, Sakit kepala, Headache)
* insert Needed
* insert Question(bahaya.perdarahan, boolean, Perdarahan, Bleeding)
* insert Needed
* insert Question(bahaya.kelamin, boolean, [[Daerah kelamin bengkak, nyeri, atau luka]], [[Genital swelling, pain or wound]])
* insert Needed
* insert Question(bahaya.cairan, boolean, Keluar cairan dari jalan lahir, Fluid from the birth canal)
* insert Needed
* insert Question(bahaya.ulu-hati, boolean, Nyeri ulu hati, Epigastric pain)
* insert Needed
* insert Question(bahaya.pandangan, boolean, Pandangan kabur, Blurred vision)
* insert Needed
* insert Question(bahaya.payudara, boolean, Payudara bengkak kemerahan, [[Red, swollen breast]])
* insert Needed
* insert Question(bahaya.lokia, boolean, Darah nifas berbau, Foul lochia)
* insert Needed
* insert Question(bahaya.keputihan, boolean, Keputihan berlebihan, Excess discharge)
* insert Needed
* insert Question(bahaya.jantung, boolean, Jantung berdebar, Palpitations)
* insert Needed
* insert FollowUp

Instance: kunjungan-bayi
InstanceOf: Questionnaire
Usage: #definition
* url = "https://lontar.id/fhir/Questionnaire/kunjungan-bayi"
* name = "KunjunganBayi"
* insert OurQuestionnaire(Kunjungan rumah: bayi 0-6 bulan, Home visit: infant 0-6 months)
* insert FollowedUpWithin
* description = "Layanan dan tanda bahaya pada bayi sampai 6 bulan. SATUSEHAT tidak mempunyai kuesioner ini; milik Lontar. $extract membuat Task tindak lanjut dari jawaban yang perlu ditindaklanjuti, dalam tenggat (7 hari, belum dapat dipastikan: UNVERIFIED). / Services and danger signs in infants up to 6 months. SATUSEHAT has no such questionnaire; Lontar's own. $extract makes a follow-up Task of the answers that need one, within tenggat (7 days, could not be confirmed: UNVERIFIED)."
* insert Section(layanan, Layanan, Services)
* insert Question(layanan.timbang, date, Tanggal terakhir ditimbang, Date last weighed)
* insert Question(layanan.naik, boolean, Berat badan naik, Gained weight)
* insert Question(layanan.asi, boolean, Hanya diberi ASI, Is given breast milk only)
* insert Question(layanan.imunisasi, boolean, Imunisasi sesuai umur, Immunised as due for the age)
* insert Question(layanan.buku, boolean, Mempunyai buku KIA, Has the mother and child health book)
* insert Section(bahaya, Tanda bahaya, Danger signs)
* insert FollowedUp(bahaya, danger-sign, true)
* insert Question(bahaya.napas, boolean, [[Napas cepat, sesak, atau berbunyi]], [[Fast, difficult or noisy breathing]])
* insert Needed
* insert Question(bahaya.aktivitas, boolean, Lemas atau jarang bergerak, Weak or hardly moving)
* insert Needed
* insert Question(bahaya.warna, boolean, [[Kulit kuning, biru, atau pucat]], [[Yellow, blue or pale skin]])
* insert Needed
* insert Question(bahaya.hisapan, boolean, Tidak mau menyusu, Does not suck)
* insert Needed
* insert Question(bahaya.kejang, boolean, Kejang, Convulsion)
* insert Needed
* insert Question(bahaya.suhu, boolean, Badan panas atau dingin, Hot or cold body)
* insert Needed
* insert Question(bahaya.bab, boolean, Buang air besar tidak biasa, Unusual stool)
* insert Needed
* insert Question(bahaya.kencing, boolean, Kencing sedikit atau berwarna pekat, Little or dark urine)
* insert Needed
* insert Question(bahaya.tali-pusat, boolean, [[Tali pusat kemerahan, berbau, atau bernanah]], [[Cord red, smelling or with pus]])
* insert Needed
* insert Question(bahaya.mata, boolean, Mata merah atau bernanah, Eyes red or with pus)
* insert Needed
* insert Question(bahaya.kulit, boolean, Bintil atau luka pada kulit, Pustules or wounds on the skin)
* insert Needed
* insert Question(bahaya.imunisasi, boolean, Imunisasi terlambat, Immunisation is late)
* insert Needed
* insert FollowUp

Instance: kunjungan-balita
InstanceOf: Questionnaire
Usage: #definition
* url = "https://lontar.id/fhir/Questionnaire/kunjungan-balita"
* name = "KunjunganBalita"
* insert OurQuestionnaire(Kunjungan rumah: balita dan anak prasekolah 6-71 bulan, Home visit: child 6-71 months)
* insert FollowedUpWithin
* description = "Layanan dan tanda bahaya pada anak 6 sampai 71 bulan. SATUSEHAT tidak mempunyai kuesioner ini; milik Lontar. $extract membuat Task tindak lanjut dari jawaban yang perlu ditindaklanjuti, dalam tenggat (7 hari, belum dapat dipastikan: UNVERIFIED). / Services and danger signs in children of 6 to 71 months. SATUSEHAT has no such questionnaire; Lontar's own. $extract makes a follow-up Task of the answers that need one, within tenggat (7 days, could not be confirmed: UNVERIFIED)."
* insert Section(layanan, Layanan, Services)
* insert Question(layanan.timbang, date, Tanggal terakhir ditimbang, Date last weighed)
* insert Question(layanan.naik, boolean, Berat badan naik, Gained weight)
* insert Question(layanan.imunisasi, boolean, Imunisasi sesuai umur, Immunised as due for the age)
* insert Question(layanan.vitamin-a, date, Tanggal terakhir mendapat vitamin A, Date of the last vitamin A)
* insert Question(layanan.obat-cacing, date, Tanggal terakhir minum obat cacing, Date of the last deworming)
* insert Question(layanan.protein, boolean, Makan protein hewani setiap hari, Eats animal protein every day)
* insert Question(layanan.mt, boolean, Makanan tambahan dimakan sesuai anjuran, Supplementary food eaten as advised)
* insert Section(bahaya, Tanda bahaya, Danger signs)
* insert FollowedUp(bahaya, danger-sign, true)
* insert Question(bahaya.napas, boolean, Napas cepat atau sesak, Fast or difficult breathing)
* insert Needed
* insert Question(bahaya.batuk, boolean, Batuk berdahak, Wet cough)
* insert Needed
* insert Question(bahaya.diare, boolean, Diare, Diarrhoea)
* insert Needed
* insert Question(bahaya.kencing, boolean, Kencing sedikit atau berwarna pekat, Little or dark urine)
* insert Needed
* insert Question(bahaya.warna, boolean, [[Kulit kuning, biru, atau pucat]], [[Yellow, blue or pale skin]])
* insert Needed
* insert Question(bahaya.aktivitas, boolean, Lemas atau jarang bergerak, Weak or hardly moving)
* insert Needed
* insert Question(bahaya.hisapan, boolean, Tidak mau menyusu atau minum, Does not suck or drink)
* insert Needed
* insert Question(bahaya.makan, boolean, Tidak mau makan, Does not eat)
* insert Needed
* insert Tuberculosis
* insert FollowUp

Instance: kunjungan-remaja
InstanceOf: Questionnaire
Usage: #definition
* url = "https://lontar.id/fhir/Questionnaire/kunjungan-remaja"
* name = "KunjunganRemaja"
* insert OurQuestionnaire(Kunjungan rumah: usia sekolah dan remaja 6-18 tahun, Home visit: school age and adolescence 6-18 years)
* insert FollowedUpWithin
* description = "Layanan dan kepatuhan minum tablet tambah darah pada usia sekolah dan remaja. SATUSEHAT tidak mempunyai kuesioner ini; milik Lontar. $extract membuat Task tindak lanjut dari jawaban yang perlu ditindaklanjuti, dalam tenggat (7 hari, belum dapat dipastikan: UNVERIFIED). / Services and adherence to iron tablets at school age and in adolescence. SATUSEHAT has no such questionnaire; Lontar's own. $extract makes a follow-up Task of the answers that need one, within tenggat (7 days, could not be confirmed: UNVERIFIED)."
* insert Section(layanan, Layanan, Services)
* insert Question(layanan.timbang, date, Tanggal terakhir ditimbang dan diukur, Date last weighed and measured)
* insert Question(layanan.hb, boolean, Hemoglobin diperiksa dalam setahun, Haemoglobin tested within a year)
* insert Question(layanan.tekanan, boolean, [[Tekanan darah diperiksa dalam setahun (15 tahun ke atas)]], [[Blood pressure taken within a year (15 and over)]])
* insert Question(layanan.gula, boolean, [[Gula darah diperiksa dalam setahun (15 tahun ke atas)]], [[Blood glucose tested within a year (15 and over)]])
* insert Question(layanan.jiwa, boolean, Sudah diskrining kesehatan jiwa, Was screened for mental health)
* insert Question(layanan.merokok, boolean, Merokok, Smokes)
* insert Section(patuh, Kepatuhan, Adherence)
* insert FollowedUp(patuh, non-compliance, false)
* insert Question(patuh.ttd.ada, boolean, [[Tablet tambah darah tersedia (remaja putri)]], [[Iron tablets are at hand (girls)]])
* insert Question(patuh.ttd.minum, boolean, [[Tablet tambah darah diminum dalam seminggu terakhir (remaja putri)]], [[Iron tablet taken in the last week (girls)]])
* insert Tuberculosis
* insert FollowUp

Instance: kunjungan-dewasa
InstanceOf: Questionnaire
Usage: #definition
* url = "https://lontar.id/fhir/Questionnaire/kunjungan-dewasa"
* name = "KunjunganDewasa"
* insert OurQuestionnaire(Kunjungan rumah: usia dewasa 19-59 tahun, Home visit: adult 19-59 years)
* insert FollowedUpWithin
* description = "Layanan dan kepatuhan berobat pada orang dewasa. SATUSEHAT tidak mempunyai kuesioner ini; milik Lontar. $extract membuat Task tindak lanjut dari jawaban yang perlu ditindaklanjuti, dalam tenggat (7 hari, belum dapat dipastikan: UNVERIFIED). / Services and adherence to treatment in adults. SATUSEHAT has no such questionnaire; Lontar's own. $extract makes a follow-up Task of the answers that need one, within tenggat (7 days, could not be confirmed: UNVERIFIED)."
* insert Section(layanan, Layanan, Services)
* insert Question(layanan.tekanan, date, Tanggal terakhir tekanan darah diperiksa, Date of the last blood pressure)
* insert Question(layanan.gula, date, Tanggal terakhir gula darah diperiksa, Date of the last blood glucose)
* insert Question(layanan.jiwa, boolean, Sudah diskrining kesehatan jiwa, Was screened for mental health)
* insert Question(layanan.kb, boolean, Memakai KB, Uses family planning)
* insert Question(layanan.merokok, boolean, Merokok, Smokes)
* insert Question(layanan.piring, boolean, Makan sesuai Isi Piringku, Eats as the national plate guide says)
* insert Section(patuh, Kepatuhan, Adherence)
* insert FollowedUp(patuh, non-compliance, false)
* insert Medicine(hipertensi, hipertensi, Hypertension)
* insert Medicine(diabetes, diabetes, Diabetes)
* insert Tuberculosis
* insert FollowUp

Instance: kunjungan-lansia
InstanceOf: Questionnaire
Usage: #definition
* url = "https://lontar.id/fhir/Questionnaire/kunjungan-lansia"
* name = "KunjunganLansia"
* insert OurQuestionnaire(Kunjungan rumah: lanjut usia 60 tahun ke atas, Home visit: elderly of 60 years and over)
* insert FollowedUpWithin
* description = "Layanan dan kepatuhan berobat pada lanjut usia. SATUSEHAT tidak mempunyai kuesioner ini; milik Lontar. $extract membuat Task tindak lanjut dari jawaban yang perlu ditindaklanjuti, dalam tenggat (7 hari, belum dapat dipastikan: UNVERIFIED). / Services and adherence to treatment in the elderly. SATUSEHAT has no such questionnaire; Lontar's own. $extract makes a follow-up Task of the answers that need one, within tenggat (7 days, could not be confirmed: UNVERIFIED)."
* insert Section(layanan, Layanan, Services)
* insert Question(layanan.tekanan, date, Tanggal terakhir tekanan darah diperiksa, Date of the last blood pressure)
* insert Question(layanan.gula, date, Tanggal terakhir gula darah diperiksa, Date of the last blood glucose)
* insert Question(layanan.aks, date, Tanggal terakhir AKS dinilai, Date of the last assessment of daily living)
* insert Question(layanan.skilas, date, Tanggal terakhir SKILAS, Date of the last SKILAS)
* insert Question(layanan.jiwa, boolean, Sudah diskrining kesehatan jiwa, Was screened for mental health)
* insert Question(layanan.merokok, boolean, Merokok, Smokes)
* insert Section(patuh, Kepatuhan, Adherence)
* insert FollowedUp(patuh, non-compliance, false)
* insert Medicine(hipertensi, hipertensi, Hypertension)
* insert Medicine(diabetes, diabetes, Diabetes)
* insert Tuberculosis
* insert FollowUp

Instance: kunjungan-tbc
InstanceOf: Questionnaire
Usage: #definition
* url = "https://lontar.id/fhir/Questionnaire/kunjungan-tbc"
* name = "KunjunganTbc"
* insert OurQuestionnaire(Kunjungan rumah: orang dengan TBC, Home visit: person with tuberculosis)
* insert FollowedUpWithin
* description = "Pengobatan, kontak erat, dan gejala pada orang dengan TBC. SATUSEHAT tidak mempunyai kuesioner ini; milik Lontar. $extract membuat Task tindak lanjut dari jawaban yang perlu ditindaklanjuti, dalam tenggat (7 hari, belum dapat dipastikan: UNVERIFIED). / Treatment, close contacts and symptoms of a person with tuberculosis. SATUSEHAT has no such questionnaire; Lontar's own. $extract makes a follow-up Task of the answers that need one, within tenggat (7 days, could not be confirmed: UNVERIFIED)."
* insert Section(layanan, Layanan, Services)
* insert Question(layanan.diagnosis, date, Tanggal diagnosis, Date of the diagnosis)
* insert Question(layanan.periksa, date, Tanggal pemeriksaan terakhir, Date of the last examination)
* insert Question(layanan.pengawas, boolean, Ada pengawas minum obat, Somebody watches over the treatment)
* insert Question(layanan.kontak, integer, Jumlah kontak erat, Number of close contacts)
* insert Section(patuh, Kepatuhan, Adherence)
* insert FollowedUp(patuh, non-compliance, false)
* insert Medicine(tbc, TBC, Tuberculosis)
* insert Tuberculosis
* insert FollowUp

// A domain is declined where one of its answers says so, and isn't where all `count` of section `section` were given and none does.
RuleSet: Domain(link, text, en, declined, section, count)
* insert TopQuestion(ranah.{link}, boolean, [[{text}]], [[{en}]])
* insert Calculated([[iif({declined}, true, iif(%resource.item.where(linkId = '{section}').item.answer.count() = {count}, false))]])

Instance: skilas
InstanceOf: Questionnaire
Usage: #definition
* url = "https://fhir.kemkes.go.id/Questionnaire/Q0042"
* name = "Skilas"
* insert OurQuestionnaire([[Skrining lanjut usia sederhana (SKILAS)]], [[Simple screening of the elderly (SKILAS)]])
* description = "Enam ranah: kognitif, mobilisasi, malnutrisi, penglihatan, pendengaran, depresi; linkId seperti Q0042 SATUSEHAT. Pertanyaan 1.1, 1.2, 2.1, 4.2, 5.1 baik bila ya, lainnya baik bila tidak. Lontar menambah jawaban terhitung per ranah (ranah) dan keseluruhan (berisiko). / Six domains: cognition, mobility, malnutrition, vision, hearing, depression; linkIds as SATUSEHAT's Q0042. Questions 1.1, 1.2, 2.1, 4.2 and 5.1 are good when yes, the others when no. Lontar adds a computed answer for each domain (ranah) and for all (berisiko)."
* insert Section(1, Penurunan kognitif, Cognitive decline)
* insert Question(1.1, boolean, Menjawab benar tentang waktu dan tempat, Answers rightly about time and place)
* insert Question(1.2, boolean, Mengingat ketiga kata, Remembers the three words)
* insert Section(2, Keterbatasan mobilisasi, Limited mobility)
* insert Question(2.1, boolean, Berdiri dari kursi lima kali dalam 14 detik tanpa bantuan tangan, Rises from a chair five times in 14 seconds without using the hands)
* insert Section(3, Malnutrisi, Malnutrition)
* insert Question(3.1, boolean, Berat badan turun lebih dari 3 kg dalam 3 bulan, Lost more than 3 kg in 3 months)
* insert Question(3.2, boolean, Nafsu makan hilang atau sulit makan, Lost appetite or has trouble eating)
* insert Question(3.3, boolean, Lingkar lengan atas kurang dari 21 cm, Upper arm circumference below 21 cm)
* insert Section(4, Gangguan penglihatan, Poor vision)
* insert Question(4.1, boolean, Ada masalah pada mata, Has a problem with the eyes)
* insert Question(4.2, boolean, Menghitung jari dengan benar tiga kali berturut-turut, Counts fingers rightly three times running)
* insert Section(5, Gangguan pendengaran, Poor hearing)
* insert Question(5.1, boolean, Mendengar suara bisikan, Hears a whisper)
* insert Section(6, Gejala depresi, Symptoms of depression)
* insert Question(6.1, boolean, [[Merasa sedih, tertekan, atau putus asa dalam dua minggu terakhir]], [[Felt sad, depressed or hopeless in the last two weeks]])
* insert Question(6.2, boolean, Kurang berminat atau kurang senang melakukan sesuatu dalam dua minggu terakhir, Had little interest or pleasure in doing things in the last two weeks)
* insert Domain(kognitif, [[Ada penurunan kognitif]], [[Cognition declines]], [[%resource.item.item.where(linkId in ('1.1' | '1.2') and answer.value = false).exists()]], 1, 2)
* insert Domain(mobilisasi, [[Mobilisasi terbatas]], [[Mobility is limited]], [[%resource.item.item.where(linkId = '2.1' and answer.value = false).exists()]], 2, 1)
* insert Domain(malnutrisi, [[Ada malnutrisi]], [[Is malnourished]], [[%resource.item.item.where(linkId in ('3.1' | '3.2' | '3.3') and answer.value = true).exists()]], 3, 3)
* insert Domain(penglihatan, [[Penglihatan terganggu]], [[Vision is poor]], [[%resource.item.item.where((linkId = '4.1' and answer.value = true) or (linkId = '4.2' and answer.value = false)).exists()]], 4, 2)
* insert Domain(pendengaran, [[Pendengaran terganggu]], [[Hearing is poor]], [[%resource.item.item.where(linkId = '5.1' and answer.value = false).exists()]], 5, 1)
* insert Domain(depresi, [[Ada gejala depresi]], [[Has symptoms of depression]], [[%resource.item.item.where(linkId in ('6.1' | '6.2') and answer.value = true).exists()]], 6, 2)
* insert TopQuestion(berisiko, boolean, [[Berisiko: rujuk ke Puskesmas]], [[At risk: refer to the Puskesmas]])
* insert Calculated([[iif(%resource.item.where(linkId.startsWith('ranah.')).answer.where(value = true).exists(), true, iif(%resource.item.where(linkId.startsWith('ranah.')).answer.count() = 6, false))]])
