/** A part of the node with a lifetime. */
export interface Service {
  readonly name: string
  start(): Promise<void> | void
  stop(): Promise<void> | void
}

/** Starts services in order; if one fails, those before it are stopped again. Returns what stops all, in reverse. */
export async function startAll(services: readonly Service[]): Promise<() => Promise<void>> {
  const running: Service[] = []
  const stopAll = async (): Promise<void> => {
    const failures: unknown[] = []
    for (let service = running.pop(); service; service = running.pop()) {
      try {
        await service.stop()
      } catch (error) {
        failures.push(error)
      }
    }
    if (failures.length > 0) throw failures[0]
  }
  try {
    for (const service of services) {
      running.push(service)
      await service.start()
    }
  } catch (error) {
    await stopAll().catch(() => {})
    throw error
  }
  return stopAll
}
