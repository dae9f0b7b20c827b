// Operations on forms and their answers.

RuleSet: Input(at, name, type, max, documentation)
* parameter[{at}].name = #{name}
* parameter[{at}].use = #in
* parameter[{at}].min = 0
* parameter[{at}].max = "{max}"
* parameter[{at}].documentation = "{documentation}"
* parameter[{at}].type = #{type}

Instance: questionnaireresponse-extract
InstanceOf: OperationDefinition
Usage: #definition
Title: "Ekstraksi jawaban kuesioner / Extraction from a questionnaire response"
* url = "https://lontar.id/fhir/OperationDefinition/questionnaireresponse-extract"
* version = "0.1.0"
* name = "QuestionnaireResponseExtract"
* title = "Ekstraksi jawaban kuesioner / Extraction from a questionnaire response"
* status = #active
* kind = #operation
* publisher = "Lontar"
* description = "Membuat Bundle transaction dari jawaban kuesioner menurut SDC: Observation dari item berkode (observationExtract) dan resource dari item yang menunjuk elemen (definitionExtract, itemExtractionContext); skor dihitung lebih dulu (calculatedExpression). Tidak menyimpan apa pun. / Makes a transaction Bundle of a questionnaire's answers as SDC describes it: Observations of coded items (observationExtract), and resources of items that point at elements (definitionExtract, itemExtractionContext); scores are computed first (calculatedExpression). Stores nothing."
* affectsState = false
* code = #extract
* resource = #QuestionnaireResponse
* system = false
* type = true
* instance = true
* insert Input(0, questionnaire-response, QuestionnaireResponse, 1, [[Jawaban kuesioner; wajib kecuali pada jawaban tersimpan / The response; required save of a stored one]])
* insert Input(1, questionnaire, Questionnaire, 1, [[Kuesionernya, bila bukan yang tersimpan / Its questionnaire, where it isn't the stored one]])
* parameter[2].name = #return
* parameter[2].use = #out
* parameter[2].min = 1
* parameter[2].max = "1"
* parameter[2].documentation = "Transaction yang dapat dikirim ke server / A transaction that can be sent to the server"
* parameter[2].type = #Bundle

Instance: questionnaire-populate
InstanceOf: OperationDefinition
Usage: #definition
Title: "Isi awal kuesioner / Prefilled questionnaire"
* url = "https://lontar.id/fhir/OperationDefinition/questionnaire-populate"
* version = "0.1.0"
* name = "QuestionnairePopulate"
* title = "Isi awal kuesioner / Prefilled questionnaire"
* status = #active
* kind = #operation
* publisher = "Lontar"
* description = "Membuat QuestionnaireResponse yang sudah berisi data tersimpan seorang pasien menurut SDC: initialExpression atas %patient dan konteks lain, Observation terbaru dalam observationLinkPeriod, dan initial. Tidak menyimpan apa pun. / Makes a QuestionnaireResponse filled with what is stored of a patient as SDC describes it: initialExpression over %patient and other contexts, the newest Observation within observationLinkPeriod, and initial. Stores nothing."
* affectsState = false
* code = #populate
* resource = #Questionnaire
* system = false
* type = true
* instance = true
* insert Input(0, questionnaire, Questionnaire, 1, [[Kuesionernya / The questionnaire]])
* insert Input(1, canonical, uri, 1, [[URL kuesioner yang tersimpan / URL of a stored questionnaire]])
* insert Input(2, questionnaireRef, Reference, 1, [[Kuesioner yang tersimpan / A stored questionnaire]])
* parameter[3].name = #subject
* parameter[3].use = #in
* parameter[3].min = 1
* parameter[3].max = "1"
* parameter[3].documentation = "Pasien yang dijawabkan / The patient the answers are about"
* parameter[3].type = #Reference
* parameter[4].name = #context
* parameter[4].use = #in
* parameter[4].min = 0
* parameter[4].max = "*"
* parameter[4].documentation = "Konteks lain yang disebut launchContext / Another context that launchContext names"
* parameter[4].part[0].name = #name
* parameter[4].part[0].use = #in
* parameter[4].part[0].min = 1
* parameter[4].part[0].max = "1"
* parameter[4].part[0].documentation = "Nama variabel, misalnya encounter / Name of the variable, e.g. encounter"
* parameter[4].part[0].type = #string
* parameter[4].part[1].name = #content
* parameter[4].part[1].use = #in
* parameter[4].part[1].min = 1
* parameter[4].part[1].max = "1"
* parameter[4].part[1].documentation = "Resource, atau referensi ke yang tersimpan / A resource, or a reference to a stored one"
* parameter[4].part[1].type = #Reference
* parameter[5].name = #local
* parameter[5].use = #in
* parameter[5].min = 0
* parameter[5].max = "1"
* parameter[5].documentation = "Diterima; server ini selalu memakai data sendiri / Taken; this server always uses its own data"
* parameter[5].type = #boolean
* parameter[6].name = #response
* parameter[6].use = #out
* parameter[6].min = 1
* parameter[6].max = "1"
* parameter[6].documentation = "Jawaban yang sudah terisi sebagian, status in-progress / The response as far as it is filled, in progress"
* parameter[6].type = #QuestionnaireResponse

Instance: careplan-plan-visits
InstanceOf: OperationDefinition
Usage: #definition
Title: "Jadwal kunjungan / Plan of visits"
* url = "https://lontar.id/fhir/OperationDefinition/careplan-plan-visits"
* version = "0.1.0"
* name = "CarePlanPlanVisits"
* title = "Jadwal kunjungan / Plan of visits"
* status = #active
* kind = #operation
* publisher = "Lontar"
* description = "Menulis siapa di suatu wilayah yang jatuh tempo untuk layanan apa dalam periode: satu Task tiap layanan yang belum diterima dan satu CarePlan tiap orang. Yang sama selalu mendapat id yang sama; yang sudah dilayani ditutup (completed), yang lewat periodenya failed, yang tidak lagi jatuh tempo cancelled; rencana yang lewat ditutup. Sekali panggil menulis sekitar 5.000; bila jawaban memuat tautan next, panggil lagi. Layanannya ialah kelompok sebuah Measure: penyebutnya yang jatuh tempo, pembilangnya yang sudah menerima. / Writes who of an area is due for which service in the period: a Task for each service not yet received, and a CarePlan for each person. The same due always has the same id; what was given is closed (completed), what is past its period failed, what is no longer due cancelled; plans that are over are closed. A call writes about 5,000; where the answer has a link next, call again. The services are the groups of a Measure: its denominator is due, its numerator has received."
* affectsState = true
* code = #plan-visits
* resource = #CarePlan
* system = false
* type = true
* instance = false
* insert Input(0, periodStart, date, 1, [[Awal periode; wajib / Start of the period; required]])
* insert Input(1, periodEnd, date, 1, [[Akhir periode; wajib / End of the period; required]])
* insert Input(2, subject, string, 1, [[Kode wilayah, Organization, Location, Group, atau Patient; wajib / Area code, Organization, Location, Group or Patient; required]])
* insert Input(3, measure, string, 1, [[Measure yang kelompoknya ialah layanan; JATUH-TEMPO bila kosong / The Measure whose groups are the services; JATUH-TEMPO where absent]])
* parameter[4].name = #return
* parameter[4].use = #out
* parameter[4].min = 1
* parameter[4].max = "1"
* parameter[4].documentation = "Task dan CarePlan yang ditulis / The Tasks and CarePlans that were written"
* parameter[4].type = #Bundle
