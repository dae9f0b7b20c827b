import { parentPort, workerData } from 'node:worker_threads';
import type { ReportTable } from './report-table.js';
import { writeWorkbook } from './xlsx.js';

// The thread that writes one large workbook.
parentPort?.postMessage(await writeWorkbook(workerData as ReportTable));
