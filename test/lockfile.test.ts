// The lockfile is complete: `npm ci` works on every platform that the tools have a package for, and
// installs what was reviewed.

import { readFileSync } from 'node:fs'

import { describe, expect, it } from 'vitest'

interface Locked {
  readonly version?: string
  readonly integrity?: string
  readonly resolved?: string
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

const read = (file: string): unknown =>
  JSON.parse(readFileSync(new URL(`../${file}`, import.meta.url), 'utf8'))

const { packages } = read('package-lock.json') as { packages: Readonly<Record<string, Locked>> }

/** Where node would find `name` from a package's own folder upwards. */
function found(from: string, name: string): boolean {
  for (let at = from; ; at = at.slice(0, at.lastIndexOf('node_modules/')).replace(/\/$/, '')) {
    if (`${at && `${at}/`}node_modules/${name}` in packages) return true
    if (!at.includes('node_modules/')) return at !== '' && `node_modules/${name}` in packages
  }
}

describe('package-lock.json', () => {
  it('asks for what package.json asks for', () => {
    const { dependencies, devDependencies } = read('package.json') as Locked
    expect(packages['']).toMatchObject({ dependencies, devDependencies })
  })

  it.each(Object.entries(packages).filter(([at]) => at !== ''))(
    '%s: has its digest, names no registry, and all that it depends on is there',
    (at, { integrity, resolved, dependencies = {}, optionalDependencies = {} }) => {
      expect(integrity).toMatch(/^sha512-/)
      expect(resolved).toBeUndefined()
      const wanted = Object.keys({ ...dependencies, ...optionalDependencies })
      expect(wanted.filter((name) => !found(at, name))).toEqual([])
    },
  )

  it.each(['linux-64', 'linux-arm64', 'darwin-64', 'darwin-arm64'])(
    'has the runtime of %s',
    (platform) => {
      expect(packages).toHaveProperty([`node_modules/@cloudflare/workerd-${platform}`])
    },
  )
})
