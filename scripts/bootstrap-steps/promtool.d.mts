/** The path of promtool, fetched where the machine has none. @throws BootstrapError when it can't be had here */
export function providePromtool(env: Readonly<Record<string, string | undefined>>): string;
