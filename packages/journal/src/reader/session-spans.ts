/** That a terminal or user belongs to a session from now on. */
export interface SessionNotice {
  readonly time: number;
  readonly sessionId: string;
}

export interface Span {
  readonly from: number;
  /** Not included. */
  readonly to: number;
}

/**
 * When a terminal (or user) belonged to a session: from each notice of it to the next notice of another one. What came before the
 * first notice belongs to that one's session, since a note may be faster than its notice.
 */
export function spansOf(notices: readonly SessionNotice[], sessionId: string): readonly Span[] {
  const sorted = notices.toSorted((a, b) => a.time - b.time);
  return sorted.flatMap((notice, index) => {
    if (notice.sessionId !== sessionId) return [];
    const from = index === 0 ? Number.NEGATIVE_INFINITY : notice.time;
    return { from, to: sorted[index + 1]?.time ?? Number.POSITIVE_INFINITY };
  });
}
