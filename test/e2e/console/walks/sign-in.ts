// Part 1: signing in with the admin token, and out again.

import { expect } from 'vitest'

import { ADMIN_TOKEN } from '../../dev-process.ts'
import { tabOrder, type Person } from '../person.ts'
import { CONSOLE, HOME } from '../stack.ts'

/** Signs in, and is led to the organizations. */
export async function enter(person: Person): Promise<void> {
  await person.go(`${CONSOLE}/`)
  expect(new URL(person.page.url()).pathname).toBe(`${CONSOLE}/sign-in`)
  await person.type('Admin token', ADMIN_TOKEN)
  await person.press('button', 'Sign in')
  await person.sees('Organizations')
}

/** A wrong token, the right one, the page that was asked for, and out; the way back is shut then. */
export async function signInAndOut(person: Person): Promise<void> {
  await person.go(`${HOME}/keys`)
  await person.type('Admin token', 'a-wrong-token')
  await person.press('button', 'Sign in')
  await person.sees('this is not the admin token')
  await person.type('Admin token', ADMIN_TOKEN)
  await person.press('button', 'Sign in')
  expect(new URL(person.page.url()).pathname).toBe(`${HOME}/keys`)
  expect(await person.page.context().cookies()).toMatchObject([
    { name: '__Host-portcullis', httpOnly: true, secure: true, sameSite: 'Strict' },
  ])
  await person.press('button', 'Sign out')
  await person.sees('You are signed out.')
  await person.page.goBack()
  expect(new URL(person.page.url()).pathname).toBe(`${CONSOLE}/sign-in`)
}

/** What Tab reaches on the sign-in, in order. */
export async function tabsOfSignIn(person: Person): Promise<void> {
  await person.go(`${CONSOLE}/sign-in`)
  expect(await tabOrder(person.page, 4)).toEqual([
    'Skip to the content',
    'Portcullis',
    'Admin token',
    'Sign in',
  ])
}
