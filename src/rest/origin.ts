import type { FastifyRequest } from 'fastify';
import type { Config } from '../config.js';

/** Scheme, host and port that the client used; behind a proxy what the settings say. A Host header that is none falls back to the address we listen on. */
export function originOf(request: FastifyRequest, config: Pick<Config, 'baseUrl' | 'host'>): string {
  if (config.baseUrl !== undefined) return config.baseUrl;
  const host = /^[A-Za-z0-9.\-_]+(:\d{1,5})?$|^\[[0-9A-Fa-f:.]+\](:\d{1,5})?$/.test(request.host) ? request.host : config.host;
  return `${request.protocol}://${host}`;
}
