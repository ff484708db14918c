// One Worker that is all three, for the tests inside workerd: their helpers reach only the objects of
// their own script.

export { KeyGuard } from '../../src/guard/key-guard.ts'
export { default as Control, TryCounter } from '../../src/control/index.ts'
export { default } from '../../src/gate/index.ts'
