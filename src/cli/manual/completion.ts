/**
 * Scripts that complete command lines in bash, zsh and fish, made from the manual. They start no program and open no vault: the
 * names of chains, providers and choices are in them. Signature IDs and labels are sealed in the vault, so there are none.
 */
import { allPages } from "./help-page.ts";
import type { Manual, ManualOption, ManualPage } from "./manual.ts";

export const shells = ["bash", "zsh", "fish"] as const;

export type Shell = (typeof shells)[number];

/** What can stand for a value: words (of which a list may hold several), the name of a file, or anything. */
type Values =
  | { readonly kind: "words" | "list"; readonly words: readonly string[] }
  | { readonly kind: "file" | "anything" };

/** `GET|POST`, but not `30m|12h|7d`, which are examples. */
const CHOICE = /^[a-z-]+(\|[a-z-]+)+$/i;

function valuesOf({ name, value }: ManualOption, { chains, providers }: Manual): Values {
  if (name === "chain") return { kind: "list", words: chains };
  if (name === "provider") return { kind: "words", words: providers };
  if (value === "file") return { kind: "file" };
  return value !== undefined && CHOICE.test(value)
    ? { kind: "words", words: value.split("|") }
    : { kind: "anything" };
}

/** What an argument can be: the one at this place, from 0 on. */
function argumentValues(page: ManualPage, place: number, { chains }: Manual): Values {
  const name = page.arguments[place]?.name;
  if (name === "chain") return { kind: "words", words: chains };
  if (name === "shell") return { kind: "words", words: shells };
  return { kind: name === "file" ? "file" : "anything" };
}

const helpOption: ManualOption = { name: "help", description: "Show help" };

function optionsOf({ options, vaultOptions }: ManualPage): ManualOption[] {
  return [...options, ...vaultOptions, helpOption].filter(
    ({ name }, at, all) => all.findIndex((one) => one.name === name) === at,
  );
}

/** Every option that has a value, once. */
function valuedOptions({ program }: Manual): ManualOption[] {
  const options = allPages(program).flatMap(optionsOf);
  return options.filter(
    ({ name, value }, at) => value !== undefined && options.findIndex((one) => one.name === name) === at,
  );
}

/** The words that can follow those of a page. */
function commandsOf(page: ManualPage): { readonly word: string; readonly summary: string }[] {
  const below = page.groups.flatMap(({ pages }) =>
    pages.map(({ words, summary }) => ({ word: words.split(" ").at(-1) ?? "", summary })),
  );
  return page.words === "" ? [...below, { word: "help", summary: "Show the help of a command" }] : below;
}

/** A text in single quotes, as bash and zsh read it. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** The branches of a shell's `case` over pages, for those that have something to say. */
function branches(manual: Manual, say: (page: ManualPage) => readonly string[]): string {
  return allPages(manual.program)
    .map((page) => ({ page, lines: say(page) }))
    .filter(({ lines }) => lines.length > 0)
    .map(({ page, lines }) => `    ${quoted(page.words)}) ${lines.join("; ")} ;;\n`)
    .join("");
}

/** The same for options that have a value. */
function optionBranches(manual: Manual, say: (values: Values) => string): string {
  return valuedOptions(manual)
    .map((option) => `    --${option.name}) ${say(valuesOf(option, manual))} ;;\n`)
    .join("");
}

/** What to say of a page's arguments, by how many of them are there. */
function placesOf(page: ManualPage, manual: Manual, say: (values: Values) => string): string[] {
  if (page.arguments.length === 0) return [];
  const places = page.arguments.map((_, place) => `${place}) ${say(argumentValues(page, place, manual))}`);
  return [`case $place in ${places.join(" ;; ")} ;; esac`];
}

interface Patterns {
  readonly valued: string;
  readonly pages: string;
}

/** The patterns of a `case` for all options with a value, and for all words that lead to a page. */
function patterns(manual: Manual): Patterns {
  return {
    valued: valuedOptions(manual)
      .map(({ name }) => `--${name}`)
      .join("|"),
    pages: allPages(manual.program)
      .slice(1)
      .map(({ words }) => quoted(words))
      .join("|"),
  };
}

function inBash(values: Values): string {
  if (values.kind === "words") return `_tatum_kms_words ${quoted(values.words.join(" "))}`;
  if (values.kind === "list") return `_tatum_kms_list ${quoted(values.words.join(" "))}`;
  return values.kind === "file" ? "compopt -o default 2>/dev/null" : ":";
}

