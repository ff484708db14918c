// What the three files must agree on, since wrangler sees one at a time. Pure.

import { CONFIGS, ROLES, SECRETS, type Role } from '../../config/workers.ts'
import { compareConfigs } from '../doctor/deployment.ts'
import type { Workers } from './workers.ts'

/** A sentence for each thing that would not work, or not as it is meant. */
export function disagreements(workers: Workers): string[] {
  const { gate, guard, control } = workers
  return [
    ...compareConfigs(gate, control).map(({ subject, message }) => `${subject} ${message}`),
    ...ROLES.flatMap((role) => checkOne(role, workers)),
    ...checkDatabases(workers),
    ...checkQueues(workers),
    ...(['gate', 'control'] as const).flatMap((role) => {
      const bound = workers[role].durable_objects.bindings.find(({ name }) => name === 'KEY_GUARD')
      if (bound?.script_name === guard.name) return []
      return [`${CONFIGS[role]}: script_name of KEY_GUARD must be ${guard.name}`]
    }),
    ...(gate.services.some((one) => one.binding === 'CONTROL' && one.service === control.name)
      ? []
      : [`${CONFIGS.gate}: the service of CONTROL must be ${control.name}`]),
    ...(guard.durable_objects.code_update_strategy?.mode === 'immediate'
      ? []
      : [
          `${CONFIGS.guard}: durable_objects.code_update_strategy must be { mode = "immediate" }, or busy guards run the previous release for five minutes`,
        ]),
    ...(['guard', 'control'] as const).flatMap((role) => {
      const { workers_dev, preview_urls, routes, route } = workers[role]
      const doors = workers_dev !== false || preview_urls !== false
      const routed = route !== undefined || (routes ?? []).length > 0
      if (!doors && !routed) return []
      return [
        `${CONFIGS[role]}: ${role} has no door: workers_dev and preview_urls must be false, and routes empty`,
      ]
    }),
  ]
}

/** What two environments must not share: their counters and their address. */
export function clashes(workers: Workers, top: Workers): string[] {
  const taken = new Set(top.gate.ratelimits.map(({ namespace_id }) => namespace_id))
  const shared = workers.gate.ratelimits.filter(({ namespace_id }) => taken.has(namespace_id))
  const addressed = (workers.gate.routes ?? []).length > 0
  return [
    ...shared.map(
      ({ name }) =>
        `namespace_id of ${name} is that of the top level too: both deployments would count together; give it another number`,
    ),
    ...(addressed && JSON.stringify(workers.gate.routes) === JSON.stringify(top.gate.routes)
      ? [
          `${CONFIGS.gate}: the environment has the routes of the top level, and would take its address: give it its own, or routes = []`,
        ]
      : []),
  ]
}

function checkOne(role: Role, workers: Workers): string[] {
  const { secrets, observability, placement } = workers[role]
  const required = secrets?.required ?? []
  const wanted = SECRETS[role]
  const same = required.length === wanted.length && wanted.every((name) => required.includes(name))
  return [
    ...(same
      ? []
      : [`${CONFIGS[role]}: secrets.required must be ${JSON.stringify(wanted)}, as ${role} needs`]),
    ...(observability?.logs?.invocation_logs === false
      ? []
      : [
          `${CONFIGS[role]}: observability.logs.invocation_logs must be false: a line a call is paid for`,
        ]),
    ...(role === 'gate' || placement === undefined
      ? []
      : [`${CONFIGS[role]}: placement belongs into ${CONFIGS.gate} alone`]),
  ]
}

function checkDatabases(workers: Workers): string[] {
  const bound = ROLES.flatMap((role) =>
    workers[role].d1_databases
      .filter(({ binding }) => binding === 'DB')
      .map(({ database_name, database_id }) => `${database_name ?? ''} ${database_id ?? ''}`),
  )
  if (bound.length >= 2 && new Set(bound).size === 1 && !bound[0]?.startsWith(' ')) return []
  return ['DB must have one database_name and one database_id, the same wherever it is bound']
}

/** Messages that nobody takes are deleted when their time is up. */
function checkQueues({ gate, guard, control }: Workers): string[] {
  const taken = new Set((control.queues.consumers ?? []).map(({ queue }) => queue))
  const given = [gate, guard, control].flatMap(({ queues }) => queues.producers ?? [])
  const lost = new Set(given.map(({ queue }) => queue).filter((queue) => !taken.has(queue)))
  const audits = new Set(
    given.filter(({ binding }) => binding === 'AUDIT').map(({ queue }) => queue),
  )
  return [
    ...[...lost].map((queue) => `${CONFIGS.control}: nothing consumes the queue ${queue}`),
    ...(audits.size === 1 ? [] : ['AUDIT must be one queue, the same in gate and control']),
  ]
}
