import { test } from 'tap';
import { errors, profile, profileUrl, validatorWith } from './support.js';

const nik = 'https://fhir.kemkes.go.id/id/nik';

const nikSlice = [
  {
    id: 'Patient.identifier',
    path: 'Patient.identifier',
    slicing: { discriminator: [{ type: 'value', path: 'system' }], rules: 'open' },
    min: 1,
  },
  { id: 'Patient.identifier:nik', path: 'Patient.identifier', sliceName: 'nik', min: 1, max: '1' },
  { id: 'Patient.identifier:nik.system', path: 'Patient.identifier.system', min: 1, fixedUri: nik },
  { id: 'Patient.identifier:nik.value', path: 'Patient.identifier.value', min: 1, maxLength: 16 },
];

interface Case {
  readonly rule: string;
  readonly definitions: readonly object[];
  readonly resource: object;
  readonly expected: readonly string[];
}

// the first definition is the profile that the resource is held against
const cases: readonly Case[] = [
  {
    rule: 'raises the minimum',
    definitions: [profile('A', 'Patient', [{ path: 'Patient.name', min: 1 }])],
    resource: { resourceType: 'Patient' },
    expected: ['min-cardinality @ Patient'],
  },
  {
    rule: 'lowers the maximum',
    definitions: [profile('A', 'Patient', [{ path: 'Patient.name', max: '1' }])],
    resource: { resourceType: 'Patient', name: [{ text: 'a' }, { text: 'b' }] },
    expected: ['max-cardinality @ Patient'],
  },
  {
    rule: 'prohibits an element',
    definitions: [profile('A', 'Patient', [{ path: 'Patient.birthDate', max: '0' }])],
    resource: { resourceType: 'Patient', birthDate: '2020' },
    expected: ['max-cardinality @ Patient'],
  },
  {
    rule: 'demands a part of an element only where the element is',
    definitions: [profile('A', 'Patient', [{ path: 'Patient.contact.name', min: 1 }])],
    resource: { resourceType: 'Patient', contact: [{ telecom: [{ system: 'phone', value: '1' }] }, { name: { text: 'x' } }] },
    expected: ['min-cardinality @ Patient.contact[0]'],
  },
  {
    rule: 'fixes a primitive',
    definitions: [profile('A', 'Patient', [{ path: 'Patient.gender', fixedCode: 'female' }])],
    resource: { resourceType: 'Patient', gender: 'male' },
    expected: ['fixed @ Patient.gender'],
  },
  {
    rule: 'fixes a complex value whole',
    definitions: [profile('A', 'Observation', [{ path: 'Observation.code', fixedCodeableConcept: { text: 'a' } }])],
    resource: { resourceType: 'Observation', status: 'final', code: { text: 'a', coding: [{ system: 'urn:x', code: 'y' }] } },
    expected: ['fixed @ Observation.code'],
  },
  {
    rule: 'takes more than a pattern says',
    definitions: [
      profile('A', 'Observation', [{ path: 'Observation.code', patternCodeableConcept: { coding: [{ system: 'urn:x', code: 'y' }] } }]),
    ],
    resource: {
      resourceType: 'Observation',
      status: 'final',
      code: {
        text: 'a',
        coding: [
          { system: 'urn:z', code: 'y' },
          { system: 'urn:x', code: 'y', display: 'Y' },
        ],
      },
    },
    expected: [],
  },
  {
    rule: 'misses part of a pattern',
    definitions: [
      profile('A', 'Observation', [{ path: 'Observation.code', patternCodeableConcept: { coding: [{ system: 'urn:x', code: 'y' }] } }]),
    ],
    resource: { resourceType: 'Observation', status: 'final', code: { coding: [{ system: 'urn:x', code: 'z' }] } },
    expected: ['pattern @ Observation.code'],
  },
  {
    rule: 'narrows a choice',
    definitions: [profile('A', 'Observation', [{ path: 'Observation.value[x]', type: [{ code: 'Quantity' }] }])],
    resource: { resourceType: 'Observation', status: 'final', code: { text: 'a' }, valueString: 'x' },
    expected: ['type @ Observation.value.ofType(string)'],
  },
  {
    rule: 'constrains one type of a choice',
    definitions: [
      profile('A', 'Observation', [
        {
          id: 'Observation.value[x]',
          path: 'Observation.value[x]',
          slicing: { discriminator: [{ type: 'type', path: '$this' }], rules: 'open' },
        },
        {
          id: 'Observation.value[x]:valueQuantity',
          path: 'Observation.value[x]',
          sliceName: 'valueQuantity',
          type: [{ code: 'Quantity' }],
        },
        { id: 'Observation.value[x]:valueQuantity.code', path: 'Observation.value[x].code', min: 1, fixedCode: 'g/dL' },
      ]),
    ],
    resource: {
      resourceType: 'Observation',
      status: 'final',
      code: { text: 'a' },
      valueQuantity: { value: 1, system: 'http://unitsofmeasure.org', code: 'mg/dL' },
    },
    expected: ['fixed @ Observation.value.ofType(Quantity).code'],
  },
  {
    rule: 'binds tighter',
    definitions: [
      profile('A', 'Patient', [
        { path: 'Patient.maritalStatus', binding: { strength: 'required', valueSet: 'http://hl7.org/fhir/ValueSet/marital-status' } },
      ]),
    ],
    resource: { resourceType: 'Patient', maritalStatus: { coding: [{ system: 'urn:x', code: 'y' }] } },
    expected: ['binding @ Patient.maritalStatus'],
  },
  {
    rule: 'limits length',
    definitions: [profile('A', 'Patient', nikSlice)],
    resource: { resourceType: 'Patient', identifier: [{ system: nik, value: '12345678901234567' }] },
    expected: ['max-length @ Patient.identifier[0].value'],
  },
  {
    rule: 'limits values, units converted',
    definitions: [
      profile('A', 'Observation', [
        {
          path: 'Observation.value[x]',
          type: [{ code: 'Quantity' }],
          minValueQuantity: { value: 1, system: 'http://unitsofmeasure.org', code: 'kg' },
          maxValueQuantity: { value: 6, system: 'http://unitsofmeasure.org', code: 'kg' },
        },
      ]),
    ],
    resource: {
      resourceType: 'Observation',
      status: 'final',
      code: { text: 'a' },
      valueQuantity: { value: 6500, system: 'http://unitsofmeasure.org', code: 'g' },
    },
    expected: ['bounds @ Observation.value.ofType(Quantity)'],
  },
  {
    rule: 'evaluates its own invariants',
    definitions: [
      profile('A', 'Patient', [
        { path: 'Patient.name', constraint: [{ key: 'n-1', severity: 'error', human: 'needs text', expression: 'text.exists()' }] },
      ]),
    ],
    resource: { resourceType: 'Patient', name: [{ text: 'a' }, { family: 'b' }] },
    expected: ['n-1 @ Patient.name[1]'],
  },
  {
    rule: 'finds a slice by a fixed value',
    definitions: [profile('A', 'Patient', nikSlice)],
    resource: {
      resourceType: 'Patient',
      identifier: [
        { system: 'urn:x', value: 'a' },
        { system: nik, value: '3171234567890123' },
      ],
    },
    expected: [],
  },
  {
    rule: 'misses a slice',
    definitions: [profile('A', 'Patient', nikSlice)],
    resource: { resourceType: 'Patient', identifier: [{ system: 'urn:x', value: 'a' }] },
    expected: ['slice-min @ Patient'],
  },
  {
    rule: 'counts a slice',
    definitions: [profile('A', 'Patient', nikSlice)],
    resource: {
      resourceType: 'Patient',
      identifier: [
        { system: nik, value: '1' },
        { system: nik, value: '2' },
      ],
    },
    expected: ['slice-max @ Patient'],
  },
  {
    rule: 'demands of a slice what it says',
    definitions: [profile('A', 'Patient', nikSlice)],
    resource: { resourceType: 'Patient', identifier: [{ system: nik }] },
    expected: ['min-cardinality @ Patient.identifier[0]'],
  },
  {
    rule: 'refuses what a closed slicing leaves out',
    definitions: [
      profile('A', 'Patient', [
        { ...nikSlice[0], slicing: { discriminator: [{ type: 'value', path: 'system' }], rules: 'closed' } },
        ...nikSlice.slice(1),
      ]),
    ],
    resource: {
      resourceType: 'Patient',
      identifier: [
        { system: nik, value: '1' },
        { system: 'urn:x', value: 'a' },
      ],
    },
    expected: ['slice-closed @ Patient.identifier[1]'],
  },
  {
    rule: 'wants the rest at the end',
    definitions: [
      profile('A', 'Patient', [
        { ...nikSlice[0], slicing: { discriminator: [{ type: 'value', path: 'system' }], rules: 'openAtEnd' } },
        ...nikSlice.slice(1),
      ]),
    ],
    resource: {
      resourceType: 'Patient',
      identifier: [
        { system: 'urn:x', value: 'a' },
        { system: nik, value: '1' },
      ],
    },
    expected: ['slice-order @ Patient.identifier[1]'],
  },
  {
    rule: 'slices by pattern',
    definitions: [
      profile('A', 'Observation', [
        {
          id: 'Observation.component',
          path: 'Observation.component',
          slicing: { discriminator: [{ type: 'pattern', path: 'code' }], rules: 'open' },
        },
        { id: 'Observation.component:s', path: 'Observation.component', sliceName: 's', min: 1 },
        {
          id: 'Observation.component:s.code',
          path: 'Observation.component.code',
          patternCodeableConcept: { coding: [{ system: 'urn:x', code: 's' }] },
        },
        { id: 'Observation.component:s.value[x]', path: 'Observation.component.value[x]', min: 1 },
      ]),
    ],
    resource: {
      resourceType: 'Observation',
      status: 'final',
      code: { text: 'a' },
      component: [{ code: { text: 'b' } }, { code: { coding: [{ system: 'urn:x', code: 's', display: 'S' }] } }],
    },
    expected: ['min-cardinality @ Observation.component[1]'],
  },
  {
    rule: 'slices by existence',
    definitions: [
      profile('A', 'Patient', [
        { id: 'Patient.name', path: 'Patient.name', slicing: { discriminator: [{ type: 'exists', path: 'period' }], rules: 'open' } },
        { id: 'Patient.name:former', path: 'Patient.name', sliceName: 'former' },
        { id: 'Patient.name:former.period', path: 'Patient.name.period', min: 1 },
        { id: 'Patient.name:former.use', path: 'Patient.name.use', min: 1 },
        { id: 'Patient.name:present', path: 'Patient.name', sliceName: 'present', min: 1, max: '1' },
        { id: 'Patient.name:present.period', path: 'Patient.name.period', max: '0' },
      ]),
    ],
    resource: { resourceType: 'Patient', name: [{ text: 'a', period: { start: '2020' } }, { text: 'b' }, { text: 'c' }] },
    expected: ['min-cardinality @ Patient.name[0]', 'slice-max @ Patient'],
  },
  {
    rule: 'slices by the type of a reference’s target',
    definitions: [
      profile('A', 'Observation', [
        {
          id: 'Observation.performer',
          path: 'Observation.performer',
          slicing: { discriminator: [{ type: 'type', path: 'resolve()' }], rules: 'closed' },
        },
        {
          id: 'Observation.performer:o',
          path: 'Observation.performer',
          sliceName: 'o',
          min: 1,
          type: [{ code: 'Reference', targetProfile: ['http://hl7.org/fhir/StructureDefinition/Organization'] }],
        },
      ]),
    ],
    resource: {
      resourceType: 'Observation',
      status: 'final',
      code: { text: 'a' },
      performer: [{ reference: 'Practitioner/1' }, { reference: 'Organization/1' }],
    },
    expected: ['slice-closed @ Observation.performer[0]'],
  },
  {
    rule: 'slices again inside a slice',
    definitions: [
      profile('A', 'Patient', [
        { id: 'Patient.telecom', path: 'Patient.telecom', slicing: { discriminator: [{ type: 'value', path: 'system' }], rules: 'open' } },
        {
          id: 'Patient.telecom:phone',
          path: 'Patient.telecom',
          sliceName: 'phone',
          slicing: { discriminator: [{ type: 'value', path: 'use' }], rules: 'open' },
        },
        { id: 'Patient.telecom:phone.system', path: 'Patient.telecom.system', min: 1, fixedCode: 'phone' },
        { id: 'Patient.telecom:phone/mobile', path: 'Patient.telecom', sliceName: 'phone/mobile', min: 1 },
        { id: 'Patient.telecom:phone/mobile.use', path: 'Patient.telecom.use', min: 1, fixedCode: 'mobile' },
      ]),
    ],
    resource: {
      resourceType: 'Patient',
      telecom: [
        { system: 'phone', use: 'home', value: '1' },
        { system: 'email', use: 'mobile', value: '2' },
      ],
    },
    expected: ['slice-min @ Patient'],
  },
  {
    rule: 'slices extensions by url and checks them by their own definition',
    definitions: [
      profile('A', 'Patient', [
        { id: 'Patient.extension', path: 'Patient.extension', slicing: { discriminator: [{ type: 'value', path: 'url' }], rules: 'open' } },
        {
          id: 'Patient.extension:e',
          path: 'Patient.extension',
          sliceName: 'e',
          min: 1,
          type: [{ code: 'Extension', profile: [profileUrl('E')] }],
        },
      ]),
      profile(
        'E',
        'Extension',
        [
          { path: 'Extension.url', fixedUri: profileUrl('E') },
          { path: 'Extension.value[x]', min: 1, type: [{ code: 'boolean' }] },
        ],
        { context: [{ type: 'element', expression: 'Patient' }] },
      ),
    ],
    resource: { resourceType: 'Patient', extension: [{ url: profileUrl('E'), valueString: 'x' }] },
    expected: ['type @ Patient.extension[0].value.ofType(string)'],
  },
  {
    rule: 'holds a target at hand to its profile',
    definitions: [
      profile('A', 'Patient', [{ path: 'Patient.managingOrganization', type: [{ code: 'Reference', targetProfile: [profileUrl('O')] }] }]),
      profile('O', 'Organization', [{ path: 'Organization.telecom', min: 1 }]),
    ],
    resource: {
      resourceType: 'Patient',
      contained: [{ resourceType: 'Organization', id: 'o', name: 'x' }],
      managingOrganization: { reference: '#o' },
    },
    expected: ['reference-profile @ Patient.managingOrganization'],
  },
  {
    rule: 'ends on profiles that refer to each other',
    definitions: [
      profile('A', 'Patient', [{ path: 'Patient.link.other', type: [{ code: 'Reference', targetProfile: [profileUrl('A')] }] }]),
    ],
    resource: {
      resourceType: 'Patient',
      contained: [{ resourceType: 'Patient', id: 'p', link: [{ type: 'seealso', other: { reference: '#p' } }] }],
      link: [{ type: 'seealso', other: { reference: '#p' } }],
    },
    expected: [],
  },
  {
    rule: 'narrows aggregation',
    definitions: [
      profile('A', 'Patient', [
        {
          path: 'Patient.managingOrganization',
          type: [
            { code: 'Reference', targetProfile: ['http://hl7.org/fhir/StructureDefinition/Organization'], aggregation: ['contained'] },
          ],
        },
      ]),
    ],
    resource: { resourceType: 'Patient', managingOrganization: { reference: 'Organization/1' } },
    expected: ['aggregation @ Patient.managingOrganization'],
  },
  {
    rule: 'wants one of several profiles of a datatype',
    definitions: [
      profile('A', 'Patient', [{ path: 'Patient.address', type: [{ code: 'Address', profile: [profileUrl('X'), profileUrl('Y')] }] }]),
      profile('X', 'Address', [{ path: 'Address.city', min: 1 }]),
      profile('Y', 'Address', [{ path: 'Address.text', min: 1 }]),
    ],
    resource: { resourceType: 'Patient', address: [{ text: 'a' }, { city: 'b' }, { country: 'ID' }] },
    expected: ['profile-choice @ Patient.address[2]', 'min-cardinality @ Patient.address[2]'],
  },
  {
    rule: 'wants a value where extensions alone are not enough',
    definitions: [
      profile('A', 'Patient', [
        {
          path: 'Patient.active',
          extension: [{ url: 'http://hl7.org/fhir/5.0/StructureDefinition/extension-ElementDefinition.mustHaveValue', valueBoolean: true }],
        },
      ]),
    ],
    resource: {
      resourceType: 'Patient',
      _active: { extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/data-absent-reason', valueCode: 'unknown' }] },
    },
    expected: ['must-have-value @ Patient.active'],
  },
  {
    rule: 'takes a slice that leaves out one of the discriminators',
    definitions: [
      profile('A', 'Patient', [
        {
          id: 'Patient.telecom',
          path: 'Patient.telecom',
          slicing: {
            discriminator: [
              { type: 'value', path: 'system' },
              { type: 'value', path: 'use' },
            ],
            rules: 'open',
          },
        },
        { id: 'Patient.telecom:mobile', path: 'Patient.telecom', sliceName: 'mobile', min: 1 },
        { id: 'Patient.telecom:mobile.system', path: 'Patient.telecom.system', min: 1, fixedCode: 'phone' },
        { id: 'Patient.telecom:mobile.use', path: 'Patient.telecom.use', min: 1, fixedCode: 'mobile' },
        { id: 'Patient.telecom:email', path: 'Patient.telecom', sliceName: 'email', max: '1' },
        { id: 'Patient.telecom:email.system', path: 'Patient.telecom.system', min: 1, fixedCode: 'email' },
      ]),
    ],
    resource: {
      resourceType: 'Patient',
      telecom: [
        { system: 'phone', use: 'mobile', value: '1' },
        { system: 'email', use: 'home', value: '2' },
        { system: 'email', value: '3' },
      ],
    },
    expected: ['slice-max @ Patient'],
  },
  {
    rule: 'refuses parts that a complex extension does not have',
    definitions: [
      profile('A', 'Patient', []),
      profile(
        'E',
        'Extension',
        [
          {
            id: 'Extension.extension',
            path: 'Extension.extension',
            slicing: { discriminator: [{ type: 'value', path: 'url' }], rules: 'open' },
          },
          { id: 'Extension.extension:rt', path: 'Extension.extension', sliceName: 'rt' },
          { id: 'Extension.extension:rt.url', path: 'Extension.extension.url', fixedUri: 'rt' },
          { id: 'Extension.url', path: 'Extension.url', fixedUri: profileUrl('E') },
          { id: 'Extension.value[x]', path: 'Extension.value[x]', max: '0' },
        ],
        { context: [{ type: 'element', expression: 'Patient' }] },
      ),
    ],
    resource: {
      resourceType: 'Patient',
      extension: [
        {
          url: profileUrl('E'),
          extension: [
            { url: 'rt', valueString: '1' },
            { url: 'rtt', valueString: '2' },
          ],
        },
      ],
    },
    expected: ['extension-part @ Patient.extension[0].extension[1]'],
  },
  {
    rule: 'applies to resources of its type only',
    definitions: [profile('A', 'Patient', [])],
    resource: { resourceType: 'Organization', name: 'x' },
    expected: ['profile-type @ Organization'],
  },
];

test('profiles', (t) => {
  for (const { rule, definitions, resource, expected } of cases) {
    const issues = validatorWith(definitions).validate(resource, { profiles: [profileUrl('A')] });
    t.strictSame(errors(issues), expected, rule);
  }
  t.end();
});

test('applies declared profiles, and leaves them out when asked to', (t) => {
  const validator = validatorWith([profile('A', 'Patient', [{ path: 'Patient.name', min: 1 }])]);
  const resource = { resourceType: 'Patient', meta: { profile: [profileUrl('A')] } };
  t.strictSame(errors(validator.validate(resource)), ['min-cardinality @ Patient']);
  t.strictSame(errors(validator.validate(resource, { declaredProfiles: false })), []);
  t.end();
});

test('names a declared profile that is not on board in a warning', (t) => {
  const issues = validatorWith().validate({ resourceType: 'Patient', meta: { profile: ['https://lontar.test/none'] } });
  t.ok(issues.some(({ rule, severity }) => rule === 'unknown-profile' && severity === 'warning'));
  t.strictSame(errors(issues), []);
  t.end();
});

test('refuses to judge by a profile that was asked for and is not on board', (t) => {
  const issues = validatorWith().validate({ resourceType: 'Patient' }, { profiles: ['https://lontar.test/none'] });
  t.strictSame(errors(issues), ['unknown-profile @ Patient']);
  t.end();
});

test('takes the version of a profile that is there, and says so', (t) => {
  const validator = validatorWith([profile('A', 'Patient', [{ path: 'Patient.name', min: 1 }], { version: '2.0.0' })]);
  const issues = validator.validate({ resourceType: 'Patient', meta: { profile: [`${profileUrl('A')}|1.0.0`] } });
  t.strictSame(errors(issues), ['min-cardinality @ Patient']);
  t.ok(issues.some(({ rule, severity }) => rule === 'profile-version' && severity === 'warning'));
  t.end();
});

test('names the slice and its discriminator', (t) => {
  const issues = validatorWith([profile('A', 'Patient', nikSlice)]).validate(
    { resourceType: 'Patient', identifier: [{ value: '1' }] },
    { profiles: [profileUrl('A')] },
  );
  const missing = issues.find(({ rule }) => rule === 'slice-min');
  t.match(missing?.text.id, /Patient\.identifier:nik/);
  t.match(missing?.text.en, /system = "https:\/\/fhir\.kemkes\.go\.id\/id\/nik"/);
  t.end();
});

test('runs no code that a profile smuggles in', (t) => {
  const evil = `"];globalThis.smuggled=true;//\`\${globalThis.smuggled=true}`;
  const definitions = [
    profile('A', 'Patient', [
      { id: 'Patient.name', path: 'Patient.name', slicing: { discriminator: [{ type: 'value', path: 'use' }], rules: 'open' } },
      { id: `Patient.name:${evil}`, path: 'Patient.name', sliceName: evil, min: 1 },
      { id: `Patient.name:${evil}.use`, path: 'Patient.name.use', fixedCode: evil },
      {
        path: 'Patient.gender',
        constraint: [{ key: evil, severity: 'error', human: evil, expression: evil }],
        binding: { strength: 'required', valueSet: evil },
      },
    ]),
  ];
  validatorWith(definitions).validate(
    { resourceType: 'Patient', gender: 'male', name: [{ use: 'usual' }] },
    { profiles: [profileUrl('A')] },
  );
  t.equal((globalThis as Record<string, unknown>)['smuggled'], undefined);
  t.end();
});

test('bears a thousand slices', (t) => {
  const slices = Array.from({ length: 1000 }, (_, index) => [
    { id: `Patient.identifier:s${index}`, path: 'Patient.identifier', sliceName: `s${index}`, max: '1' },
    { id: `Patient.identifier:s${index}.system`, path: 'Patient.identifier.system', min: 1, fixedUri: `urn:s:${index}` },
  ]).flat();
  const [head] = nikSlice;
  const issues = validatorWith([profile('A', 'Patient', [{ ...head, min: 0 }, ...slices])]).validate(
    { resourceType: 'Patient', identifier: [{ system: 'urn:s:7' }, { system: 'urn:s:7' }] },
    { profiles: [profileUrl('A')] },
  );
  t.strictSame(errors(issues), ['slice-max @ Patient']);
  t.end();
});
