import { describe, expect, it } from 'vitest'

import { runOps } from '../harness.ts'

describe('deploy --dry-run', () => {
  it('prints each command and bundles the three Workers, asking Cloudflare nothing', async () => {
    // No login, and nothing answers there.
    const env = {
      CLOUDFLARE_API_BASE_URL: 'http://127.0.0.1:1',
      CLOUDFLARE_API_TOKEN: undefined,
      KEY_PEPPER: 'a-pepper-of-the-tests-that-is-in-no-output',
    }
    const ran = await runOps(['deploy', '--dry-run', '--location', 'weur', '--json'], env)
    expect(ran.exitCode).toBe(0)
    expect(ran.out + ran.err).not.toContain(env.KEY_PEPPER)
    const { steps, bundles } = ran.json() as {
      readonly steps: { readonly commands: { readonly command: string }[] }[]
      readonly bundles: { readonly worker: string; readonly upload: string }[]
    }
    const commands = steps.flatMap((step) => step.commands.map(({ command }) => command))
    expect(commands).toContain(
      'npx wrangler d1 create portcullis --location weur --config wrangler.toml',
    )
    expect(commands.at(-1)).toBe(
      'npx wrangler deploy --config wrangler.toml --secrets-file "<temporary file>"',
    )
    expect(bundles.map(({ worker }) => worker)).toEqual([
      'portcullis-guard',
      'portcullis-control',
      'portcullis',
    ])
    for (const { upload } of bundles) expect(upload).toMatch(/^[\d.]+ KiB \/ gzip: [\d.]+ KiB$/)
  })

  it.each([
    [['--env', 'Staging'], /--env must be up to 30 lower-case letters/],
    [['--location', 'mars'], /Allowed choices are weur/],
  ] as const)('%j is refused', async (args, message) => {
    const ran = await runOps(['deploy', '--dry-run', ...args])
    expect(ran.exitCode).toBe(2)
    expect(ran.err).toMatch(message)
  })

  it('names an environment that the files lack, and writes none', async () => {
    const ran = await runOps(['deploy', '--dry-run', '--env', 'staging'])
    expect(ran.exitCode).toBe(1)
    expect(ran.err).toMatch(/there is no \[env\.staging\] in wrangler\.toml/)
  })
})
