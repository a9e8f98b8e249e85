import type { CommandTree, TreeOption } from './command-tree.ts';

/** A completion script for bash. */
export function bashCompletion({ name, globalOptions, commands }: CommandTree): string {
  const flags = (options: readonly TreeOption[]) => options.flatMap((option) => option.names).join(' ');
  const valued = [...globalOptions, ...commands.flatMap(({ options }) => options)].filter(
    ({ takesValue }) => takesValue,
  );
  const valuedNames = [...new Set(valued.flatMap((option) => option.names))].join('|');
  const cases = commands.map(
    (command) => `    ${command.name}) words="${[...command.choices, flags(command.options)].join(' ').trim()}" ;;`,
  );
  return `# bash completion of ${name}
_${name}() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" command="" words="" skip="" word
  case "$previous" in
    ${valuedNames}) COMPREPLY=($(compgen -f -- "$current")); return ;;
  esac
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    if [ -n "$skip" ]; then skip=""; continue; fi
    case "$word" in
      ${valuedNames}) skip=1 ;;
      -*) ;;
      *) command="$word"; break ;;
    esac
  done
  case "$command" in
    "") words="${commands.map((command) => command.name).join(' ')}" ;;
${cases.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words ${flags(globalOptions)}" -- "$current"))
  if [ "$command" = import ]; then COMPREPLY+=($(compgen -f -- "$current")); fi
}
complete -F _${name} ${name}`;
}
