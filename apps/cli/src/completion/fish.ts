import type { CommandTree, TreeOption } from './command-tree.ts';

/** A completion script for fish. */
export function fishCompletion({ name, globalOptions, commands }: CommandTree): string {
  const complete = `complete -c ${name}`;
  const option = (condition: string, { names, description, takesValue }: TreeOption) =>
    names.map(
      (long) =>
        `${complete}${condition} -l ${long.replace(/^--/, '')}${takesValue ? ' -r' : ''} -d ${quote(description)}`,
    );
  const lines = commands.flatMap(({ name: command, summary, choices, options }) => {
    const within = ` -n '__fish_seen_subcommand_from ${command}'`;
    return [
      `${complete} -f -n __fish_use_subcommand -a ${command} -d ${quote(summary)}`,
      ...(choices.length > 0 ? [`${complete} -f${within} -a ${quote(choices.join(' '))}`] : []),
      ...options.flatMap((one) => option(within, one)),
    ];
  });
  return [`# fish completion of ${name}`, ...globalOptions.flatMap((one) => option('', one)), ...lines].join('\n');
}

function quote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
