// Procedures, requests, plans and documents.

Invariant: proc-1
Severity: #error
Description: "A completed procedure says when it was done: fill in performedDateTime or performedPeriod"
Expression: "status = 'completed' implies performed.exists()"
* insert Id([[Tindakan yang selesai (completed) menyebut waktunya: isi performedDateTime atau performedPeriod]])

Profile: ServiceProcedure
Parent: Procedure
Id: procedure
Title: "Tindakan / Procedure"
Description: "Tindakan, pemeriksaan, atau edukasi (aturan 10013 sampai 10019). SATUSEHAT juga mewajibkan encounter. Profil milik Lontar. / Treatment, examination or education (rules 10013 to 10019). SATUSEHAT also demands encounter. Lontar's own profile."
* insert Published
* obeys proc-1
* status MS
* category 1..1 MS
* code 1..1 MS
* code.coding 1..*
* code from https://lontar.id/fhir/ValueSet/procedure-code (extensible)
* subject only Reference(Patient)
* subject MS
* encounter MS
* performed[x] MS

Profile: UltrasoundProcedure
Parent: ServiceProcedure
Id: procedure-ultrasound
Title: "USG kehamilan / Pregnancy ultrasound"
Description: "USG kehamilan (ICD-9-CM 88.78); indikator USG trimester 1 dan 3 membaca waktunya. Profil milik Lontar. / Ultrasound in pregnancy (ICD-9-CM 88.78); the indicators of ultrasound in trimesters 1 and 3 read its time. Lontar's own profile."
* insert Published
* code = $icd9#88.78

Profile: VitaminAProcedure
Parent: ServiceProcedure
Id: procedure-vitamin-a
Title: "Pemberian vitamin A / Vitamin A supplementation"
Description: "Kapsul vitamin A untuk bayi, balita, dan ibu nifas. Profil milik Lontar. / Vitamin A capsules for infants, under-fives and postnatal mothers. Lontar's own profile."
* insert Published
* code = $sct#767224000

Profile: SupplementaryFoodOrder
Parent: NutritionOrder
Id: nutritionorder-supplementary-food
Title: "Makanan tambahan (PMT) / Supplementary food"
Description: "Pemberian makanan tambahan lokal atau pabrikan kepada ibu hamil KEK atau balita gizi kurang. Profil milik Lontar. / Local or manufactured supplementary food for women with chronic energy deficiency or wasted children. Lontar's own profile."
* insert Published
* status MS
* patient MS
* dateTime MS
* supplement 1..* MS
* supplement.type 1..1
* supplement.type from https://lontar.id/fhir/ValueSet/supplementary-food (extensible)

Profile: ReferralRequest
Parent: ServiceRequest
Id: servicerequest-referral
Title: "Rujukan / Referral"
Description: "Rujukan dari kader atau fasilitas ke fasilitas lain, misalnya karena tanda bahaya. Profil milik Lontar. / Referral by a kader or facility to another facility, as for a danger sign. Lontar's own profile."
* insert Published
* status MS
* category 1..* MS
* category ^slicing.discriminator.type = #value
* category ^slicing.discriminator.path = "$this"
* category ^slicing.rules = #open
* category contains referral 1..1
* category[referral] = $sct#3457005
* code 1..1
* subject only Reference(Patient)
* subject MS
* authoredOn 1..1 MS
* requester 1..1
* performer MS
* reasonCode MS
* encounter MS

Profile: FollowUpTask
Parent: Task
Id: task-follow-up
Title: "Tindak lanjut / Follow-up"
Description: "Tugas menindaklanjuti: tanda bahaya, tidak patuh obat, gejala TB, atau sasaran yang belum mengakses layanan. Profil milik Lontar. / A task to follow up: a danger sign, missed medicine, TB symptoms, or somebody who has not come for a service. Lontar's own profile."
* insert Published
* status MS
* intent = #order
* code 1..1 MS
* code from https://lontar.id/fhir/ValueSet/follow-up-reason (required)
* for 1..1 MS
* for only Reference(Patient or Group)
* authoredOn 1..1 MS
* owner MS
* restriction.period MS

Profile: HomeVisitPlan
Parent: CarePlan
Id: careplan-home-visit
Title: "Jadwal kunjungan rumah / Home-visit schedule"
Description: "Rencana kunjungan rumah untuk seseorang atau sebuah keluarga: terjadwal, selesai, atau terlewat. Profil milik Lontar. / The plan of home visits to a person or household: scheduled, done or missed. Lontar's own profile."
* insert Published
* status MS
* intent = #plan
* category 1..*
* subject MS
* period 1..1 MS
* period.start 1..1
* activity 1..* MS
* activity.detail 1..1
* activity.detail.status MS
* activity.detail.scheduled[x] 1..1 MS
* activity.detail.scheduled[x] only Period or string
* author MS
* description MS
* encounter MS
* title MS

Profile: ServiceComposition
Parent: Composition
Id: composition
Title: "Dokumen / Document"
Description: "Resume medis, formulir skrining, atau formulir kematian, sebagaimana diterima SATUSEHAT. Profil milik Lontar. / Medical resume, screening form or death form, as SATUSEHAT takes them. Lontar's own profile."
* insert Published
* type from https://lontar.id/fhir/ValueSet/composition-type (extensible)
* subject 1..1 MS
* subject only Reference(Patient)
* section 1..*
* section.code 1..1
* author MS
* date MS
* title MS

Profile: ResumeComposition
Parent: ServiceComposition
Id: composition-resume
Title: "Resume medis / Medical resume"
Description: "Ringkasan satu kunjungan atau perawatan (LOINC 18842-5). Profil milik Lontar. / Summary of one visit or stay (LOINC 18842-5). Lontar's own profile."
* insert Published
* type = $loinc#18842-5
* encounter 1..1 MS

Profile: DeathReviewComposition
Parent: ServiceComposition
Id: composition-death-review
Title: "Telaah kematian / Death review"
Description: "Formulir kematian maternal atau perinatal (COM000001 sampai COM000003): siapa yang meninggal, kapan ditelaah, dan bagian-bagiannya. Profil milik Lontar. / Form of a maternal or perinatal death (COM000001 to COM000003): who died, when it was reviewed, and its sections. Lontar's own profile."
* insert Published
* type from https://lontar.id/fhir/ValueSet/death-review-type (required)
* section.entry MS

Profile: ServiceQuestionnaireResponse
Parent: QuestionnaireResponse
Id: questionnaireresponse
Title: "Jawaban kuesioner / Questionnaire response"
Description: "Jawaban sebuah kuesioner skrining atau kunjungan rumah (aturan 10169). Profil milik Lontar. / Answers to a screening or home-visit questionnaire (rule 10169). Lontar's own profile."
* insert Published
* questionnaire 1..1 MS
* status MS
* subject 1..1 MS
* authored 1..1 MS
* author 1..1 MS
* item 1..* MS
* encounter MS
* source MS
