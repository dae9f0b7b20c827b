import { type DestinationStream, type Logger, pino, type SerializedError } from 'pino';
import type { Config } from '../config.js';
import { withoutNik } from './nik.js';

/**
 * The server's log: a JSON line each. Neither addresses with their queries nor headers nor bodies are ever logged; what slips into a message
 * all the same loses its NIKs, and an error tells its class, code and stack but not the values that it quotes.
 */
export function createLogger(level: Config['logLevel'], destination: DestinationStream): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: {
        paths: ['authorization', '*.authorization', 'headers', '*.headers', 'body', '*.body', 'query', '*.query', 'url', '*.url'],
        remove: true,
      },
      serializers: { err: safeError },
    },
    { write: (line: string) => destination.write(withoutNik(line)) },
  );
}

function safeError(error: unknown): SerializedError | object {
  if (!(error instanceof Error)) return { type: typeof error };
  const { code } = error as { readonly code?: unknown };
  return {
    type: error.name,
    ...(typeof code === 'string' ? { code } : {}),
    message: withoutValues(error.message),
    // The first lines of a stack repeat the message.
    stack: (error.stack ?? '')
      .split('\n')
      .filter((line) => /^\s+at /.test(line))
      .slice(0, 12)
      .join('\n'),
  };
}

// Libraries and PostgreSQL quote the value at fault, which may be a name or a NIK.
function withoutValues(message: string): string {
  return message
    .slice(0, 500)
    .replace(/"[^"]*"?|'[^']*'?|`[^`]*`?|\([^)]*\)?/g, '"…"')
    .replace(/\d{6,}/g, '…');
}
