// What every profile of ours says about itself. `short` and texts are written "Bahasa Indonesia / English".
RuleSet: Published
* ^version = "0.1.0"
* ^publisher = "Lontar"
* ^status = #active

// The Indonesian text of an invariant, beside its English `human`.
RuleSet: Id(text)
* human.extension[0].url = "http://hl7.org/fhir/StructureDefinition/translation"
* human.extension[0].extension[0].url = "lang"
* human.extension[0].extension[0].valueCode = #id
* human.extension[0].extension[1].url = "content"
* human.extension[0].extension[1].valueString = "{text}"

// Slices an identifier by its system.
RuleSet: IdentifiersBySystem
* identifier ^slicing.discriminator.type = #value
* identifier ^slicing.discriminator.path = "system"
* identifier ^slicing.rules = #open

RuleSet: IdentifierSlice(name, system)
* identifier[{name}].system 1..1
* identifier[{name}].system = "{system}" (exactly)
* identifier[{name}].value 1..1

// The address down to village, RT and RW.
RuleSet: AreaAddress
* address MS
* address.extension contains AdministrativeCode named administrativeCode 0..1 MS

// A measured value: unit, and the bounds beyond which it is surely mistaken.
RuleSet: Measured(unit, low, high)
* value[x] only Quantity
* valueQuantity = '{unit}'
* valueQuantity.value 1..1
* valueQuantity ^minValueQuantity = {low} '{unit}'
* valueQuantity ^maxValueQuantity = {high} '{unit}'
