import type { MistakeName } from './errors.js';
import type { World } from './world.js';

export interface SyntheticProgress {
  readonly people: number;
  readonly resources: number;
}

export interface SyntheticResult extends SyntheticProgress {
  readonly households: number;
  /** Households that were there already, from an earlier run. */
  readonly present: number;
  /** Labelled mistakes that were not stored, by their name: what the server would have refused. */
  readonly refused: Readonly<Partial<Record<MistakeName, number>>>;
}

export interface SyntheticLoad {
  readonly world: World;
  readonly people: number;
  onProgress(progress: SyntheticProgress): void;
}
