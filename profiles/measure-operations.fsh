// Operations of ours on measures and their reports. RuleSet Input: questionnaire-operations.fsh.

RuleSet: OwnOperation(code, resource)
* version = "0.1.0"
* status = #active
* kind = #operation
* publisher = "Lontar"
* affectsState = false
* code = #{code}
* resource = #{resource}
* system = false
* instance = true

RuleSet: FileOutput(at)
* parameter[{at}].name = #return
* parameter[{at}].use = #out
* parameter[{at}].min = 1
* parameter[{at}].max = "1"
* parameter[{at}].documentation = "Berkas: CSV, XLSX, PDF, ADX, atau dataValueSets DHIS2; laporan yang sama selalu sama bitnya / The file: CSV, XLSX, PDF, ADX or dataValueSets of DHIS2; the same report always is the same bytes"
* parameter[{at}].type = #Binary

Instance: measurereport-export
InstanceOf: OperationDefinition
Usage: #definition
Title: "Laporan indikator sebagai berkas / A measure report as a file"
* url = "https://lontar.id/fhir/OperationDefinition/measurereport-export"
* name = "MeasureReportExport"
* title = "Laporan indikator sebagai berkas / A measure report as a file"
* description = "Memberikan MeasureReport tersimpan sebagai berkas menurut _format atau Accept: csv, xlsx, pdf, adx, datavaluesets. / Gives a stored MeasureReport as a file, in the form that _format or Accept asks for: csv, xlsx, pdf, adx, datavaluesets."
* insert OwnOperation(export, MeasureReport)
* type = false
* insert Input(0, _format, code, 1, [[csv (bila kosong), xlsx, pdf, adx, datavaluesets / csv where absent, xlsx, pdf, adx, datavaluesets]])
* insert FileOutput(1)

Instance: measure-export
InstanceOf: OperationDefinition
Usage: #definition
Title: "Indikator dihitung sebagai berkas / A measure evaluated as a file"
* url = "https://lontar.id/fhir/OperationDefinition/measure-export"
* name = "MeasureExport"
* title = "Indikator dihitung sebagai berkas / A measure evaluated as a file"
* description = "Menghitung seperti $evaluate-measure, dengan parameternya, dan menjawab dengan berkas. / Evaluates as $evaluate-measure does, with its parameters, and answers with a file."
* insert OwnOperation(export, Measure)
* type = true
* insert Input(0, _format, code, 1, [[csv (bila kosong), xlsx, pdf, adx, datavaluesets / csv where absent, xlsx, pdf, adx, datavaluesets]])
* insert Input(1, periodStart, date, 1, [[Seperti $evaluate-measure / As of $evaluate-measure]])
* insert Input(2, periodEnd, date, 1, [[Seperti $evaluate-measure / As of $evaluate-measure]])
* insert Input(3, measure, string, 1, [[Seperti $evaluate-measure / As of $evaluate-measure]])
* insert Input(4, subject, string, 1, [[Seperti $evaluate-measure / As of $evaluate-measure]])
* insert Input(5, reportType, code, 1, [[Seperti $evaluate-measure / As of $evaluate-measure]])
* insert Input(6, practitioner, string, 1, [[Seperti $evaluate-measure / As of $evaluate-measure]])
* insert Input(7, lastReceivedOn, dateTime, 1, [[Seperti $evaluate-measure / As of $evaluate-measure]])
* insert FileOutput(8)

Instance: measurereport-trace
InstanceOf: OperationDefinition
Usage: #definition
Title: "Siapa di balik angka / Who stands behind a number"
* url = "https://lontar.id/fhir/OperationDefinition/measurereport-trace"
* name = "MeasureReportTrace"
* title = "Siapa di balik angka / Who stands behind a number"
* description = "Orang-orang di balik angka laporan tersimpan, dihitung ulang pada watermark-nya, dengan versi resource yang dibaca; dengan person juga nilai tiap definisi CQL. / The persons behind the numbers of a stored report, evaluated again at its watermark, with the versions of their resources; with person the value of every CQL definition as well."
* insert OwnOperation(trace, MeasureReport)
* type = false
* insert Input(0, group, code, 1, [[Kelompok / Group]])
* insert Input(1, population, code, 1, [[Populasi / Population]])
* insert Input(2, area, string, 1, [[Kode wilayah atau awalannya, none untuk yang tanpa desa / Area code or its beginning, none for those without a village]])
* insert Input(3, person, string, 1, [[Id Patient / Id of a Patient]])
* insert Input(4, _count, integer, 1, [[Orang per halaman / Persons a page]])
* insert Input(5, _offset, integer, 1, [[Orang yang dilewati / Persons to skip]])
* parameter[6].name = #return
* parameter[6].use = #out
* parameter[6].min = 1
* parameter[6].max = "1"
* parameter[6].documentation = "Orang, populasi, versi resource / Persons, populations, versions of resources"
* parameter[6].type = #Parameters