const bashStart = `
_tatum_kms_words() {
  COMPREPLY=($(compgen -P "$before" -W "$1" -- "$current"))
}

# Several words with commas between them.
_tatum_kms_list() {
  local first=
  [[ $current == *,* ]] && first=\${current%,*},
  COMPREPLY=($(compgen -P "$before$first" -W "$1" -- "\${current##*,}"))
  compopt -o nospace 2>/dev/null
}

_tatum_kms() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]}
  local before= option= page= place=0 skip= word i
  COMPREPLY=()
  # bash takes --option=value apart, unless somebody took the equals sign out of COMP_WORDBREAKS.
  if [[ $current == = ]]; then
    option=$previous current=
  elif [[ $previous == = ]]; then
    option=\${COMP_WORDS[COMP_CWORD-2]}
  elif [[ $current == --*=* ]]; then
    option=\${current%%=*} before=\${current%%=*}= current=\${current#*=}
  else`;

/** Finds the command that the words before the cursor name, and how many arguments of it are there. */
function bashWalk({ valued, pages }: Patterns): string {
  return `  for ((i = 1; i < COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    if [[ -n $skip ]]; then skip=; continue; fi
    case $word in
      =) skip=1 ;;
      ${valued}) [[ \${COMP_WORDS[i+1]} == = ]] || skip=1 ;;
      -*) ;;
      *)
        case "\${page:+$page }$word" in
          help) ;;
          ${pages}) page="\${page:+$page }$word" ;;
          *) place=$((place + 1)) ;;
        esac ;;
    esac
  done`;
}

function bash(manual: Manual): string {
  const found = patterns(manual);
  const options = (page: ManualPage) =>
    optionsOf(page).map(({ name, value }) => `--${name}${value === undefined ? "" : "="}`);
  const words = (list: readonly string[]) => `_tatum_kms_words ${quoted(list.join(" "))}`;
  return `# bash completion of tatum-kms ${manual.version}
${bashStart}
    case $previous in ${found.valued}) option=$previous ;; esac
  fi
  case $option in
    '') ;;
${optionBranches(manual, (values) => `${inBash(values)}; return`)}    *) return ;;
  esac
${bashWalk(found)}
  if [[ $current == -* ]]; then
    case $page in
${branches(manual, (page) => [words(options(page))])}    esac
    [[ \${#COMPREPLY[@]} == 1 && \${COMPREPLY[0]} == *= ]] && compopt -o nospace 2>/dev/null
    return
  fi
  case $page in
${branches(manual, (page) => (page.groups.length === 0 ? [] : [words(commandsOf(page).map(({ word }) => word))]))}${branches(manual, (page) => placesOf(page, manual, inBash))}  esac
}

complete -F _tatum_kms tatum-kms
`;
}

/** An entry of zsh's `_describe`. */
function described(word: string, summary: string): string {
  return quoted(`${word.replaceAll(":", "\\:")}:${summary}`);
}

function inZsh(values: Values): string {
  if (values.kind === "words") return `compadd -- ${values.words.join(" ")}`;
  if (values.kind === "list") return `compset -P '*,'; compadd -S '' -- ${values.words.join(" ")}`;
  return values.kind === "file" ? "_files" : "_message value";
}

function zshOptions(page: ManualPage): string[] {
  const entries = (wanted: boolean) =>
    optionsOf(page)
      .filter(({ value }) => (value !== undefined) === wanted)
      .map(({ name, description }) => described(`--${name}${wanted ? "=" : ""}`, description))
      .join(" ");
  return [`flags=(${entries(false)})`, `valued=(${entries(true)})`];
}

const zshStart = `
_tatum-kms() {
  local current=$words[CURRENT] page= word skip= option=
  local -i place=0 i
  local -a flags valued below
  if [[ $current == --*=* ]]; then
    option=\${current%%=*}
    compset -P '*='
  else`;

function zshWalk({ valued, pages }: Patterns): string {
  return `  for ((i = 2; i < CURRENT; i++)); do
    word=$words[i]
    if [[ -n $skip ]]; then skip=; continue; fi
    case $word in
      ${valued}) skip=1 ;;
      -*) ;;
      *)
        case "\${page:+$page }$word" in
          help) ;;
          ${pages}) page="\${page:+$page }$word" ;;
          *) place+=1 ;;
        esac ;;
    esac
  done`;
}

