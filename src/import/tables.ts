import { DatabaseSync } from 'node:sqlite';
import { isMap, jsonOf, listOf, mapOf } from './loose.ts';
import type { LooseMap } from './loose.ts';
import { ImportFailure } from './plan.ts';
import type { SourceFile } from './source-file.ts';

/** Rows beyond it are refused: nobody's gateway has so many, and each is held in memory. */
const MAX_ROWS = 1_000_000;

/** The tables of a gateway's database, by their names. */
export interface Tables {
  /** The names of the columns of a table; none where there is no such table. */
  readonly columns: (table: string) => readonly string[];
  /** Its rows, in the order of their ids. None where there is no such table. */
  readonly rows: (table: string) => Iterable<LooseMap>;
  readonly close: () => void;
}

/**
 * The tables of an SQLite file, or of JSON: `{ "channels": [ROW, …], "tokens": [ROW, …] }`, as other databases write them.
 * @param main - the table that a bare list holds, as well as one in `data` or `data.items`, as an API answers
 */
export function openTables(file: SourceFile, main: string): Tables {
  return file.kind === 'sqlite' ? sqliteTables(file.path) : jsonTables(file.text, file.path, main);
}

function sqliteTables(path: string): Tables {
  const database = openDatabase(path);
  const columns = (table: string): readonly string[] =>
    database
      .prepare('SELECT name FROM pragma_table_info(?)')
      .all(table)
      .map(({ name }) => String(name));
  return {
    columns: (table) => readingFrom(path, () => columns(table)),
    *rows(table) {
      const known = columns(table);
      if (known.length === 0) return;
      const order = known.includes('id') ? ' ORDER BY id' : '';
      const rows = database.prepare(`SELECT * FROM "${table}"${order} LIMIT ${MAX_ROWS + 1}`).iterate();
      yield* bounded(rows, table);
    },
    close: () => database.close(),
  };
}

function openDatabase(path: string): DatabaseSync {
  return readingFrom(path, () => {
    const database = new DatabaseSync(path, { readOnly: true });
    // A file is opened lazily: what is wrong with it shows here.
    database.prepare('SELECT count(*) FROM sqlite_schema').get();
    return database;
  });
}

function readingFrom<Result>(path: string, read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new ImportFailure(`${path} cannot be read as an SQLite database: ${why}.`);
  }
}

function jsonTables(text: string, path: string, main: string): Tables {
  const value = jsonOf(text);
  if (value === undefined) throw new ImportFailure(`${path} is neither an SQLite database nor JSON.`);
  const { data } = mapOf(value);
  const list = [value, data, mapOf(data)['items']].find((each) => Array.isArray(each));
  const tables = list === undefined ? mapOf(value) : { [main]: list };
  const rowsOf = (table: string): readonly LooseMap[] => listOf(tables[table]).filter(isMap);
  return {
    columns: (table) => [
      ...new Set(
        rowsOf(table)
          .slice(0, 100)
          .flatMap((row) => Object.keys(row)),
      ),
    ],
    rows: (table) => bounded(rowsOf(table), table),
    close: () => {},
  };
}

function* bounded(rows: Iterable<LooseMap>, table: string): Iterable<LooseMap> {
  let count = 0;
  for (const row of rows) {
    if (++count > MAX_ROWS) throw new ImportFailure(`The table ${table} has more than ${MAX_ROWS} rows.`);
    yield row;
  }
}
