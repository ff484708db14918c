// From a credential's value to the credential that it is. The value stays in this process:
// what goes to the database is the keyed digest, the SHA-256 of an imported key, or a JWT's id.

import { createHash } from 'node:crypto'

import { compactVerify } from 'jose'

import { digestOf, importPeppers } from '../../credentials/digest.ts'
import { keyParser } from '../../credentials/format.ts'
import { looksLikeJwt, readToken } from '../../credentials/jwt-form.ts'
import { loadSigningKeys, parseSigningKeys } from '../../credentials/signing-keys.ts'
import { Stop, usage, type Ops } from '../answer.ts'
import { edgeUrl } from '../edge.ts'
import { brandOf, readVars, requireSettings, textOf, type Vars } from '../settings.ts'
import { sql } from './sql.ts'

/**
 * SQL for the id of the credential that a value belongs to; it gives NULL where there is none.
 * @throws Stop where the value cannot be one of this deployment.
 */
export async function idOfValue(ops: Ops, value: string): Promise<string> {
  const vars = await readVars(ops, await edgeUrl(ops))
  const own = keyParser(brandOf(vars))(value)
  if (own) {
    await requireSettings(ops, vars, ['KEY_PEPPER'])
    const [first = '', ...others] = textOf(vars, 'KEY_PEPPER').split(',')
    const digest = await digestOf(own, await importPeppers([first, ...others]))
    if (digest === undefined) {
      throw new Stop(
        'no KEY_PEPPER of this deployment made that value: it is mistyped, or of another',
      )
    }
    return `(SELECT id FROM credentials WHERE digest = ${sql(digest)})`
  }
  if (looksLikeJwt(value)) return await idOfJwt(ops, vars, value)
  const digest = createHash('sha256').update(value).digest('hex')
  return `(SELECT credential_id FROM imported_keys WHERE digest = ${sql(digest)})`
}

/** By `jti`: of our own issuer once its signature holds, whatever its end; of others by their names. */
async function idOfJwt(ops: Ops, vars: Vars, value: string): Promise<string> {
  const payload = readToken(value)
  const { iss, jti } = payload.ok ? payload.value : {}
  if (typeof iss !== 'string' || typeof jti !== 'string' || `${iss}${jti}`.includes('\0')) {
    throw usage('that is no whole JWT of a key: it has three parts, with iss and jti in the second')
  }
  if (iss !== textOf(vars, 'ISSUER')) {
    return `(SELECT id FROM credentials WHERE external = ${sql(`${iss} ${jti}`)})`
  }
  await requireSettings(ops, vars, ['SIGNING_KEYS'])
  const parsed = parseSigningKeys(textOf(vars, 'SIGNING_KEYS'))
  if (!parsed.ok) throw new Stop(parsed.error)
  const { verify } = await loadSigningKeys(parsed.value)
  await compactVerify(value, verify, { algorithms: ['EdDSA'] }).catch(() => {
    throw new Stop(
      'no key of SIGNING_KEYS signed that JWT: it was altered, or is of another deployment',
    )
  })
  return `(SELECT id FROM credentials WHERE kind = 'jwt' AND id = ${sql(jti)})`
}
