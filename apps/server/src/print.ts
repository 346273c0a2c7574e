/** Prints a line with the time. */
export function print(line: string): void {
  console.log(`${new Date().toISOString().slice(11, 23)}  ${line}`)
}
