// What the audit needs of D1.

/** The part of D1 that is used; a session has it too. */
export type Database = Pick<D1Database, 'prepare' | 'batch'>
