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
