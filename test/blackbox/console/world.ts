// What most tests of the console begin with: an edge with two organizations, `org_test` and
// `org_other`, and an operator who is signed in.

import { startEdge, type TestEdge } from '../../harness/edge.ts'
import { newOrganization } from '../control/world.ts'
import { signedIn, type Client } from './client.ts'
import { startPeople, type People } from './people.ts'

interface World {
  readonly edge: TestEdge
  /** The operator's browser. */
  readonly client: Client
}

/** The operator has the admin token. */
export async function startWorld(): Promise<World> {
  const edge = await startEdge()
  await newOrganization(edge, 'org_other')
  return { edge, client: await signedIn(edge) }
}

/** The operator, and whoever else, comes through Access. */
export async function startPeopledWorld(): Promise<World & { readonly people: People }> {
  const people = await startPeople()
  const { edge, enter } = people
  await newOrganization(edge, 'org_other')
  return { people, edge, client: await enter('olga@example.com') }
}
