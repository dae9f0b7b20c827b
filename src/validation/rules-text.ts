import type { Text } from '../fhir/outcome.js';

/** What the rule packs say to people: what is wrong and how to mend it. */
export const rulesText = {
  questionnaire: {
    unknown: (canonical: string): Text => ({
      id: `Questionnaire '${canonical}' tidak ditemukan sehingga jawaban tidak diperiksa.`,
      en: `The questionnaire '${canonical}' is not on board, so the answers were not checked.`,
    }),
    unknownLink: (linkId: string): Text => ({
      id: `linkId '${linkId}' tidak ada dalam kuesioner. Perbaiki linkId-nya.`,
      en: `The linkId '${linkId}' does not exist in the questionnaire. Mend the linkId.`,
    }),
    wrongPlace: (linkId: string): Text => ({
      id: `Butir '${linkId}' berada di tempat yang salah. Susun seperti kuesionernya.`,
      en: `The item '${linkId}' stands in the wrong place. Arrange it as in the questionnaire.`,
    }),
    outOfOrder: (linkId: string): Text => ({
      id: `Butir '${linkId}' tidak pada urutan kuesioner.`,
      en: `The item '${linkId}' is out of the questionnaire's order.`,
    }),
    notEnabled: (linkId: string): Text => ({
      id: `Butir '${linkId}' dijawab padahal syarat enableWhen tidak terpenuhi. Hapus jawabannya.`,
      en: `The item '${linkId}' is answered although its enableWhen is not met. Remove the answer.`,
    }),
    required: (linkId: string): Text => ({
      id: `Butir wajib '${linkId}' belum dijawab. Isilah.`,
      en: `The required item '${linkId}' has no answer. Supply it.`,
    }),
    oneItem: (linkId: string): Text => ({
      id: `Butir '${linkId}' hanya boleh muncul sekali.`,
      en: `The item '${linkId}' may occur only once.`,
    }),
    oneAnswer: (linkId: string): Text => ({
      id: `Butir '${linkId}' hanya boleh punya satu jawaban.`,
      en: `The item '${linkId}' takes only one answer.`,
    }),
    tooManyAnswers: (max: number, found: number): Text => ({
      id: `Jawaban paling banyak ${max}, ditemukan ${found}.`,
      en: `At most ${max} answers are allowed, found ${found}.`,
    }),
    tooFewAnswers: (min: number, found: number): Text => ({
      id: `Jawaban paling sedikit ${min}, ditemukan ${found}.`,
      en: `At least ${min} answers are needed, found ${found}.`,
    }),
    groupAnswered: (linkId: string): Text => ({
      id: `'${linkId}' adalah kelompok dan tidak boleh punya jawaban.`,
      en: `'${linkId}' is a group and can't have answers.`,
    }),
    displayAnswered: (linkId: string): Text => ({
      id: `'${linkId}' hanya teks tampilan dan tidak boleh punya jawaban.`,
      en: `'${linkId}' is a display text and can't have answers.`,
    }),
    questionAnswered: (linkId: string): Text => ({
      id: `'${linkId}' berjenis abstrak 'question' dan tidak boleh punya jawaban.`,
      en: `'${linkId}' is of the abstract type question and can't have answers.`,
    }),
    itemsBelongToAnswer: (linkId: string): Text => ({
      id: `Butir di bawah pertanyaan '${linkId}' harus berada di dalam answer.`,
      en: `Items below the question '${linkId}' belong inside its answer.`,
    }),
    textDiffers: (linkId: string): Text => ({
      id: `Teks butir '${linkId}' berbeda dari kuesioner.`,
      en: `The text of item '${linkId}' differs from the questionnaire's.`,
    }),
    answerType: (allowed: readonly string[], found: string): Text => ({
      id: `Jawaban harus berjenis ${allowed.join(' atau ')}, bukan ${found}.`,
      en: `The answer must be of type ${allowed.join(' or ')}, not ${found}.`,
    }),
    noOptionOfType: (type: string): Text => ({
      id: `Tidak ada pilihan jawaban berjenis ${type}.`,
      en: `None of the answer options is of type ${type}.`,
    }),
    notAnOption: (value: string): Text => ({
      id: `'${value}' bukan salah satu pilihan jawaban.`,
      en: `'${value}' is not one of the answer options.`,
    }),
    notInValueSet: (value: string, valueSet: string): Text => ({
      id: `'${value}' tidak ada dalam daftar jawaban ${valueSet}.`,
      en: `'${value}' is not in the answer value set ${valueSet}.`,
    }),
    belowLimit: (limit: string): Text => ({ id: `Nilai kurang dari batas ${limit}.`, en: `The value is below the minimum ${limit}.` }),
    aboveLimit: (limit: string): Text => ({ id: `Nilai melebihi batas ${limit}.`, en: `The value is above the maximum ${limit}.` }),
    incomparable: (limit: string): Text => ({
      id: `Nilai tidak dapat dibandingkan dengan batas ${limit}: tidak ada satuan baku yang sama jenis.`,
      en: `The value can't be compared with the limit ${limit}: there are no formal units of one kind.`,
    }),
    decimalPlaces: (places: number): Text => ({
      id: `Angka di belakang koma paling banyak ${places}.`,
      en: `At most ${places} decimal places are allowed.`,
    }),
    tooLong: (max: number): Text => ({
      id: `Jawaban paling panjang ${max} karakter.`,
      en: `The answer may have at most ${max} characters.`,
    }),
    tooShort: (min: number): Text => ({ id: `Jawaban paling pendek ${min} karakter.`, en: `The answer needs at least ${min} characters.` }),
    wrongFormat: (format: string): Text => ({
      id: `Jawaban tidak sesuai bentuk yang diminta: ${format}.`,
      en: `The answer does not have the form asked for: ${format}.`,
    }),
    unitNotAllowed: (value: string): Text => ({
      id: `Satuan pada '${value}' tidak diizinkan.`,
      en: `The unit of '${value}' is not allowed.`,
    }),
    unitNotInValueSet: (value: string, valueSet: string): Text => ({
      id: `Satuan pada '${value}' tidak ada dalam ${valueSet}.`,
      en: `The unit of '${value}' is not in ${valueSet}.`,
    }),
    enableWhenInner: (linkId: string): Text => ({
      id: `enableWhen tidak boleh mengacu ke pertanyaan di dalam butir itu sendiri ('${linkId}').`,
      en: `enableWhen can't refer to a question within the item itself ('${linkId}').`,
    }),
    enableWhenSelf: {
      id: 'enableWhen tidak boleh mengacu ke butir itu sendiri.',
      en: 'enableWhen can’t refer to the item itself.',
    },
    enableWhenUnknown: (linkId: string): Text => ({
      id: `enableWhen mengacu ke linkId '${linkId}' yang tidak ada.`,
      en: `enableWhen refers to the linkId '${linkId}', which does not exist.`,
    }),
    enableWhenLater: (linkId: string): Text => ({
      id: `enableWhen mengacu ke '${linkId}' yang baru ditanyakan kemudian.`,
      en: `enableWhen refers to '${linkId}', which is asked later.`,
    }),
  },
  bundle: {
    fullUrlRelative: (url: string): Text => ({
      id: `fullUrl harus URL mutlak, bukan '${url}'.`,
      en: `The fullUrl must be an absolute URL, not '${url}'.`,
    }),
    fullUrlId: (url: string, wanted: string): Text => ({
      id: `fullUrl '${url}' harus berakhir dengan ${wanted}.`,
      en: `The fullUrl '${url}' must end with ${wanted}.`,
    }),
    fullUrlNoId: (url: string): Text => ({
      id: `fullUrl '${url}' berbentuk alamat server, tetapi resource tidak punya id.`,
      en: `The fullUrl '${url}' looks like a server address, but the resource has no id.`,
    }),
    linkTwice: (relation: string): Text => ({
      id: `Tautan '${relation}' hanya boleh muncul sekali.`,
      en: `The link '${relation}' may occur only once.`,
    }),
    noSelfLink: { id: 'Hasil pencarian sebaiknya punya tautan self.', en: 'A search result should have a self link.' },
    searchId: { id: 'Resource dalam hasil pencarian wajib punya id.', en: 'Resources in a search result need an id.' },
    searchType: (type: string, expected: readonly string[]): Text => ({
      id: `${type} tidak sesuai pencarian (yang dicari: ${expected.join(', ')}).`,
      en: `${type} does not fit the search (expected: ${expected.join(', ')}).`,
    }),
    notOutcome: (type: string): Text => ({
      id: `Entri dengan mode outcome harus OperationOutcome, bukan ${type}.`,
      en: `An entry of mode outcome must be an OperationOutcome, not a ${type}.`,
    }),
    firstEntry: (wanted: string, found: string): Text => ({
      id: `Entri pertama harus ${wanted}, bukan ${found}.`,
      en: `The first entry must be a ${wanted}, not a ${found}.`,
    }),
    notInBundle: (reference: string): Text => ({
      id: `'${reference}' tidak ada dalam Bundle ini. Sertakan, atau samakan acuannya dengan fullUrl.`,
      en: `'${reference}' is not in this Bundle. Include it, or make the reference agree with a fullUrl.`,
    }),
    severalInBundle: (reference: string, count: number): Text => ({
      id: `Ada ${count} resource yang cocok dengan '${reference}' dalam Bundle ini.`,
      en: `There are ${count} matches for '${reference}' in this Bundle.`,
    }),
    unreachable: (entry: string): Text => ({
      id: `Entri '${entry}' tidak terhubung dengan entri pertama melalui acuan apa pun.`,
      en: `No reference, forward or backward, links the entry '${entry}' with the first one.`,
    }),
  },
  narrative: {
    notXml: (why: string): Text => ({
      id: `Narasi bukan XHTML yang sah: ${why}.`,
      en: `The narrative is not well-formed XHTML: ${why}.`,
    }),
    notDiv: {
      id: 'Narasi harus satu <div> dengan xmlns="http://www.w3.org/1999/xhtml".',
      en: 'The narrative must be one <div> with xmlns="http://www.w3.org/1999/xhtml".',
    },
    element: (name: string): Text => ({
      id: `Elemen <${name}> tidak diizinkan dalam narasi. Hapuslah.`,
      en: `The element <${name}> is not allowed in a narrative. Remove it.`,
    }),
    attribute: (name: string, element: string): Text => ({
      id: `Atribut '${name}' pada <${element}> tidak diizinkan dalam narasi.`,
      en: `The attribute '${name}' on <${element}> is not allowed in a narrative.`,
    }),
    entity: (name: string): Text => ({
      id: `Entitas '${name}' tidak dikenal dalam XHTML. Tulis karakternya langsung.`,
      en: `The entity '${name}' is not known in XHTML. Write the character itself.`,
    }),
    empty: {
      id: 'Narasi kosong. Isi teks atau gambar, atau hapus elemennya.',
      en: 'The narrative is empty. Give it text or an image, or remove it.',
    },
    unresolvedLink: (target: string): Text => ({
      id: `Tautan '${target}' tidak menunjuk ke mana pun dalam narasi atau resource ini.`,
      en: `The link '${target}' points to nothing in this narrative or resource.`,
    }),
    languageProhibited: (found: readonly string[]): Text => ({
      id: `Narasi memuat bagian per bahasa (${found.join(', ')}), tetapi profil melarangnya.`,
      en: `The narrative has language sections (${found.join(', ')}), which the profile prohibits.`,
    }),
    languageRequired: (wanted: string, found: readonly string[]): Text => ({
      id: `Narasi harus punya bagian berbahasa '${wanted}' (ada: ${found.join(', ') || 'tidak ada'}).`,
      en: `The narrative needs a section in the language '${wanted}' (found: ${found.join(', ') || 'none'}).`,
    }),
  },
  attachment: {
    size: (stated: number, found: number): Text => ({
      id: `Ukuran lampiran tertulis ${stated}, sebenarnya ${found} byte.`,
      en: `The attachment's size says ${stated}, but it has ${found} bytes.`,
    }),
    empty: { id: 'Lampiran tanpa data dan url sebaiknya punya judul.', en: 'An attachment without data and url should have a title.' },
  },
  identifier: {
    relativeSystem: {
      id: 'Identifier.system harus URI mutlak, bukan acuan lokal.',
      en: 'Identifier.system must be an absolute URI, not a local reference.',
    },
    notUri: {
      id: "Dengan system 'urn:ietf:rfc:3986', value harus URI lengkap.",
      en: "With the system 'urn:ietf:rfc:3986' the value must be a full URI.",
    },
  },
  canonical: {
    urn: {
      id: "OID dan UUID ditulis dengan awalan 'urn:oid:' atau 'urn:uuid:'.",
      en: "An OID or UUID is written with 'urn:oid:' or 'urn:uuid:' before it.",
    },
    relative: (url: string): Text => ({
      id: `URL kanonis harus mutlak, bukan '${url}'.`,
      en: `A canonical URL must be absolute, not '${url}'.`,
    }),
  },
  terminology: {
    systemRelative: (system: string): Text => ({
      id: `system '${system}' harus URI mutlak.`,
      en: `The system '${system}' must be an absolute URI.`,
    }),
    count: (stated: number, found: number): Text => ({
      id: `count menyebut ${stated}, tetapi sistem kode yang lengkap ini punya ${found} konsep.`,
      en: `count says ${stated}, but this complete code system has ${found} concepts.`,
    }),
    supplementContent: {
      id: "CodeSystem yang melengkapi sistem lain harus punya content 'supplement'.",
      en: "A code system that supplements another must have the content 'supplement'.",
    },
    supplementCode: (code: string, base: string): Text => ({
      id: `Kode '${code}' tidak ada dalam sistem yang dilengkapi, ${base}.`,
      en: `The code '${code}' does not exist in the system supplemented, ${base}.`,
    }),
    propertyType: (property: string, found: string, wanted: string): Text => ({
      id: `Sifat '${property}' berjenis ${found}, padahal dinyatakan ${wanted}.`,
      en: `The property '${property}' has a value of type ${found}, but is declared as ${wanted}.`,
    }),
    propertyUndeclared: (property: string): Text => ({
      id: `Sifat '${property}' tidak dinyatakan dalam CodeSystem.property.`,
      en: `The property '${property}' is not declared in CodeSystem.property.`,
    }),
    propertyCode: (code: string): Text => ({
      id: `Kode '${code}' tidak ada dalam sistem kode ini.`,
      en: `The code '${code}' does not exist in this code system.`,
    }),
    supplementWithout: {
      id: "content 'supplement' menuntut elemen supplements.",
      en: "The content 'supplement' needs the element supplements.",
    },
    filterCode: (value: string, system: string): Text => ({
      id: `Nilai penyaring '${value}' bukan kode dari ${system}.`,
      en: `The filter value '${value}' is not a code of ${system}.`,
    }),
    filterFormat: (value: string, wanted: string): Text => ({
      id: `Nilai penyaring '${value}' harus berbentuk ${wanted}.`,
      en: `The filter value '${value}' must have the form ${wanted}.`,
    }),
    filterProperty: (property: string, system: string): Text => ({
      id: `Sistem kode ${system} tidak mengenal sifat atau penyaring '${property}'.`,
      en: `The code system ${system} has no property or filter '${property}'.`,
    }),
    expressionLanguage: (found: string): Text => ({
      id: `Ekspresi ValueSet harus berbahasa text/fhirpath, bukan ${found}.`,
      en: `An expression of a value set must be in text/fhirpath, not ${found}.`,
    }),
    expressionParameter: (name: string): Text => ({
      id: `Ekspresi mengacu ke parameter '${name}' yang tidak dinyatakan.`,
      en: `The expression refers to the parameter '${name}', which is not declared.`,
    }),
    unknownConcept: (code: string, system: string): Text => ({
      id: `Kode '${code}' tidak ada dalam ${system}.`,
      en: `The code '${code}' does not exist in ${system}.`,
    }),
  },
  structure: {
    unknownType: (type: string): Text => ({
      id: `Jenis '${type}' tidak ada dalam FHIR. Jenis lain harus memakai URL.`,
      en: `The type '${type}' is not defined by FHIR. Other types need a URL.`,
    }),
    typeDiffers: (type: string, base: string): Text => ({
      id: `Profil untuk '${type}' tidak dapat dibuat dari dasar berjenis '${base}'.`,
      en: `A profile of '${type}' can't be based on a definition of '${base}'.`,
    }),
    extensionUrl: (fixed: string, url: string): Text => ({
      id: `Extension.url dikunci ke '${fixed}', sedangkan URL definisi ini '${url}'.`,
      en: `Extension.url is fixed to '${fixed}', but this definition's URL is '${url}'.`,
    }),
    expression: (expression: string): Text => ({
      id: `FHIRPath '${expression}' tidak dapat dibaca. Perbaiki tata bahasanya.`,
      en: `The FHIRPath '${expression}' can't be read. Mend its grammar.`,
    }),
    searchType: (type: string): Text => ({
      id: `Menurut definisinya, parameter pencarian ini berjenis '${type}'.`,
      en: `By its definition this search parameter is of type '${type}'.`,
    }),
    derived: (element: string, wanted: string): Text => ({
      id: `${element} berbeda dari SearchParameter asalnya (${wanted}).`,
      en: `The ${element} differs from the search parameter it derives from (${wanted}).`,
    }),
    binding: (path: string, types: readonly string[]): Text => ({
      id: `Elemen '${path}' diberi binding, padahal jenisnya (${types.join(', ')}) tidak memuat kode.`,
      en: `The element '${path}' has a binding, but its types (${types.join(', ')}) hold no code.`,
    }),
    valueType: (rule: string, type: string, allowed: readonly string[]): Text => ({
      id: `${rule} berjenis ${type}, padahal elemen ini berjenis ${allowed.join(', ')}.`,
      en: `The ${rule} value is of type ${type}, but the element is of type ${allowed.join(', ')}.`,
    }),
    rootSlicing: { id: 'Elemen akar profil tidak boleh diiris.', en: 'The root element of a profile can’t be sliced.' },
    baseUnknown: (base: string): Text => ({
      id: `Dasar '${base}' tidak ditemukan.`,
      en: `The base '${base}' is not on board.`,
    }),
  },
  measure: {
    count: (stated: number, found: number): Text => ({
      id: `Jumlah ${stated} tidak sama dengan ${found} subjek yang disebut.`,
      en: `The count ${stated} does not agree with the ${found} subjects listed.`,
    }),
    unknown: (canonical: string): Text => ({
      id: `Measure '${canonical}' tidak ditemukan sehingga laporan tidak diperiksa.`,
      en: `The measure '${canonical}' is not on board, so the report was not checked against it.`,
    }),
    unknownGroup: { id: 'Kelompok ini tidak ada dalam Measure.', en: 'The measure has no such group.' },
    unknownPopulation: { id: 'Populasi ini tidak ada dalam Measure.', en: 'The measure has no such population.' },
    unknownStratifier: { id: 'Stratifier ini tidak ada dalam Measure.', en: 'The measure has no such stratifier.' },
    groupWithoutCode: { id: 'Kelompok harus punya kode yang sama dengan Measure.', en: 'The group needs a code that the measure has.' },
    duplicate: { id: 'Kode ini dipakai dua kali.', en: 'This code is used twice.' },
    missingPopulation: (name: string): Text => ({
      id: `Populasi '${name}' dari Measure tidak ada dalam laporan.`,
      en: `The measure's population '${name}' is missing from the report.`,
    }),
    missingStratifier: (name: string): Text => ({
      id: `Stratifier '${name}' dari Measure tidak ada dalam laporan.`,
      en: `The measure's stratifier '${name}' is missing from the report.`,
    }),
    scoreNotAllowed: (scoring: string): Text => ({
      id: `measureScore tidak berlaku untuk Measure dengan scoring '${scoring}'.`,
      en: `There is no measureScore for a measure of scoring '${scoring}'.`,
    }),
    scoreMissing: (scoring: string): Text => ({
      id: `measureScore wajib untuk Measure dengan scoring '${scoring}'.`,
      en: `A measureScore is required for a measure of scoring '${scoring}'.`,
    }),
    missingGroup: (name: string): Text => ({
      id: `Kelompok '${name}' dari Measure tidak ada dalam laporan.`,
      en: `The measure's group '${name}' is missing from the report.`,
    }),
    expression: (name: string, library: string): Text => ({
      id: `Pustaka ${library} tidak punya definisi '${name}'.`,
      en: `The library ${library} has no definition '${name}'.`,
    }),
    noLibrary: { id: 'Kriteria CQL menuntut satu pustaka dalam library.', en: 'Criteria in CQL need a library.' },
  },
  quantity: {
    unit: (code: string): Text => ({
      id: `'${code}' bukan satuan UCUM yang sah.`,
      en: `'${code}' is not a valid UCUM unit.`,
    }),
  },
} as const;
