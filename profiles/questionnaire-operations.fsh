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
