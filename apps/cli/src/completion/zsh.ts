import type { CommandTree, TreeCommand, TreeOption } from './command-tree.ts';

/** A completion script for zsh. */
export function zshCompletion({ name, globalOptions, commands }: CommandTree): string {
  const list = commands.map((command) => `    ${quote(`${command.name}:${command.summary}`)}`).join('\n');
  const cases = commands.map((command) => commandCase(command, globalOptions)).join('\n');
  return `#compdef ${name}
# zsh completion of ${name}
_${name}() {
  local -a commands
  local context state line
  commands=(
${list}
  )
  _arguments -C ${specs(globalOptions).join(' ')} '1: :->command' '*:: :->rest'
  case $state in
    command) _describe command commands ;;
    rest)
      case $line[1] in
${cases}
      esac ;;
  esac
}
if [ "$funcstack[1]" = _${name} ]; then _${name} "$@"; else compdef _${name} ${name}; fi`;
}

function commandCase({ name, choices, options }: TreeCommand, globalOptions: readonly TreeOption[]): string {
  const first = choices.length > 0 ? `'1: :(${choices.join(' ')})'` : "'*:file:_files'";
  return `        ${name}) _arguments ${[...specs(options), ...specs(globalOptions), first].join(' ')} ;;`;
}

function specs(options: readonly TreeOption[]): readonly string[] {
  return options.flatMap(({ names, description, takesValue }) =>
    names.map((name) => quote(`${name}[${description.replace(/[[\]:]/g, ' ')}]${takesValue ? ':value:_files' : ''}`)),
  );
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
