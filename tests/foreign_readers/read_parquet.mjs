// Reads Parquet files with hyparquet and prints a line of JSON a file: {"path": ..., "rows": [{...}, ...]}, or "refusal"
// and the error in place of the rows.
//
//   node read_parquet.mjs FOLDER FILE...      FOLDER has hyparquet in its node_modules

import { createRequire } from 'node:module'
import { writeSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

const [folder, ...paths] = process.argv.slice(2)
const found = createRequire(join(resolve(folder), 'here.js')).resolve('hyparquet')
const { asyncBufferFromFile, parquetReadObjects } = await import(pathToFileURL(found))

// Text that begins with a byte order mark keeps it, and text that is not UTF-8 is refused.
const decoder = new TextDecoder('utf-8', { ignoreBOM: true, fatal: true })
const parsers = { stringFromBytes: bytes => bytes && decoder.decode(bytes) }

// JSON.stringify refuses 64-bit integers and loses the sign of -0.
function text(value) {
  if (value === null || value === undefined) return 'null'
  if (typeof value === 'bigint' || typeof value === 'boolean') return String(value)
  if (typeof value === 'number') return Object.is(value, -0) ? '-0.0' : String(value)
  if (typeof value === 'string') return JSON.stringify(value)
  if (Array.isArray(value) || ArrayBuffer.isView(value)) return '[' + Array.from(value, text).join() + ']'
  if (Object.getPrototypeOf(value) !== Object.prototype) throw new Error(`no value of a bulk file is a ${value.constructor.name}`)
  return '{' + Object.entries(value).map(([name, one]) => JSON.stringify(name) + ':' + text(one)).join() + '}'
}

function print(line) {
  for (let left = Buffer.from(line + '\n'); left.length;) left = left.subarray(writeSync(1, left))
}

for (const path of paths) {
  try {
    const rows = await parquetReadObjects({ file: await asyncBufferFromFile(path), utf8: false, parsers })
    print(`{"path":${JSON.stringify(path)},"rows":${text(rows)}}`)
  } catch (error) {
    print(`{"path":${JSON.stringify(path)},"refusal":${JSON.stringify(String(error))}}`)
  }
}
