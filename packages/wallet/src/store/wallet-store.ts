/** Keeps one wallet's record. Writing replaces it whole or not at all; nobody else has it open meanwhile. */
export interface WalletStore {
  /** Undefined if there is none yet. */
  read(): Promise<string | undefined>
  write(text: string): Promise<void>
  close(): Promise<void>
}

/** Gone with the process. */
export function memoryWalletStore(text?: string): WalletStore {
  let kept = text
  return {
    read: () => Promise.resolve(kept),
    write: next => {
      kept = next
      return Promise.resolve()
    },
    close: () => Promise.resolve(),
  }
}
