import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import type { Made } from './resource.js';

/** Takes resources as lines of JSON; waits for whoever reads them, so that no more than a piece is held. */
export interface LineSink {
  add(resource: Made): Promise<void> | undefined;
  /** All is written. */
  end(): Promise<void>;
}

/** Characters collected before they are handed on. */
const pieceLength = 256 * 1024;

/** One file a resource type in a folder, `Patient.ndjson` and so on, as Bulk Data has them. Later versions of a resource follow as further lines. */
export async function folderSink(folder: string): Promise<LineSink> {
  await mkdir(folder, { recursive: true });
  const sinks = new Map<string, LineSink>();
  return {
    add(resource) {
      const type = resource.resourceType;
      let sink = sinks.get(type);
      if (sink === undefined) {
        const stream = createWriteStream(join(folder, `${type}.ndjson`));
        sink = streamSink(stream, async () => {
          stream.end();
          await finished(stream);
        });
        sinks.set(type, sink);
      }
      return sink.add(resource);
    },
    async end() {
      await Promise.all([...sinks.values()].map((sink) => sink.end()));
    },
  };
}

/** All resources into one stream, in the order in which a server can take them; the stream stays open unless `close` ends it. */
export function streamSink(stream: Writable, close: () => Promise<void> = async () => {}): LineSink {
  let piece = '';
  const flush = async (): Promise<void> => {
    const text = piece;
    piece = '';
    if (!stream.write(text)) await once(stream, 'drain');
  };
  return {
    add(resource) {
      piece += `${JSON.stringify(resource)}\n`;
      return piece.length < pieceLength ? undefined : flush();
    },
    async end() {
      if (piece !== '') await flush();
      await close();
    },
  };
}
