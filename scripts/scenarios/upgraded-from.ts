/** Versions that today's must be able to run beside, newest first: those before the journal, and the first that delivered. */
export const UPGRADED_FROM = [
  'd8d46ba41a2a84b53e26455d4523852a02781fe1',
  '75a9651d8b3536cc2cf334e0cc0a3a2a28ea226c',
] as const;
