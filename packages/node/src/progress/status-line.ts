const TO_START = '\r'
const ERASE_REST = '\u001b[K'

/** The last line of a terminal, redrawn in place, while other lines go above it. */
export class StatusLine {
  private text = ''

  constructor(
    private readonly write: (text: string) => void,
    /** Characters in a line of the terminal. */
    readonly columns: () => number,
  ) {}

  set(text: string): void {
    this.text = text
    this.write(`${TO_START}${text}${ERASE_REST}`)
  }

  /** Lines of their own, each with its end. */
  print(lines: string): void {
    if (this.text === '') this.write(lines)
    else this.write(`${TO_START}${ERASE_REST}${lines}${this.text}`)
  }

  clear(): void {
    if (this.text !== '') this.write(`${TO_START}${ERASE_REST}`)
    this.text = ''
  }

  /** What it says stays, and what follows goes below. */
  keep(): void {
    if (this.text !== '') this.write('\n')
    this.text = ''
  }
}
