import { appendFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { basename, join } from 'node:path';

/*
 * To be loaded before a program (`--import`): writes down every module that its processes load, each process in a file of the
 * folder `RECORD_MODULES`, which is called by its entry and number.
 */

const folder = process.env['RECORD_MODULES'] ?? '.';
const file = join(folder, `${basename(process.argv[1] ?? '')}-${process.pid}`);

registerHooks({
  load: (url, context, next) => {
    appendFileSync(file, `${url}\n`);
    return next(url, context);
  },
});