/** Whether it is called as a function that zsh loaded by its name, or read at the start of a shell. */
const zshEnd = `
if [[ $funcstack[1] == _tatum-kms ]]; then
  _tatum-kms "$@"
else
  compdef _tatum-kms tatum-kms
fi
`;

function zsh(manual: Manual): string {
  const found = patterns(manual);
  const commands = (page: ManualPage) =>
    commandsOf(page)
      .map(({ word, summary }) => described(word, summary))
      .join(" ");
  return `#compdef tatum-kms
# zsh completion of tatum-kms ${manual.version}
${zshStart}
    case $words[CURRENT-1] in ${found.valued}) option=$words[CURRENT-1] ;; esac
  fi
  case $option in
    '') ;;
${optionBranches(manual, (values) => `${inZsh(values)}; return`)}    *) return 1 ;;
  esac
${zshWalk(found)}
  if [[ $current == -* ]]; then
    case $page in
${branches(manual, zshOptions)}    esac
    _describe -o option flags
    _describe -o option valued -S ''
    return
  fi
  case $page in
${branches(manual, (page) => (page.groups.length === 0 ? [] : [`below=(${commands(page)})`, "_describe command below"]))}${branches(manual, (page) => placesOf(page, manual, inZsh))}  esac
}
${zshEnd}`;
}

/** A text in single quotes, as fish reads it. */
function quotedForFish(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}

function inFish(values: Values): string {
  if (values.kind === "words") return ` -x -a ${quotedForFish(values.words.join(" "))}`;
  if (values.kind === "list") {
    return ` -x -a ${quotedForFish(`(__fish_complete_list , 'string split " " "${values.words.join(" ")}"')`)}`;
  }
  return values.kind === "file" ? " -r -F" : " -x";
}

function fishLines(page: ManualPage, manual: Manual): string[] {
  const at = `complete -c tatum-kms -n ${quotedForFish(`__tatum_kms_at ${quotedForFish(page.words)}`)}`;
  const options = optionsOf(page).map((option) => {
    const values = option.value === undefined ? " -f" : inFish(valuesOf(option, manual));
    return `${at} -l ${option.name}${values} -d ${quotedForFish(option.description)}`;
  });
  const commands = commandsOf(page).map(
    ({ word, summary }) => `${at} -f -a ${quotedForFish(word)} -d ${quotedForFish(summary)}`,
  );
  const places = page.arguments.flatMap((_, place) => {
    const values = argumentValues(page, place, manual);
    if (values.kind === "anything") return [];
    const here = `complete -c tatum-kms -n ${quotedForFish(`__tatum_kms_at ${quotedForFish(page.words)} ${place}`)}`;
    return [`${here}${values.kind === "file" ? " -F" : inFish(values)}`];
  });
  return [...commands, ...options, ...places];
}

function fishWalk(valued: readonly string[], pages: readonly string[]): string {
  return `# Whether the words before the cursor name this command, and so many arguments of it.
function __tatum_kms_at
    set -l page
    set -l place 0
    set -l skip
    for word in (commandline -opc)[2..-1]
        if test -n "$skip"
            set skip
            continue
        end
        switch $word
            case ${valued.join(" ")}
                set skip 1
            case '-*'
            case '*'
                set -l longer (string trim -- "$page $word")
                if contains -- $longer ${pages.join(" ")}
                    set page $longer
                else if test "$longer" != help
                    set place (math $place + 1)
                end
        end
    end
    test "$page" = "$argv[1]"; and begin
        test (count $argv) -lt 2; or test "$place" = "$argv[2]"
    end
end`;
}

function fish(manual: Manual): string {
  const pages = allPages(manual.program);
  const valued = valuedOptions(manual).map(({ name }) => `--${name}`);
  const named = pages.slice(1).map(({ words }) => quotedForFish(words));
  return `# fish completion of tatum-kms ${manual.version}

${fishWalk(valued, named)}

complete -c tatum-kms -f
${pages.flatMap((page) => fishLines(page, manual)).join("\n")}
`;
}

/** The script for a shell, to be read by it at its start. */
export function completionScript(shell: Shell, manual: Manual): string {
  return { bash, zsh, fish }[shell](manual);
}
