// What a person may do in an organization.

/** Viewers only read; administrators do all that is not the operators' (permission.ts). */
export const ROLES = ['administrator', 'viewer'] as const
export type Role = (typeof ROLES)[number]
