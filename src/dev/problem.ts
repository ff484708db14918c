// What a developer can put right. Told as it is, without a stack.

export class Problem extends Error {
  override readonly name = 'Problem'
}
