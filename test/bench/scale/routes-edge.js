// What gates around generated catalogs are made of. Plain JavaScript, for the types of Workers are
// not those of Node; each Worker is a shell around this bundle with its own number of routes.

export { createGate } from '../../../src/gate/worker.ts'
export { catalogOfRoutes } from './routes-catalog.ts'

// A deploy asks for one.
export default {}
