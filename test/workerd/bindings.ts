// What the Workers bind, all of it: the Worker of these tests is all three.

import type { ControlBindings } from '../../src/control/bindings.ts'
import type { GateBindings } from '../../src/gate/bindings.ts'

export interface Bindings extends GateBindings, ControlBindings {}
