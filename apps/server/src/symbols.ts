const starts = 'AL BE CA DO EL FI GA HO IN JU KA LO MI NO OR PO RA SI TU VE'.split(' ')
const ends = 'BA DA GE LI MA NE RO SA TI VU'.split(' ')

/** The 200 symbols of the market, in the order of its messages. */
export const marketSymbols: readonly string[] = starts.flatMap((start) => ends.map((end) => start + end))
