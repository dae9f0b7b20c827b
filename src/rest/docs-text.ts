import type { Text } from '../fhir/outcome.js';

const meanings: Readonly<Record<string, Text>> = {
  capabilities: { id: 'kemampuan server (CapabilityStatement)', en: 'what the server can do (CapabilityStatement)' },
  transaction: { id: 'Bundle transaction (semua atau tidak sama sekali) atau batch', en: 'Bundle: transaction (all or nothing) or batch' },
  read: { id: 'membaca versi terkini', en: 'reads the current version' },
  vread: { id: 'membaca satu versi', en: 'reads one version' },
  create: { id: 'membuat; dengan If-None-Exist hanya bila belum ada', en: 'creates; with If-None-Exist only where none exists' },
  update: {
    id: 'mengganti atau membuat; tanpa id: menurut syarat pencarian',
    en: 'replaces or creates; without an id: by search condition',
  },
  patch: { id: 'mengubah sebagian (JSON Patch, FHIRPath Patch)', en: 'changes parts (JSON Patch, FHIRPath Patch)' },
  delete: { id: 'menghapus; riwayatnya tetap ada', en: 'deletes; the history stays' },
  'async-status': {
    id: 'jawaban permintaan Prefer: respond-async, bila sudah ada',
    en: 'the answer to a request with Prefer: respond-async, once there is one',
  },
  'async-cancel': { id: 'membatalkan permintaan itu atau membuang jawabannya', en: 'calls that request off, or forgets its answer' },
  'history-instance': { id: 'semua versi satu resource', en: 'all versions of one resource' },
  'history-type': { id: 'semua versi satu jenis', en: 'all versions of one type' },
  'history-system': { id: 'semua versi', en: 'all versions' },
  'search-type': { id: 'mencari', en: 'searches' },
  'search-compartment': {
    id: 'mencari di dalam compartment, misalnya milik satu Patient',
    en: 'searches within a compartment, e.g. of one Patient',
  },
};

/** What the page for client authors says. */
export const docsText = {
  lead: {
    id: 'Server FHIR R4. Halaman ini dibuat dari tabel yang melayani permintaan; rinciannya ada di',
    en: 'A FHIR R4 server. This page is made from the tables that serve requests; the details are at',
  },
  roots: { id: 'Alamat dasar', en: 'Service roots' },
  interactions: { id: 'Interaksi', en: 'Interactions' },
  operations: { id: 'Operasi', en: 'Operations' },
  formats: { id: 'Bentuk isi', en: 'Formats' },
  formatHint: {
    id: 'Pilih bentuk jawaban dengan Accept atau _format; _pretty=true merapikannya.',
    en: 'Choose the form of the answer by Accept or _format; _pretty=true indents it.',
  },
  headers: { id: 'Header', en: 'Headers' },
  example: { id: 'Contoh', en: 'Example' },
  method: { id: 'Metode', en: 'Method' },
  address: { id: 'Alamat', en: 'Address' },
  meaning: { id: 'Arti', en: 'Meaning' },
  definition: { id: 'Definisi', en: 'Definition' },
  meanings,
  headerMeanings: [
    { name: 'Authorization', text: { id: 'Bearer <token>', en: 'Bearer <token>' } },
    { name: 'Accept-Language', text: { id: 'id (bawaan) atau en, untuk pesan', en: 'id (default) or en, for messages' } },
    { name: 'If-Match', text: { id: 'W/"versi": tolak (412) bila sudah berubah', en: 'W/"version": refuse (412) where it has changed' } },
    { name: 'If-None-Match, If-Modified-Since', text: { id: '304 bila belum berubah', en: '304 where unchanged' } },
    { name: 'If-None-Exist', text: { id: 'syarat pencarian untuk create', en: 'search condition of a create' } },
    {
      name: 'Prefer',
      text: {
        id: 'return=minimal | representation | OperationOutcome; handling=strict | lenient; respond-async (operasi yang lama)',
        en: 'return=minimal | representation | OperationOutcome; handling=strict | lenient; respond-async (long operations)',
      },
    },
    {
      name: 'X-Request-Id',
      text: { id: 'id permintaan; dikembalikan, juga di OperationOutcome', en: 'id of the request; echoed, in OperationOutcomes too' },
    },
  ] satisfies ReadonlyArray<{ readonly name: string; readonly text: Text }>,
} as const;
