import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot, packFolder } from '../root.js';
import { packAreas } from './pack-areas.js';
import { packCore } from './pack-core.js';
import { packGuide } from './pack-guide.js';

// The build step after tsc: packs the R4 core, our guide and the areas into dist/pack. Each pack is made anew only when its inputs changed.
mkdirSync(packFolder, { recursive: true });
packCore(join(packageRoot, 'node_modules', 'hl7.fhir.r4.examples'), join(packFolder, 'core.pack'));
packGuide(packageRoot, join(packFolder, 'guide.pack'));
packAreas(join(packageRoot, 'node_modules', 'idn-area-data', 'data'), join(packFolder, 'areas.pack'));
