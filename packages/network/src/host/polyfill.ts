/** libp2p calls `Promise.withResolvers`, which Node 20 does not have. Imported before anything of libp2p. */
interface Resolvers<T> {
  promise: Promise<T>
  resolve: (value: T | PromiseLike<T>) => void
  reject: (reason?: unknown) => void
}

const promise = Promise as unknown as { withResolvers?: <T>() => Resolvers<T> }

promise.withResolvers ??= <T>(): Resolvers<T> => {
  let resolve!: Resolvers<T>['resolve']
  let reject!: Resolvers<T>['reject']
  const made = new Promise<T>((yes, no) => {
    resolve = yes
    reject = no
  })
  return { promise: made, resolve, reject }
}

export {}
