/** The longest time that a timer keeps, in ms; a longer one fires at once. @see https://nodejs.org/api/timers.html#settimeoutcallback-delay-args */
export const LONGEST_TIMER_MS = 2_147_483_647;
