# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_seasense_global_optspecs
    string join \n env= project= output= h/help V/version
end

function __fish_seasense_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_seasense_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_seasense_using_subcommand
    set -l cmd (__fish_seasense_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c seasense -n "__fish_seasense_needs_command" -l env -d 'Environment to work on: the name of a file in `envs/`' -r
complete -c seasense -n "__fish_seasense_needs_command" -l project -d 'Folder of the project [default: the nearest one upwards with `envs/` and `gitops/`]' -r -F
complete -c seasense -n "__fish_seasense_needs_command" -l output -d 'How to show progress on standard error' -r -f -a "auto\t'Live on a terminal, plain elsewhere'
plain\t'One line per event, never redrawn'
jsonl\t'One JSON object per event'
quiet\t'Nothing but failures'"
complete -c seasense -n "__fish_seasense_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c seasense -n "__fish_seasense_needs_command" -s V -l version -d 'Print version'
complete -c seasense -n "__fish_seasense_needs_command" -f -a "dev" -d 'Bring the environment up, or up to date, and prove that it works'
complete -c seasense -n "__fish_seasense_needs_command" -f -a "ci" -d 'Bring up an environment of its own, check it, run a command against it, and remove it whatever happens'
complete -c seasense -n "__fish_seasense_needs_command" -f -a "down" -d 'Remove the environment and prove that nothing is left'
complete -c seasense -n "__fish_seasense_needs_command" -f -a "pause" -d 'Free the machine: stop everything, keep data and certificates'
complete -c seasense -n "__fish_seasense_needs_command" -f -a "resume" -d 'Wake a paused environment exactly as it was, and prove that it works'
complete -c seasense -n "__fish_seasense_needs_command" -f -a "snapshot" -d 'Keep the database\'s state under a name, and go back to it'
complete -c seasense -n "__fish_seasense_needs_command" -f -a "promote" -d 'Bring the digest that the environment before has run: gates, a commit, a watch, and back by itself where it is worse'
complete -c seasense -n "__fish_seasense_needs_command" -f -a "rollback" -d 'Bring back a digest that was verified before'
complete -c seasense -n "__fish_seasense_needs_command" -f -a "history" -d 'Show who brought what to an environment, when, how it was verified, and whether the signatures hold'
complete -c seasense -n "__fish_seasense_needs_command" -f -a "status" -d 'Say what runs, at which digest, and what is wrong'
complete -c seasense -n "__fish_seasense_needs_command" -f -a "ls" -d 'List every environment of this machine'
complete -c seasense -n "__fish_seasense_needs_command" -f -a "gc" -d 'Remove what belongs to no living owner'
complete -c seasense -n "__fish_seasense_needs_command" -f -a "logs" -d 'Show the logs of one part of the platform'
complete -c seasense -n "__fish_seasense_needs_command" -f -a "open" -d 'Open the public page in a browser'
complete -c seasense -n "__fish_seasense_needs_command" -f -a "images" -d 'Make, list and check the images and upstream manifests'
complete -c seasense -n "__fish_seasense_needs_command" -f -a "infra" -d 'Make, change and remove what an environment runs on at Scaleway'
complete -c seasense -n "__fish_seasense_needs_command" -f -a "render" -d 'Print the tree exactly as Flux will get it'
complete -c seasense -n "__fish_seasense_needs_command" -f -a "diff" -d 'Say in what two environments, commits, artifacts or the work tree differ'
complete -c seasense -n "__fish_seasense_needs_command" -f -a "parity" -d 'Prove that environments differ in nothing but what was reviewed'
complete -c seasense -n "__fish_seasense_needs_command" -f -a "artifact" -d 'Publish what other environments are to run'
complete -c seasense -n "__fish_seasense_needs_command" -f -a "cost" -d 'Say what environments cost a month, and whether that is within their budgets'
complete -c seasense -n "__fish_seasense_needs_command" -f -a "trust" -d 'Let this machine\'s browsers and programs trust the environment, or take it back'
complete -c seasense -n "__fish_seasense_needs_command" -f -a "doctor" -d 'Check that this machine can run the platform'
complete -c seasense -n "__fish_seasense_needs_command" -f -a "diagnose" -d 'Pack everything that tells why the environment is as it is, without secrets'
complete -c seasense -n "__fish_seasense_needs_command" -f -a "timing" -d 'Say where the time of the last `dev` went'
complete -c seasense -n "__fish_seasense_needs_command" -f -a "completions" -d 'Print a completion script for a shell'
complete -c seasense -n "__fish_seasense_needs_command" -f -a "man" -d 'Print the manual page, or write those of every command'
complete -c seasense -n "__fish_seasense_needs_command" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c seasense -n "__fish_seasense_using_subcommand dev" -l supply -d 'Where images come from' -r -f -a "auto\t'Ask the network quickly, and pull if it answers'
pull\t'Copy the official images'
build\t'Build from Go modules, Debian and PyPI packages'"
complete -c seasense -n "__fish_seasense_using_subcommand dev" -l jobs -d 'Builds to run at once [default: the number of cores]' -r
complete -c seasense -n "__fish_seasense_using_subcommand dev" -l wait-lock -d 'Wait this long for another run on the environment to end, instead of refusing at once' -r
complete -c seasense -n "__fish_seasense_using_subcommand dev" -l timeout -d 'Give up waiting for the platform after this many seconds' -r
complete -c seasense -n "__fish_seasense_using_subcommand dev" -l ttl -d 'Remove the environment after this time, for example `8h`, whatever runs then; a later run may set it anew' -r
complete -c seasense -n "__fish_seasense_using_subcommand dev" -l env -d 'Environment to work on: the name of a file in `envs/`' -r
complete -c seasense -n "__fish_seasense_using_subcommand dev" -l project -d 'Folder of the project [default: the nearest one upwards with `envs/` and `gitops/`]' -r -F
complete -c seasense -n "__fish_seasense_using_subcommand dev" -l output -d 'How to show progress on standard error' -r -f -a "auto\t'Live on a terminal, plain elsewhere'
plain\t'One line per event, never redrawn'
jsonl\t'One JSON object per event'
quiet\t'Nothing but failures'"
complete -c seasense -n "__fish_seasense_using_subcommand dev" -l dry-run -d 'Print what would be done, and do nothing to the cluster'
complete -c seasense -n "__fish_seasense_using_subcommand dev" -l json -d 'With `--dry-run`, print the plan as JSON for programs, as `docs/schemas` describes it'
complete -c seasense -n "__fish_seasense_using_subcommand dev" -l recreate -d 'Remove the cluster first, with its data, and make it anew'
complete -c seasense -n "__fish_seasense_using_subcommand dev" -l watch -d 'Go on: apply what changes in the checkout as soon as it is saved, until Ctrl-C'
complete -c seasense -n "__fish_seasense_using_subcommand dev" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c seasense -n "__fish_seasense_using_subcommand ci" -l supply -d 'Where images come from' -r -f -a "auto\t'Ask the network quickly, and pull if it answers'
pull\t'Copy the official images'
build\t'Build from Go modules, Debian and PyPI packages'"
complete -c seasense -n "__fish_seasense_using_subcommand ci" -l jobs -d 'Builds to run at once [default: the number of cores]' -r
complete -c seasense -n "__fish_seasense_using_subcommand ci" -l junit -d 'Write a JUnit report: a case per step, phase, health check, acceptance check and command' -r -F
complete -c seasense -n "__fish_seasense_using_subcommand ci" -l events -d 'Write every event as a line of JSON' -r -F
complete -c seasense -n "__fish_seasense_using_subcommand ci" -l ttl -d 'Give up after this time; two minutes later the environment goes even if this process hangs' -r
complete -c seasense -n "__fish_seasense_using_subcommand ci" -l env -d 'Environment to work on: the name of a file in `envs/`' -r
complete -c seasense -n "__fish_seasense_using_subcommand ci" -l project -d 'Folder of the project [default: the nearest one upwards with `envs/` and `gitops/`]' -r -F
complete -c seasense -n "__fish_seasense_using_subcommand ci" -l output -d 'How to show progress on standard error' -r -f -a "auto\t'Live on a terminal, plain elsewhere'
plain\t'One line per event, never redrawn'
jsonl\t'One JSON object per event'
quiet\t'Nothing but failures'"
complete -c seasense -n "__fish_seasense_using_subcommand ci" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c seasense -n "__fish_seasense_using_subcommand down" -l wait-lock -d 'Wait this long for another run on the environment to end, instead of refusing at once' -r
complete -c seasense -n "__fish_seasense_using_subcommand down" -l env -d 'Environment to work on: the name of a file in `envs/`' -r
complete -c seasense -n "__fish_seasense_using_subcommand down" -l project -d 'Folder of the project [default: the nearest one upwards with `envs/` and `gitops/`]' -r -F
complete -c seasense -n "__fish_seasense_using_subcommand down" -l output -d 'How to show progress on standard error' -r -f -a "auto\t'Live on a terminal, plain elsewhere'
plain\t'One line per event, never redrawn'
jsonl\t'One JSON object per event'
quiet\t'Nothing but failures'"
complete -c seasense -n "__fish_seasense_using_subcommand down" -l keep-data -d 'Stop everything but keep the data: the same as `seasense pause`'
complete -c seasense -n "__fish_seasense_using_subcommand down" -l all -d 'Remove the local registry and its network as well, unless another environment uses them'
complete -c seasense -n "__fish_seasense_using_subcommand down" -l json -d 'Print JSON for programs, as `docs/schemas` describes it'
complete -c seasense -n "__fish_seasense_using_subcommand down" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c seasense -n "__fish_seasense_using_subcommand pause" -l wait-lock -d 'Wait this long for another run on the environment to end, instead of refusing at once' -r
complete -c seasense -n "__fish_seasense_using_subcommand pause" -l env -d 'Environment to work on: the name of a file in `envs/`' -r
complete -c seasense -n "__fish_seasense_using_subcommand pause" -l project -d 'Folder of the project [default: the nearest one upwards with `envs/` and `gitops/`]' -r -F
complete -c seasense -n "__fish_seasense_using_subcommand pause" -l output -d 'How to show progress on standard error' -r -f -a "auto\t'Live on a terminal, plain elsewhere'
plain\t'One line per event, never redrawn'
jsonl\t'One JSON object per event'
quiet\t'Nothing but failures'"
complete -c seasense -n "__fish_seasense_using_subcommand pause" -l json -d 'Print JSON for programs, as `docs/schemas` describes it'
complete -c seasense -n "__fish_seasense_using_subcommand pause" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c seasense -n "__fish_seasense_using_subcommand resume" -l wait-lock -d 'Wait this long for another run on the environment to end, instead of refusing at once' -r
complete -c seasense -n "__fish_seasense_using_subcommand resume" -l timeout -d 'Give up waiting for the platform after this many seconds' -r
complete -c seasense -n "__fish_seasense_using_subcommand resume" -l env -d 'Environment to work on: the name of a file in `envs/`' -r
complete -c seasense -n "__fish_seasense_using_subcommand resume" -l project -d 'Folder of the project [default: the nearest one upwards with `envs/` and `gitops/`]' -r -F
complete -c seasense -n "__fish_seasense_using_subcommand resume" -l output -d 'How to show progress on standard error' -r -f -a "auto\t'Live on a terminal, plain elsewhere'
plain\t'One line per event, never redrawn'
jsonl\t'One JSON object per event'
quiet\t'Nothing but failures'"
complete -c seasense -n "__fish_seasense_using_subcommand resume" -l json -d 'Print JSON for programs, as `docs/schemas` describes it'
complete -c seasense -n "__fish_seasense_using_subcommand resume" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c seasense -n "__fish_seasense_using_subcommand snapshot; and not __fish_seen_subcommand_from save load ls rm help" -l wait-lock -d 'Wait this long for another run on the environment to end, instead of refusing at once' -r
complete -c seasense -n "__fish_seasense_using_subcommand snapshot; and not __fish_seen_subcommand_from save load ls rm help" -l env -d 'Environment to work on: the name of a file in `envs/`' -r
complete -c seasense -n "__fish_seasense_using_subcommand snapshot; and not __fish_seen_subcommand_from save load ls rm help" -l project -d 'Folder of the project [default: the nearest one upwards with `envs/` and `gitops/`]' -r -F
complete -c seasense -n "__fish_seasense_using_subcommand snapshot; and not __fish_seen_subcommand_from save load ls rm help" -l output -d 'How to show progress on standard error' -r -f -a "auto\t'Live on a terminal, plain elsewhere'
plain\t'One line per event, never redrawn'
jsonl\t'One JSON object per event'
quiet\t'Nothing but failures'"
complete -c seasense -n "__fish_seasense_using_subcommand snapshot; and not __fish_seen_subcommand_from save load ls rm help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c seasense -n "__fish_seasense_using_subcommand snapshot; and not __fish_seen_subcommand_from save load ls rm help" -f -a "save" -d 'Keep the database\'s present state'
complete -c seasense -n "__fish_seasense_using_subcommand snapshot; and not __fish_seen_subcommand_from save load ls rm help" -f -a "load" -d 'Put a kept state in the place of the present one, which is lost'
complete -c seasense -n "__fish_seasense_using_subcommand snapshot; and not __fish_seen_subcommand_from save load ls rm help" -f -a "ls" -d 'List what is kept'
complete -c seasense -n "__fish_seasense_using_subcommand snapshot; and not __fish_seen_subcommand_from save load ls rm help" -f -a "rm" -d 'Remove a kept state'
complete -c seasense -n "__fish_seasense_using_subcommand snapshot; and not __fish_seen_subcommand_from save load ls rm help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c seasense -n "__fish_seasense_using_subcommand snapshot; and __fish_seen_subcommand_from save" -l env -d 'Environment to work on: the name of a file in `envs/`' -r
complete -c seasense -n "__fish_seasense_using_subcommand snapshot; and __fish_seen_subcommand_from save" -l project -d 'Folder of the project [default: the nearest one upwards with `envs/` and `gitops/`]' -r -F
complete -c seasense -n "__fish_seasense_using_subcommand snapshot; and __fish_seen_subcommand_from save" -l output -d 'How to show progress on standard error' -r -f -a "auto\t'Live on a terminal, plain elsewhere'
plain\t'One line per event, never redrawn'
jsonl\t'One JSON object per event'
quiet\t'Nothing but failures'"
complete -c seasense -n "__fish_seasense_using_subcommand snapshot; and __fish_seen_subcommand_from save" -l json -d 'Print it as JSON (schema: docs/schemas/snapshots.v1.json)'
complete -c seasense -n "__fish_seasense_using_subcommand snapshot; and __fish_seen_subcommand_from save" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c seasense -n "__fish_seasense_using_subcommand snapshot; and __fish_seen_subcommand_from load" -l env -d 'Environment to work on: the name of a file in `envs/`' -r
complete -c seasense -n "__fish_seasense_using_subcommand snapshot; and __fish_seen_subcommand_from load" -l project -d 'Folder of the project [default: the nearest one upwards with `envs/` and `gitops/`]' -r -F
complete -c seasense -n "__fish_seasense_using_subcommand snapshot; and __fish_seen_subcommand_from load" -l output -d 'How to show progress on standard error' -r -f -a "auto\t'Live on a terminal, plain elsewhere'
plain\t'One line per event, never redrawn'
jsonl\t'One JSON object per event'
quiet\t'Nothing but failures'"
complete -c seasense -n "__fish_seasense_using_subcommand snapshot; and __fish_seen_subcommand_from load" -l yes -d 'Do not ask'
complete -c seasense -n "__fish_seasense_using_subcommand snapshot; and __fish_seen_subcommand_from load" -l json -d 'Print what was loaded as JSON (schema: docs/schemas/snapshots.v1.json)'
complete -c seasense -n "__fish_seasense_using_subcommand snapshot; and __fish_seen_subcommand_from load" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c seasense -n "__fish_seasense_using_subcommand snapshot; and __fish_seen_subcommand_from ls" -l env -d 'Environment to work on: the name of a file in `envs/`' -r
complete -c seasense -n "__fish_seasense_using_subcommand snapshot; and __fish_seen_subcommand_from ls" -l project -d 'Folder of the project [default: the nearest one upwards with `envs/` and `gitops/`]' -r -F
complete -c seasense -n "__fish_seasense_using_subcommand snapshot; and __fish_seen_subcommand_from ls" -l output -d 'How to show progress on standard error' -r -f -a "auto\t'Live on a terminal, plain elsewhere'
plain\t'One line per event, never redrawn'
jsonl\t'One JSON object per event'
quiet\t'Nothing but failures'"
complete -c seasense -n "__fish_seasense_using_subcommand snapshot; and __fish_seen_subcommand_from ls" -l json -d 'Print the list as JSON (schema: docs/schemas/snapshots.v1.json)'
complete -c seasense -n "__fish_seasense_using_subcommand snapshot; and __fish_seen_subcommand_from ls" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c seasense -n "__fish_seasense_using_subcommand snapshot; and __fish_seen_subcommand_from rm" -l env -d 'Environment to work on: the name of a file in `envs/`' -r
complete -c seasense -n "__fish_seasense_using_subcommand snapshot; and __fish_seen_subcommand_from rm" -l project -d 'Folder of the project [default: the nearest one upwards with `envs/` and `gitops/`]' -r -F
complete -c seasense -n "__fish_seasense_using_subcommand snapshot; and __fish_seen_subcommand_from rm" -l output -d 'How to show progress on standard error' -r -f -a "auto\t'Live on a terminal, plain elsewhere'
plain\t'One line per event, never redrawn'
jsonl\t'One JSON object per event'
quiet\t'Nothing but failures'"
complete -c seasense -n "__fish_seasense_using_subcommand snapshot; and __fish_seen_subcommand_from rm" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c seasense -n "__fish_seasense_using_subcommand snapshot; and __fish_seen_subcommand_from help" -f -a "save" -d 'Keep the database\'s present state'
complete -c seasense -n "__fish_seasense_using_subcommand snapshot; and __fish_seen_subcommand_from help" -f -a "load" -d 'Put a kept state in the place of the present one, which is lost'
complete -c seasense -n "__fish_seasense_using_subcommand snapshot; and __fish_seen_subcommand_from help" -f -a "ls" -d 'List what is kept'
complete -c seasense -n "__fish_seasense_using_subcommand snapshot; and __fish_seen_subcommand_from help" -f -a "rm" -d 'Remove a kept state'
complete -c seasense -n "__fish_seasense_using_subcommand snapshot; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c seasense -n "__fish_seasense_using_subcommand promote" -l digest -d 'The digest that must run in the source [default: the one that runs there]' -r
complete -c seasense -n "__fish_seasense_using_subcommand promote" -l over-budget -d 'Why it may cost more than the budget; recorded' -r
complete -c seasense -n "__fish_seasense_using_subcommand promote" -l canary -d 'Give it this share of the API\'s requests first, 1 to 50, beside the backend that runs' -r
complete -c seasense -n "__fish_seasense_using_subcommand promote" -l wait-lock -d 'Wait this long for another run on the environment to end, instead of refusing at once' -r
complete -c seasense -n "__fish_seasense_using_subcommand promote" -l env -d 'Environment to work on: the name of a file in `envs/`' -r
complete -c seasense -n "__fish_seasense_using_subcommand promote" -l project -d 'Folder of the project [default: the nearest one upwards with `envs/` and `gitops/`]' -r -F
complete -c seasense -n "__fish_seasense_using_subcommand promote" -l output -d 'How to show progress on standard error' -r -f -a "auto\t'Live on a terminal, plain elsewhere'
plain\t'One line per event, never redrawn'
jsonl\t'One JSON object per event'
quiet\t'Nothing but failures'"
complete -c seasense -n "__fish_seasense_using_subcommand promote" -l rehearse -d 'Use a second real cluster on this machine in the environment\'s place'
complete -c seasense -n "__fish_seasense_using_subcommand promote" -l wait-soak -d 'Wait until the source is Ready and has been so for the soak time, instead of being refused'
complete -c seasense -n "__fish_seasense_using_subcommand promote" -l keep -d 'Leave the rehearsal\'s cluster as it is, to look at it or to go on to the next environment; one that stood before stays anyway'
complete -c seasense -n "__fish_seasense_using_subcommand promote" -l dry-run -d 'Show the gates and what would change in the lock file, and change nothing'
complete -c seasense -n "__fish_seasense_using_subcommand promote" -l push -d 'Without a forge: push the commits to the remote `origin`'
complete -c seasense -n "__fish_seasense_using_subcommand promote" -l json -d 'Print JSON for programs, as `docs/schemas` describes it'
complete -c seasense -n "__fish_seasense_using_subcommand promote" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c seasense -n "__fish_seasense_using_subcommand rollback" -l to -d 'The digest to go back to, one that was verified there [default: the last one before the present one]' -r
complete -c seasense -n "__fish_seasense_using_subcommand rollback" -l wait-lock -d 'Wait this long for another run on the environment to end, instead of refusing at once' -r
complete -c seasense -n "__fish_seasense_using_subcommand rollback" -l env -d 'Environment to work on: the name of a file in `envs/`' -r
complete -c seasense -n "__fish_seasense_using_subcommand rollback" -l project -d 'Folder of the project [default: the nearest one upwards with `envs/` and `gitops/`]' -r -F
complete -c seasense -n "__fish_seasense_using_subcommand rollback" -l output -d 'How to show progress on standard error' -r -f -a "auto\t'Live on a terminal, plain elsewhere'
plain\t'One line per event, never redrawn'
jsonl\t'One JSON object per event'
quiet\t'Nothing but failures'"
complete -c seasense -n "__fish_seasense_using_subcommand rollback" -l rehearse -d 'Use the second cluster on this machine that `promote --rehearse` has made'
complete -c seasense -n "__fish_seasense_using_subcommand rollback" -l dry-run -d 'Show the gates and what would change in the lock file, and change nothing'
complete -c seasense -n "__fish_seasense_using_subcommand rollback" -l push -d 'Without a forge: push the commits to the remote `origin`'
complete -c seasense -n "__fish_seasense_using_subcommand rollback" -l json -d 'Print JSON for programs, as `docs/schemas` describes it'
complete -c seasense -n "__fish_seasense_using_subcommand rollback" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c seasense -n "__fish_seasense_using_subcommand history" -l env -d 'Environment to work on: the name of a file in `envs/`' -r
complete -c seasense -n "__fish_seasense_using_subcommand history" -l project -d 'Folder of the project [default: the nearest one upwards with `envs/` and `gitops/`]' -r -F
complete -c seasense -n "__fish_seasense_using_subcommand history" -l output -d 'How to show progress on standard error' -r -f -a "auto\t'Live on a terminal, plain elsewhere'
plain\t'One line per event, never redrawn'
jsonl\t'One JSON object per event'
quiet\t'Nothing but failures'"
complete -c seasense -n "__fish_seasense_using_subcommand history" -l json -d 'Print JSON for programs, as `docs/schemas` describes it'
complete -c seasense -n "__fish_seasense_using_subcommand history" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c seasense -n "__fish_seasense_using_subcommand status" -l env -d 'Environment to work on: the name of a file in `envs/`' -r
complete -c seasense -n "__fish_seasense_using_subcommand status" -l project -d 'Folder of the project [default: the nearest one upwards with `envs/` and `gitops/`]' -r -F
complete -c seasense -n "__fish_seasense_using_subcommand status" -l output -d 'How to show progress on standard error' -r -f -a "auto\t'Live on a terminal, plain elsewhere'
plain\t'One line per event, never redrawn'
jsonl\t'One JSON object per event'
quiet\t'Nothing but failures'"
complete -c seasense -n "__fish_seasense_using_subcommand status" -l json -d 'Print JSON for programs, as `docs/schemas` describes it'
complete -c seasense -n "__fish_seasense_using_subcommand status" -s w -l watch -d 'Go on looking, every two seconds, as a full-screen view; `q` ends it'
complete -c seasense -n "__fish_seasense_using_subcommand status" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c seasense -n "__fish_seasense_using_subcommand ls" -l env -d 'Environment to work on: the name of a file in `envs/`' -r
complete -c seasense -n "__fish_seasense_using_subcommand ls" -l project -d 'Folder of the project [default: the nearest one upwards with `envs/` and `gitops/`]' -r -F
complete -c seasense -n "__fish_seasense_using_subcommand ls" -l output -d 'How to show progress on standard error' -r -f -a "auto\t'Live on a terminal, plain elsewhere'
plain\t'One line per event, never redrawn'
jsonl\t'One JSON object per event'
quiet\t'Nothing but failures'"
complete -c seasense -n "__fish_seasense_using_subcommand ls" -l size -d 'Measure how much disk each one takes; the daemon needs a moment for that'
complete -c seasense -n "__fish_seasense_using_subcommand ls" -l json -d 'Print JSON for programs, as `docs/schemas` describes it'
complete -c seasense -n "__fish_seasense_using_subcommand ls" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c seasense -n "__fish_seasense_using_subcommand gc" -l env -d 'Environment to work on: the name of a file in `envs/`' -r
complete -c seasense -n "__fish_seasense_using_subcommand gc" -l project -d 'Folder of the project [default: the nearest one upwards with `envs/` and `gitops/`]' -r -F
complete -c seasense -n "__fish_seasense_using_subcommand gc" -l output -d 'How to show progress on standard error' -r -f -a "auto\t'Live on a terminal, plain elsewhere'
plain\t'One line per event, never redrawn'
jsonl\t'One JSON object per event'
quiet\t'Nothing but failures'"
complete -c seasense -n "__fish_seasense_using_subcommand gc" -l dry-run -d 'Say what would go, and remove nothing'
complete -c seasense -n "__fish_seasense_using_subcommand gc" -l json -d 'Print JSON for programs, as `docs/schemas` describes it'
complete -c seasense -n "__fish_seasense_using_subcommand gc" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c seasense -n "__fish_seasense_using_subcommand logs" -l tail -d 'How many of the last lines of each container to show' -r
complete -c seasense -n "__fish_seasense_using_subcommand logs" -l env -d 'Environment to work on: the name of a file in `envs/`' -r
complete -c seasense -n "__fish_seasense_using_subcommand logs" -l project -d 'Folder of the project [default: the nearest one upwards with `envs/` and `gitops/`]' -r -F
complete -c seasense -n "__fish_seasense_using_subcommand logs" -l output -d 'How to show progress on standard error' -r -f -a "auto\t'Live on a terminal, plain elsewhere'
plain\t'One line per event, never redrawn'
jsonl\t'One JSON object per event'
quiet\t'Nothing but failures'"
complete -c seasense -n "__fish_seasense_using_subcommand logs" -s f -l follow -d 'Go on with new lines until interrupted'
complete -c seasense -n "__fish_seasense_using_subcommand logs" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c seasense -n "__fish_seasense_using_subcommand open" -l env -d 'Environment to work on: the name of a file in `envs/`' -r
complete -c seasense -n "__fish_seasense_using_subcommand open" -l project -d 'Folder of the project [default: the nearest one upwards with `envs/` and `gitops/`]' -r -F
complete -c seasense -n "__fish_seasense_using_subcommand open" -l output -d 'How to show progress on standard error' -r -f -a "auto\t'Live on a terminal, plain elsewhere'
plain\t'One line per event, never redrawn'
jsonl\t'One JSON object per event'
quiet\t'Nothing but failures'"
complete -c seasense -n "__fish_seasense_using_subcommand open" -l print -d 'Print the address instead of opening it'
complete -c seasense -n "__fish_seasense_using_subcommand open" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c seasense -n "__fish_seasense_using_subcommand images; and not __fish_seen_subcommand_from list build pull push verify prune help" -l env -d 'Environment to work on: the name of a file in `envs/`' -r
complete -c seasense -n "__fish_seasense_using_subcommand images; and not __fish_seen_subcommand_from list build pull push verify prune help" -l project -d 'Folder of the project [default: the nearest one upwards with `envs/` and `gitops/`]' -r -F
complete -c seasense -n "__fish_seasense_using_subcommand images; and not __fish_seen_subcommand_from list build pull push verify prune help" -l output -d 'How to show progress on standard error' -r -f -a "auto\t'Live on a terminal, plain elsewhere'
plain\t'One line per event, never redrawn'
jsonl\t'One JSON object per event'
quiet\t'Nothing but failures'"
complete -c seasense -n "__fish_seasense_using_subcommand images; and not __fish_seen_subcommand_from list build pull push verify prune help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c seasense -n "__fish_seasense_using_subcommand images; and not __fish_seen_subcommand_from list build pull push verify prune help" -f -a "list" -d 'List the images of the lock'
complete -c seasense -n "__fish_seasense_using_subcommand images; and not __fish_seen_subcommand_from list build pull push verify prune help" -f -a "build" -d 'Build what is missing from source packages, and push it to the local registry'
complete -c seasense -n "__fish_seasense_using_subcommand images; and not __fish_seen_subcommand_from list build pull push verify prune help" -f -a "pull" -d 'Copy the official images and manifests into the local registry'
complete -c seasense -n "__fish_seasense_using_subcommand images; and not __fish_seen_subcommand_from list build pull push verify prune help" -f -a "push" -d 'Push what the cache holds to the local registry'
complete -c seasense -n "__fish_seasense_using_subcommand images; and not __fish_seen_subcommand_from list build pull push verify prune help" -f -a "verify" -d 'Hash everything in the registry again and compare it with the lock'
complete -c seasense -n "__fish_seasense_using_subcommand images; and not __fish_seen_subcommand_from list build pull push verify prune help" -f -a "prune" -d 'Remove from a registry what neither a lock file, nor a running environment, nor a kept artifact names'
complete -c seasense -n "__fish_seasense_using_subcommand images; and not __fish_seen_subcommand_from list build pull push verify prune help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c seasense -n "__fish_seasense_using_subcommand images; and __fish_seen_subcommand_from list" -l supply -d 'Where images come from' -r -f -a "auto\t'Ask the network quickly, and pull if it answers'
pull\t'Copy the official images'
build\t'Build from Go modules, Debian and PyPI packages'"
complete -c seasense -n "__fish_seasense_using_subcommand images; and __fish_seen_subcommand_from list" -l jobs -d 'Builds to run at once [default: the number of cores]' -r
complete -c seasense -n "__fish_seasense_using_subcommand images; and __fish_seen_subcommand_from list" -l env -d 'Environment to work on: the name of a file in `envs/`' -r
complete -c seasense -n "__fish_seasense_using_subcommand images; and __fish_seen_subcommand_from list" -l project -d 'Folder of the project [default: the nearest one upwards with `envs/` and `gitops/`]' -r -F
complete -c seasense -n "__fish_seasense_using_subcommand images; and __fish_seen_subcommand_from list" -l output -d 'How to show progress on standard error' -r -f -a "auto\t'Live on a terminal, plain elsewhere'
plain\t'One line per event, never redrawn'
jsonl\t'One JSON object per event'
quiet\t'Nothing but failures'"
complete -c seasense -n "__fish_seasense_using_subcommand images; and __fish_seen_subcommand_from list" -l json -d 'Print JSON for programs, as `docs/schemas` describes it'
complete -c seasense -n "__fish_seasense_using_subcommand images; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c seasense -n "__fish_seasense_using_subcommand images; and __fish_seen_subcommand_from build" -l jobs -d 'Builds to run at once [default: the number of cores]' -r
complete -c seasense -n "__fish_seasense_using_subcommand images; and __fish_seen_subcommand_from build" -l env -d 'Environment to work on: the name of a file in `envs/`' -r
complete -c seasense -n "__fish_seasense_using_subcommand images; and __fish_seen_subcommand_from build" -l project -d 'Folder of the project [default: the nearest one upwards with `envs/` and `gitops/`]' -r -F
complete -c seasense -n "__fish_seasense_using_subcommand images; and __fish_seen_subcommand_from build" -l output -d 'How to show progress on standard error' -r -f -a "auto\t'Live on a terminal, plain elsewhere'
plain\t'One line per event, never redrawn'
jsonl\t'One JSON object per event'
quiet\t'Nothing but failures'"
complete -c seasense -n "__fish_seasense_using_subcommand images; and __fish_seen_subcommand_from build" -l refresh -d 'Make the roots of Debian packages again, of the packages of today'
complete -c seasense -n "__fish_seasense_using_subcommand images; and __fish_seen_subcommand_from build" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c seasense -n "__fish_seasense_using_subcommand images; and __fish_seen_subcommand_from pull" -l env -d 'Environment to work on: the name of a file in `envs/`' -r
complete -c seasense -n "__fish_seasense_using_subcommand images; and __fish_seen_subcommand_from pull" -l project -d 'Folder of the project [default: the nearest one upwards with `envs/` and `gitops/`]' -r -F
complete -c seasense -n "__fish_seasense_using_subcommand images; and __fish_seen_subcommand_from pull" -l output -d 'How to show progress on standard error' -r -f -a "auto\t'Live on a terminal, plain elsewhere'
plain\t'One line per event, never redrawn'
jsonl\t'One JSON object per event'
quiet\t'Nothing but failures'"
complete -c seasense -n "__fish_seasense_using_subcommand images; and __fish_seen_subcommand_from pull" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c seasense -n "__fish_seasense_using_subcommand images; and __fish_seen_subcommand_from push" -l supply -d 'Where images come from' -r -f -a "auto\t'Ask the network quickly, and pull if it answers'
pull\t'Copy the official images'
build\t'Build from Go modules, Debian and PyPI packages'"
complete -c seasense -n "__fish_seasense_using_subcommand images; and __fish_seen_subcommand_from push" -l jobs -d 'Builds to run at once [default: the number of cores]' -r
complete -c seasense -n "__fish_seasense_using_subcommand images; and __fish_seen_subcommand_from push" -l env -d 'Environment to work on: the name of a file in `envs/`' -r
complete -c seasense -n "__fish_seasense_using_subcommand images; and __fish_seen_subcommand_from push" -l project -d 'Folder of the project [default: the nearest one upwards with `envs/` and `gitops/`]' -r -F
complete -c seasense -n "__fish_seasense_using_subcommand images; and __fish_seen_subcommand_from push" -l output -d 'How to show progress on standard error' -r -f -a "auto\t'Live on a terminal, plain elsewhere'
plain\t'One line per event, never redrawn'
jsonl\t'One JSON object per event'
quiet\t'Nothing but failures'"
complete -c seasense -n "__fish_seasense_using_subcommand images; and __fish_seen_subcommand_from push" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c seasense -n "__fish_seasense_using_subcommand images; and __fish_seen_subcommand_from verify" -l supply -d 'Where images come from' -r -f -a "auto\t'Ask the network quickly, and pull if it answers'
pull\t'Copy the official images'
build\t'Build from Go modules, Debian and PyPI packages'"
complete -c seasense -n "__fish_seasense_using_subcommand images; and __fish_seen_subcommand_from verify" -l jobs -d 'Builds to run at once [default: the number of cores]' -r
complete -c seasense -n "__fish_seasense_using_subcommand images; and __fish_seen_subcommand_from verify" -l env -d 'Environment to work on: the name of a file in `envs/`' -r
complete -c seasense -n "__fish_seasense_using_subcommand images; and __fish_seen_subcommand_from verify" -l project -d 'Folder of the project [default: the nearest one upwards with `envs/` and `gitops/`]' -r -F
complete -c seasense -n "__fish_seasense_using_subcommand images; and __fish_seen_subcommand_from verify" -l output -d 'How to show progress on standard error' -r -f -a "auto\t'Live on a terminal, plain elsewhere'
plain\t'One line per event, never redrawn'
jsonl\t'One JSON object per event'
quiet\t'Nothing but failures'"
complete -c seasense -n "__fish_seasense_using_subcommand images; and __fish_seen_subcommand_from verify" -l rebuild -d 'Build them again from nothing instead, and compare both builds bit for bit'
complete -c seasense -n "__fish_seasense_using_subcommand images; and __fish_seen_subcommand_from verify" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c seasense -n "__fish_seasense_using_subcommand images; and __fish_seen_subcommand_from prune" -l registry -d 'Where the images are, for example `rg.fr-par.scw.cloud/seasense`' -r
complete -c seasense -n "__fish_seasense_using_subcommand images; and __fish_seen_subcommand_from prune" -l keep -d 'How many of each repository stay although nothing names them: the newest ones' -r
complete -c seasense -n "__fish_seasense_using_subcommand images; and __fish_seen_subcommand_from prune" -l in-use -d 'A digest that stays with everything it names, beside those of the lock files; may be given several times' -r
complete -c seasense -n "__fish_seasense_using_subcommand images; and __fish_seen_subcommand_from prune" -l env -d 'Environment to work on: the name of a file in `envs/`' -r
complete -c seasense -n "__fish_seasense_using_subcommand images; and __fish_seen_subcommand_from prune" -l project -d 'Folder of the project [default: the nearest one upwards with `envs/` and `gitops/`]' -r -F
complete -c seasense -n "__fish_seasense_using_subcommand images; and __fish_seen_subcommand_from prune" -l output -d 'How to show progress on standard error' -r -f -a "auto\t'Live on a terminal, plain elsewhere'
plain\t'One line per event, never redrawn'
jsonl\t'One JSON object per event'
quiet\t'Nothing but failures'"
complete -c seasense -n "__fish_seasense_using_subcommand images; and __fish_seen_subcommand_from prune" -l dry-run -d 'Say what would go, and remove nothing'
complete -c seasense -n "__fish_seasense_using_subcommand images; and __fish_seen_subcommand_from prune" -l json -d 'Print JSON for programs, as `docs/schemas` describes it'
complete -c seasense -n "__fish_seasense_using_subcommand images; and __fish_seen_subcommand_from prune" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c seasense -n "__fish_seasense_using_subcommand images; and __fish_seen_subcommand_from help" -f -a "list" -d 'List the images of the lock'
complete -c seasense -n "__fish_seasense_using_subcommand images; and __fish_seen_subcommand_from help" -f -a "build" -d 'Build what is missing from source packages, and push it to the local registry'
complete -c seasense -n "__fish_seasense_using_subcommand images; and __fish_seen_subcommand_from help" -f -a "pull" -d 'Copy the official images and manifests into the local registry'
complete -c seasense -n "__fish_seasense_using_subcommand images; and __fish_seen_subcommand_from help" -f -a "push" -d 'Push what the cache holds to the local registry'
complete -c seasense -n "__fish_seasense_using_subcommand images; and __fish_seen_subcommand_from help" -f -a "verify" -d 'Hash everything in the registry again and compare it with the lock'
complete -c seasense -n "__fish_seasense_using_subcommand images; and __fish_seen_subcommand_from help" -f -a "prune" -d 'Remove from a registry what neither a lock file, nor a running environment, nor a kept artifact names'
complete -c seasense -n "__fish_seasense_using_subcommand images; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c seasense -n "__fish_seasense_using_subcommand infra; and not __fish_seen_subcommand_from plan apply destroy scale help" -l env -d 'Environment to work on: the name of a file in `envs/`' -r
complete -c seasense -n "__fish_seasense_using_subcommand infra; and not __fish_seen_subcommand_from plan apply destroy scale help" -l project -d 'Folder of the project [default: the nearest one upwards with `envs/` and `gitops/`]' -r -F
complete -c seasense -n "__fish_seasense_using_subcommand infra; and not __fish_seen_subcommand_from plan apply destroy scale help" -l output -d 'How to show progress on standard error' -r -f -a "auto\t'Live on a terminal, plain elsewhere'
plain\t'One line per event, never redrawn'
jsonl\t'One JSON object per event'
quiet\t'Nothing but failures'"
complete -c seasense -n "__fish_seasense_using_subcommand infra; and not __fish_seen_subcommand_from plan apply destroy scale help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c seasense -n "__fish_seasense_using_subcommand infra; and not __fish_seen_subcommand_from plan apply destroy scale help" -f -a "plan" -d 'Show what would be made, changed and removed, and do none of it'
complete -c seasense -n "__fish_seasense_using_subcommand infra; and not __fish_seen_subcommand_from plan apply destroy scale help" -f -a "apply" -d 'Make and change what the modules say, then see that Flux follows the digest of the environment\'s lock file'
complete -c seasense -n "__fish_seasense_using_subcommand infra; and not __fish_seen_subcommand_from plan apply destroy scale help" -f -a "destroy" -d 'Remove the environment, what Kubernetes made of its own too, and tell everything that is left and paid for'
complete -c seasense -n "__fish_seasense_using_subcommand infra; and not __fish_seen_subcommand_from plan apply destroy scale help" -f -a "scale" -d 'Tell the pools how many nodes to have: none in off hours, or what the environment\'s file says'
complete -c seasense -n "__fish_seasense_using_subcommand infra; and not __fish_seen_subcommand_from plan apply destroy scale help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c seasense -n "__fish_seasense_using_subcommand infra; and __fish_seen_subcommand_from plan" -l state -d 'Where OpenTofu\'s state is kept' -r -f -a "bucket\t'In a bucket at Scaleway, locked and encrypted'
file\t'In a file on this machine: for rehearsals only'"
complete -c seasense -n "__fish_seasense_using_subcommand infra; and __fish_seen_subcommand_from plan" -l save -d 'Write the plan for others to read, for example `seasense cost --plan`: JSON as OpenTofu writes it, without secrets' -r -F
complete -c seasense -n "__fish_seasense_using_subcommand infra; and __fish_seen_subcommand_from plan" -l project -d 'Folder of the project [default: the nearest one upwards with `envs/` and `gitops/`]' -r -F
complete -c seasense -n "__fish_seasense_using_subcommand infra; and __fish_seen_subcommand_from plan" -l output -d 'How to show progress on standard error' -r -f -a "auto\t'Live on a terminal, plain elsewhere'
plain\t'One line per event, never redrawn'
jsonl\t'One JSON object per event'
quiet\t'Nothing but failures'"
complete -c seasense -n "__fish_seasense_using_subcommand infra; and __fish_seen_subcommand_from plan" -l json -d 'Print JSON for programs, as `docs/schemas` describes it'
complete -c seasense -n "__fish_seasense_using_subcommand infra; and __fish_seen_subcommand_from plan" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c seasense -n "__fish_seasense_using_subcommand infra; and __fish_seen_subcommand_from apply" -l state -d 'Where OpenTofu\'s state is kept' -r -f -a "bucket\t'In a bucket at Scaleway, locked and encrypted'
file\t'In a file on this machine: for rehearsals only'"
complete -c seasense -n "__fish_seasense_using_subcommand infra; and __fish_seen_subcommand_from apply" -l project -d 'Folder of the project [default: the nearest one upwards with `envs/` and `gitops/`]' -r -F
complete -c seasense -n "__fish_seasense_using_subcommand infra; and __fish_seen_subcommand_from apply" -l output -d 'How to show progress on standard error' -r -f -a "auto\t'Live on a terminal, plain elsewhere'
plain\t'One line per event, never redrawn'
jsonl\t'One JSON object per event'
quiet\t'Nothing but failures'"
complete -c seasense -n "__fish_seasense_using_subcommand infra; and __fish_seen_subcommand_from apply" -l yes -d 'Do it without asking'
complete -c seasense -n "__fish_seasense_using_subcommand infra; and __fish_seen_subcommand_from apply" -l json -d 'Print JSON for programs, as `docs/schemas` describes it'
complete -c seasense -n "__fish_seasense_using_subcommand infra; and __fish_seen_subcommand_from apply" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c seasense -n "__fish_seasense_using_subcommand infra; and __fish_seen_subcommand_from destroy" -l state -d 'Where OpenTofu\'s state is kept' -r -f -a "bucket\t'In a bucket at Scaleway, locked and encrypted'
file\t'In a file on this machine: for rehearsals only'"
complete -c seasense -n "__fish_seasense_using_subcommand infra; and __fish_seen_subcommand_from destroy" -l wait -d 'Wait so long for what goes slowly before it counts as left' -r
complete -c seasense -n "__fish_seasense_using_subcommand infra; and __fish_seen_subcommand_from destroy" -l project -d 'Folder of the project [default: the nearest one upwards with `envs/` and `gitops/`]' -r -F
complete -c seasense -n "__fish_seasense_using_subcommand infra; and __fish_seen_subcommand_from destroy" -l output -d 'How to show progress on standard error' -r -f -a "auto\t'Live on a terminal, plain elsewhere'
plain\t'One line per event, never redrawn'
jsonl\t'One JSON object per event'
quiet\t'Nothing but failures'"
complete -c seasense -n "__fish_seasense_using_subcommand infra; and __fish_seen_subcommand_from destroy" -l yes -d 'Do it without asking'
complete -c seasense -n "__fish_seasense_using_subcommand infra; and __fish_seen_subcommand_from destroy" -l with-backups -d 'Remove the bucket of the backups as well, with every backup in it'
complete -c seasense -n "__fish_seasense_using_subcommand infra; and __fish_seen_subcommand_from destroy" -l json -d 'Print JSON for programs, as `docs/schemas` describes it'
complete -c seasense -n "__fish_seasense_using_subcommand infra; and __fish_seen_subcommand_from destroy" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c seasense -n "__fish_seasense_using_subcommand infra; and __fish_seen_subcommand_from scale" -l state -d 'Where OpenTofu\'s state is kept' -r -f -a "bucket\t'In a bucket at Scaleway, locked and encrypted'
file\t'In a file on this machine: for rehearsals only'"
complete -c seasense -n "__fish_seasense_using_subcommand infra; and __fish_seen_subcommand_from scale" -l to -d 'How many' -r -f -a "zero\t'No node at all; volumes stay'
normal\t'What the environment\'s file says'"
complete -c seasense -n "__fish_seasense_using_subcommand infra; and __fish_seen_subcommand_from scale" -l project -d 'Folder of the project [default: the nearest one upwards with `envs/` and `gitops/`]' -r -F
complete -c seasense -n "__fish_seasense_using_subcommand infra; and __fish_seen_subcommand_from scale" -l output -d 'How to show progress on standard error' -r -f -a "auto\t'Live on a terminal, plain elsewhere'
plain\t'One line per event, never redrawn'
jsonl\t'One JSON object per event'
quiet\t'Nothing but failures'"
complete -c seasense -n "__fish_seasense_using_subcommand infra; and __fish_seen_subcommand_from scale" -l json -d 'Print JSON for programs, as `docs/schemas` describes it'
complete -c seasense -n "__fish_seasense_using_subcommand infra; and __fish_seen_subcommand_from scale" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c seasense -n "__fish_seasense_using_subcommand infra; and __fish_seen_subcommand_from help" -f -a "plan" -d 'Show what would be made, changed and removed, and do none of it'
complete -c seasense -n "__fish_seasense_using_subcommand infra; and __fish_seen_subcommand_from help" -f -a "apply" -d 'Make and change what the modules say, then see that Flux follows the digest of the environment\'s lock file'
complete -c seasense -n "__fish_seasense_using_subcommand infra; and __fish_seen_subcommand_from help" -f -a "destroy" -d 'Remove the environment, what Kubernetes made of its own too, and tell everything that is left and paid for'
complete -c seasense -n "__fish_seasense_using_subcommand infra; and __fish_seen_subcommand_from help" -f -a "scale" -d 'Tell the pools how many nodes to have: none in off hours, or what the environment\'s file says'
complete -c seasense -n "__fish_seasense_using_subcommand infra; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c seasense -n "__fish_seasense_using_subcommand render" -l supply -d 'Where images come from' -r -f -a "auto\t'Ask the network quickly, and pull if it answers'
pull\t'Copy the official images'
build\t'Build from Go modules, Debian and PyPI packages'"
complete -c seasense -n "__fish_seasense_using_subcommand render" -l jobs -d 'Builds to run at once [default: the number of cores]' -r
complete -c seasense -n "__fish_seasense_using_subcommand render" -l env -d 'Environment to work on: the name of a file in `envs/`' -r
complete -c seasense -n "__fish_seasense_using_subcommand render" -l project -d 'Folder of the project [default: the nearest one upwards with `envs/` and `gitops/`]' -r -F
complete -c seasense -n "__fish_seasense_using_subcommand render" -l output -d 'How to show progress on standard error' -r -f -a "auto\t'Live on a terminal, plain elsewhere'
plain\t'One line per event, never redrawn'
jsonl\t'One JSON object per event'
quiet\t'Nothing but failures'"
complete -c seasense -n "__fish_seasense_using_subcommand render" -l raw -d 'Leave the environment\'s variables unfilled, as they are in the artifact'
complete -c seasense -n "__fish_seasense_using_subcommand render" -l check -d 'Only check the tree; needs no images'
complete -c seasense -n "__fish_seasense_using_subcommand render" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c seasense -n "__fish_seasense_using_subcommand diff" -l infra-plan -d 'Show what this plan of `OpenTofu` would change (the output of `tofu show -json`)' -r -F
complete -c seasense -n "__fish_seasense_using_subcommand diff" -l supply -d 'Where images come from' -r -f -a "auto\t'Ask the network quickly, and pull if it answers'
pull\t'Copy the official images'
build\t'Build from Go modules, Debian and PyPI packages'"
complete -c seasense -n "__fish_seasense_using_subcommand diff" -l jobs -d 'Builds to run at once [default: the number of cores]' -r
complete -c seasense -n "__fish_seasense_using_subcommand diff" -l env -d 'Environment to work on: the name of a file in `envs/`' -r
complete -c seasense -n "__fish_seasense_using_subcommand diff" -l project -d 'Folder of the project [default: the nearest one upwards with `envs/` and `gitops/`]' -r -F
complete -c seasense -n "__fish_seasense_using_subcommand diff" -l output -d 'How to show progress on standard error' -r -f -a "auto\t'Live on a terminal, plain elsewhere'
plain\t'One line per event, never redrawn'
jsonl\t'One JSON object per event'
quiet\t'Nothing but failures'"
complete -c seasense -n "__fish_seasense_using_subcommand diff" -l json -d 'Print JSON for programs, as `docs/schemas` describes it'
complete -c seasense -n "__fish_seasense_using_subcommand diff" -l markdown -d 'Print Markdown for a pull request, at most 60 kB'
complete -c seasense -n "__fish_seasense_using_subcommand diff" -l full -d 'Show every line, however many there are'
complete -c seasense -n "__fish_seasense_using_subcommand diff" -l exit-code -d 'Exit with 70 where anything differs'
complete -c seasense -n "__fish_seasense_using_subcommand diff" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c seasense -n "__fish_seasense_using_subcommand parity" -l supply -d 'Where images come from' -r -f -a "auto\t'Ask the network quickly, and pull if it answers'
pull\t'Copy the official images'
build\t'Build from Go modules, Debian and PyPI packages'"
complete -c seasense -n "__fish_seasense_using_subcommand parity" -l jobs -d 'Builds to run at once [default: the number of cores]' -r
complete -c seasense -n "__fish_seasense_using_subcommand parity" -l env -d 'Environment to work on: the name of a file in `envs/`' -r
complete -c seasense -n "__fish_seasense_using_subcommand parity" -l project -d 'Folder of the project [default: the nearest one upwards with `envs/` and `gitops/`]' -r -F
complete -c seasense -n "__fish_seasense_using_subcommand parity" -l output -d 'How to show progress on standard error' -r -f -a "auto\t'Live on a terminal, plain elsewhere'
plain\t'One line per event, never redrawn'
jsonl\t'One JSON object per event'
quiet\t'Nothing but failures'"
complete -c seasense -n "__fish_seasense_using_subcommand parity" -l json -d 'Print JSON for programs, as `docs/schemas` describes it'
complete -c seasense -n "__fish_seasense_using_subcommand parity" -l files-only -d 'Compare the environment files only, without building what Flux would apply'
complete -c seasense -n "__fish_seasense_using_subcommand parity" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c seasense -n "__fish_seasense_using_subcommand artifact; and not __fish_seen_subcommand_from publish help" -l env -d 'Environment to work on: the name of a file in `envs/`' -r
complete -c seasense -n "__fish_seasense_using_subcommand artifact; and not __fish_seen_subcommand_from publish help" -l project -d 'Folder of the project [default: the nearest one upwards with `envs/` and `gitops/`]' -r -F
complete -c seasense -n "__fish_seasense_using_subcommand artifact; and not __fish_seen_subcommand_from publish help" -l output -d 'How to show progress on standard error' -r -f -a "auto\t'Live on a terminal, plain elsewhere'
plain\t'One line per event, never redrawn'
jsonl\t'One JSON object per event'
quiet\t'Nothing but failures'"
complete -c seasense -n "__fish_seasense_using_subcommand artifact; and not __fish_seen_subcommand_from publish help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c seasense -n "__fish_seasense_using_subcommand artifact; and not __fish_seen_subcommand_from publish help" -f -a "publish" -d 'Make the images, pack the tree, and copy both by digest to a registry, under the version that Git\'s tags give'
complete -c seasense -n "__fish_seasense_using_subcommand artifact; and not __fish_seen_subcommand_from publish help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c seasense -n "__fish_seasense_using_subcommand artifact; and __fish_seen_subcommand_from publish" -l supply -d 'Where images come from' -r -f -a "auto\t'Ask the network quickly, and pull if it answers'
pull\t'Copy the official images'
build\t'Build from Go modules, Debian and PyPI packages'"
complete -c seasense -n "__fish_seasense_using_subcommand artifact; and __fish_seen_subcommand_from publish" -l jobs -d 'Builds to run at once [default: the number of cores]' -r
complete -c seasense -n "__fish_seasense_using_subcommand artifact; and __fish_seen_subcommand_from publish" -l to -d 'Where it goes, for example `rg.fr-par.scw.cloud/seasense` [default: the local registry]' -r
complete -c seasense -n "__fish_seasense_using_subcommand artifact; and __fish_seen_subcommand_from publish" -l env -d 'Environment to work on: the name of a file in `envs/`' -r
complete -c seasense -n "__fish_seasense_using_subcommand artifact; and __fish_seen_subcommand_from publish" -l project -d 'Folder of the project [default: the nearest one upwards with `envs/` and `gitops/`]' -r -F
complete -c seasense -n "__fish_seasense_using_subcommand artifact; and __fish_seen_subcommand_from publish" -l output -d 'How to show progress on standard error' -r -f -a "auto\t'Live on a terminal, plain elsewhere'
plain\t'One line per event, never redrawn'
jsonl\t'One JSON object per event'
quiet\t'Nothing but failures'"
complete -c seasense -n "__fish_seasense_using_subcommand artifact; and __fish_seen_subcommand_from publish" -l json -d 'Print JSON for programs, as `docs/schemas` describes it'
complete -c seasense -n "__fish_seasense_using_subcommand artifact; and __fish_seen_subcommand_from publish" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c seasense -n "__fish_seasense_using_subcommand artifact; and __fish_seen_subcommand_from help" -f -a "publish" -d 'Make the images, pack the tree, and copy both by digest to a registry, under the version that Git\'s tags give'
complete -c seasense -n "__fish_seasense_using_subcommand artifact; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c seasense -n "__fish_seasense_using_subcommand cost" -l plan -d 'Price this plan of OpenTofu, as `tofu show -json` writes it, instead of the environment\'s layout; - reads standard input' -r -F
complete -c seasense -n "__fish_seasense_using_subcommand cost" -l node-hours -d 'Hours a month that the nodes run [default: what each environment\'s layout means them to]' -r
complete -c seasense -n "__fish_seasense_using_subcommand cost" -l over-budget -d 'Allow what is over its budget, and say why' -r
complete -c seasense -n "__fish_seasense_using_subcommand cost" -l env -d 'Environment to work on: the name of a file in `envs/`' -r
complete -c seasense -n "__fish_seasense_using_subcommand cost" -l project -d 'Folder of the project [default: the nearest one upwards with `envs/` and `gitops/`]' -r -F
complete -c seasense -n "__fish_seasense_using_subcommand cost" -l output -d 'How to show progress on standard error' -r -f -a "auto\t'Live on a terminal, plain elsewhere'
plain\t'One line per event, never redrawn'
jsonl\t'One JSON object per event'
quiet\t'Nothing but failures'"
complete -c seasense -n "__fish_seasense_using_subcommand cost" -l profiles -d 'Compare the profiles of one environment, with what each one gives up'
complete -c seasense -n "__fish_seasense_using_subcommand cost" -l gate -d 'Refuse what is over its budget'
complete -c seasense -n "__fish_seasense_using_subcommand cost" -l json -d 'Print JSON for programs, as `docs/schemas` describes it'
complete -c seasense -n "__fish_seasense_using_subcommand cost" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c seasense -n "__fish_seasense_using_subcommand trust; and not __fish_seen_subcommand_from install remove status help" -l env -d 'Environment to work on: the name of a file in `envs/`' -r
complete -c seasense -n "__fish_seasense_using_subcommand trust; and not __fish_seen_subcommand_from install remove status help" -l project -d 'Folder of the project [default: the nearest one upwards with `envs/` and `gitops/`]' -r -F
complete -c seasense -n "__fish_seasense_using_subcommand trust; and not __fish_seen_subcommand_from install remove status help" -l output -d 'How to show progress on standard error' -r -f -a "auto\t'Live on a terminal, plain elsewhere'
plain\t'One line per event, never redrawn'
jsonl\t'One JSON object per event'
quiet\t'Nothing but failures'"
complete -c seasense -n "__fish_seasense_using_subcommand trust; and not __fish_seen_subcommand_from install remove status help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c seasense -n "__fish_seasense_using_subcommand trust; and not __fish_seen_subcommand_from install remove status help" -f -a "install" -d 'Let the browsers and programs of this machine trust the environment\'s authority'
complete -c seasense -n "__fish_seasense_using_subcommand trust; and not __fish_seen_subcommand_from install remove status help" -f -a "remove" -d 'Take it back: exactly the certificates that were installed, and no other'
complete -c seasense -n "__fish_seasense_using_subcommand trust; and not __fish_seen_subcommand_from install remove status help" -f -a "status" -d 'Show what is trusted where, and prove it by a TLS handshake'
complete -c seasense -n "__fish_seasense_using_subcommand trust; and not __fish_seen_subcommand_from install remove status help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c seasense -n "__fish_seasense_using_subcommand trust; and __fish_seen_subcommand_from install" -l store -d 'Only this store; may be given several times [default: every one that is here]' -r -f -a "system\t'The system\'s own'
nss\t'Firefox, and Chromium on Linux'
java\t'Java\'s keystore'"
complete -c seasense -n "__fish_seasense_using_subcommand trust; and __fish_seen_subcommand_from install" -l env -d 'Environment to work on: the name of a file in `envs/`' -r
complete -c seasense -n "__fish_seasense_using_subcommand trust; and __fish_seen_subcommand_from install" -l project -d 'Folder of the project [default: the nearest one upwards with `envs/` and `gitops/`]' -r -F
complete -c seasense -n "__fish_seasense_using_subcommand trust; and __fish_seen_subcommand_from install" -l output -d 'How to show progress on standard error' -r -f -a "auto\t'Live on a terminal, plain elsewhere'
plain\t'One line per event, never redrawn'
jsonl\t'One JSON object per event'
quiet\t'Nothing but failures'"
complete -c seasense -n "__fish_seasense_using_subcommand trust; and __fish_seen_subcommand_from install" -s y -l yes -d 'Do it without asking'
complete -c seasense -n "__fish_seasense_using_subcommand trust; and __fish_seen_subcommand_from install" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c seasense -n "__fish_seasense_using_subcommand trust; and __fish_seen_subcommand_from remove" -l store -d 'Only this store; may be given several times [default: every one that is here]' -r -f -a "system\t'The system\'s own'
nss\t'Firefox, and Chromium on Linux'
java\t'Java\'s keystore'"
complete -c seasense -n "__fish_seasense_using_subcommand trust; and __fish_seen_subcommand_from remove" -l env -d 'Environment to work on: the name of a file in `envs/`' -r
complete -c seasense -n "__fish_seasense_using_subcommand trust; and __fish_seen_subcommand_from remove" -l project -d 'Folder of the project [default: the nearest one upwards with `envs/` and `gitops/`]' -r -F
complete -c seasense -n "__fish_seasense_using_subcommand trust; and __fish_seen_subcommand_from remove" -l output -d 'How to show progress on standard error' -r -f -a "auto\t'Live on a terminal, plain elsewhere'
plain\t'One line per event, never redrawn'
jsonl\t'One JSON object per event'
quiet\t'Nothing but failures'"
complete -c seasense -n "__fish_seasense_using_subcommand trust; and __fish_seen_subcommand_from remove" -s y -l yes -d 'Do it without asking'
complete -c seasense -n "__fish_seasense_using_subcommand trust; and __fish_seen_subcommand_from remove" -l all -d 'What was installed for any environment of this machine, also for those that are gone'
complete -c seasense -n "__fish_seasense_using_subcommand trust; and __fish_seen_subcommand_from remove" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c seasense -n "__fish_seasense_using_subcommand trust; and __fish_seen_subcommand_from status" -l store -d 'Only this store; may be given several times [default: every one that is here]' -r -f -a "system\t'The system\'s own'
nss\t'Firefox, and Chromium on Linux'
java\t'Java\'s keystore'"
complete -c seasense -n "__fish_seasense_using_subcommand trust; and __fish_seen_subcommand_from status" -l env -d 'Environment to work on: the name of a file in `envs/`' -r
complete -c seasense -n "__fish_seasense_using_subcommand trust; and __fish_seen_subcommand_from status" -l project -d 'Folder of the project [default: the nearest one upwards with `envs/` and `gitops/`]' -r -F
complete -c seasense -n "__fish_seasense_using_subcommand trust; and __fish_seen_subcommand_from status" -l output -d 'How to show progress on standard error' -r -f -a "auto\t'Live on a terminal, plain elsewhere'
plain\t'One line per event, never redrawn'
jsonl\t'One JSON object per event'
quiet\t'Nothing but failures'"
complete -c seasense -n "__fish_seasense_using_subcommand trust; and __fish_seen_subcommand_from status" -l json -d 'Print it as JSON (schema: docs/schemas/trust.v1.json)'
complete -c seasense -n "__fish_seasense_using_subcommand trust; and __fish_seen_subcommand_from status" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c seasense -n "__fish_seasense_using_subcommand trust; and __fish_seen_subcommand_from help" -f -a "install" -d 'Let the browsers and programs of this machine trust the environment\'s authority'
complete -c seasense -n "__fish_seasense_using_subcommand trust; and __fish_seen_subcommand_from help" -f -a "remove" -d 'Take it back: exactly the certificates that were installed, and no other'
complete -c seasense -n "__fish_seasense_using_subcommand trust; and __fish_seen_subcommand_from help" -f -a "status" -d 'Show what is trusted where, and prove it by a TLS handshake'
complete -c seasense -n "__fish_seasense_using_subcommand trust; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c seasense -n "__fish_seasense_using_subcommand doctor" -l env -d 'Environment to work on: the name of a file in `envs/`' -r
complete -c seasense -n "__fish_seasense_using_subcommand doctor" -l project -d 'Folder of the project [default: the nearest one upwards with `envs/` and `gitops/`]' -r -F
complete -c seasense -n "__fish_seasense_using_subcommand doctor" -l output -d 'How to show progress on standard error' -r -f -a "auto\t'Live on a terminal, plain elsewhere'
plain\t'One line per event, never redrawn'
jsonl\t'One JSON object per event'
quiet\t'Nothing but failures'"
complete -c seasense -n "__fish_seasense_using_subcommand doctor" -l json -d 'Print JSON for programs, as `docs/schemas` describes it'
complete -c seasense -n "__fish_seasense_using_subcommand doctor" -l fix -d 'Do what can be done safely about what is found, then examine again'
complete -c seasense -n "__fish_seasense_using_subcommand doctor" -l strict -d 'Exit with an error for warnings too'
complete -c seasense -n "__fish_seasense_using_subcommand doctor" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c seasense -n "__fish_seasense_using_subcommand diagnose" -l out -d 'File to write [default: a new one in the cache]' -r -F
complete -c seasense -n "__fish_seasense_using_subcommand diagnose" -l env -d 'Environment to work on: the name of a file in `envs/`' -r
complete -c seasense -n "__fish_seasense_using_subcommand diagnose" -l project -d 'Folder of the project [default: the nearest one upwards with `envs/` and `gitops/`]' -r -F
complete -c seasense -n "__fish_seasense_using_subcommand diagnose" -l output -d 'How to show progress on standard error' -r -f -a "auto\t'Live on a terminal, plain elsewhere'
plain\t'One line per event, never redrawn'
jsonl\t'One JSON object per event'
quiet\t'Nothing but failures'"
complete -c seasense -n "__fish_seasense_using_subcommand diagnose" -l no-logs -d 'Leave out all logs'
complete -c seasense -n "__fish_seasense_using_subcommand diagnose" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c seasense -n "__fish_seasense_using_subcommand timing" -l env -d 'Environment to work on: the name of a file in `envs/`' -r
complete -c seasense -n "__fish_seasense_using_subcommand timing" -l project -d 'Folder of the project [default: the nearest one upwards with `envs/` and `gitops/`]' -r -F
complete -c seasense -n "__fish_seasense_using_subcommand timing" -l output -d 'How to show progress on standard error' -r -f -a "auto\t'Live on a terminal, plain elsewhere'
plain\t'One line per event, never redrawn'
jsonl\t'One JSON object per event'
quiet\t'Nothing but failures'"
complete -c seasense -n "__fish_seasense_using_subcommand timing" -l json -d 'Print the run as JSON (schema: docs/schemas/timing.v1.json)'
complete -c seasense -n "__fish_seasense_using_subcommand timing" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c seasense -n "__fish_seasense_using_subcommand completions" -l env -d 'Environment to work on: the name of a file in `envs/`' -r
complete -c seasense -n "__fish_seasense_using_subcommand completions" -l project -d 'Folder of the project [default: the nearest one upwards with `envs/` and `gitops/`]' -r -F
complete -c seasense -n "__fish_seasense_using_subcommand completions" -l output -d 'How to show progress on standard error' -r -f -a "auto\t'Live on a terminal, plain elsewhere'
plain\t'One line per event, never redrawn'
jsonl\t'One JSON object per event'
quiet\t'Nothing but failures'"
complete -c seasense -n "__fish_seasense_using_subcommand completions" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c seasense -n "__fish_seasense_using_subcommand man" -l dir -d 'Write every page into this folder, made where it does not exist, instead of printing `seasense.1`' -r -F
complete -c seasense -n "__fish_seasense_using_subcommand man" -l env -d 'Environment to work on: the name of a file in `envs/`' -r
complete -c seasense -n "__fish_seasense_using_subcommand man" -l project -d 'Folder of the project [default: the nearest one upwards with `envs/` and `gitops/`]' -r -F
complete -c seasense -n "__fish_seasense_using_subcommand man" -l output -d 'How to show progress on standard error' -r -f -a "auto\t'Live on a terminal, plain elsewhere'
plain\t'One line per event, never redrawn'
jsonl\t'One JSON object per event'
quiet\t'Nothing but failures'"
complete -c seasense -n "__fish_seasense_using_subcommand man" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c seasense -n "__fish_seasense_using_subcommand help; and not __fish_seen_subcommand_from dev ci down pause resume snapshot promote rollback history status ls gc logs open images infra render diff parity artifact cost trust doctor diagnose timing completions man help" -f -a "dev" -d 'Bring the environment up, or up to date, and prove that it works'
complete -c seasense -n "__fish_seasense_using_subcommand help; and not __fish_seen_subcommand_from dev ci down pause resume snapshot promote rollback history status ls gc logs open images infra render diff parity artifact cost trust doctor diagnose timing completions man help" -f -a "ci" -d 'Bring up an environment of its own, check it, run a command against it, and remove it whatever happens'
complete -c seasense -n "__fish_seasense_using_subcommand help; and not __fish_seen_subcommand_from dev ci down pause resume snapshot promote rollback history status ls gc logs open images infra render diff parity artifact cost trust doctor diagnose timing completions man help" -f -a "down" -d 'Remove the environment and prove that nothing is left'
complete -c seasense -n "__fish_seasense_using_subcommand help; and not __fish_seen_subcommand_from dev ci down pause resume snapshot promote rollback history status ls gc logs open images infra render diff parity artifact cost trust doctor diagnose timing completions man help" -f -a "pause" -d 'Free the machine: stop everything, keep data and certificates'
complete -c seasense -n "__fish_seasense_using_subcommand help; and not __fish_seen_subcommand_from dev ci down pause resume snapshot promote rollback history status ls gc logs open images infra render diff parity artifact cost trust doctor diagnose timing completions man help" -f -a "resume" -d 'Wake a paused environment exactly as it was, and prove that it works'
complete -c seasense -n "__fish_seasense_using_subcommand help; and not __fish_seen_subcommand_from dev ci down pause resume snapshot promote rollback history status ls gc logs open images infra render diff parity artifact cost trust doctor diagnose timing completions man help" -f -a "snapshot" -d 'Keep the database\'s state under a name, and go back to it'
complete -c seasense -n "__fish_seasense_using_subcommand help; and not __fish_seen_subcommand_from dev ci down pause resume snapshot promote rollback history status ls gc logs open images infra render diff parity artifact cost trust doctor diagnose timing completions man help" -f -a "promote" -d 'Bring the digest that the environment before has run: gates, a commit, a watch, and back by itself where it is worse'
complete -c seasense -n "__fish_seasense_using_subcommand help; and not __fish_seen_subcommand_from dev ci down pause resume snapshot promote rollback history status ls gc logs open images infra render diff parity artifact cost trust doctor diagnose timing completions man help" -f -a "rollback" -d 'Bring back a digest that was verified before'
complete -c seasense -n "__fish_seasense_using_subcommand help; and not __fish_seen_subcommand_from dev ci down pause resume snapshot promote rollback history status ls gc logs open images infra render diff parity artifact cost trust doctor diagnose timing completions man help" -f -a "history" -d 'Show who brought what to an environment, when, how it was verified, and whether the signatures hold'
complete -c seasense -n "__fish_seasense_using_subcommand help; and not __fish_seen_subcommand_from dev ci down pause resume snapshot promote rollback history status ls gc logs open images infra render diff parity artifact cost trust doctor diagnose timing completions man help" -f -a "status" -d 'Say what runs, at which digest, and what is wrong'
complete -c seasense -n "__fish_seasense_using_subcommand help; and not __fish_seen_subcommand_from dev ci down pause resume snapshot promote rollback history status ls gc logs open images infra render diff parity artifact cost trust doctor diagnose timing completions man help" -f -a "ls" -d 'List every environment of this machine'
complete -c seasense -n "__fish_seasense_using_subcommand help; and not __fish_seen_subcommand_from dev ci down pause resume snapshot promote rollback history status ls gc logs open images infra render diff parity artifact cost trust doctor diagnose timing completions man help" -f -a "gc" -d 'Remove what belongs to no living owner'
complete -c seasense -n "__fish_seasense_using_subcommand help; and not __fish_seen_subcommand_from dev ci down pause resume snapshot promote rollback history status ls gc logs open images infra render diff parity artifact cost trust doctor diagnose timing completions man help" -f -a "logs" -d 'Show the logs of one part of the platform'
complete -c seasense -n "__fish_seasense_using_subcommand help; and not __fish_seen_subcommand_from dev ci down pause resume snapshot promote rollback history status ls gc logs open images infra render diff parity artifact cost trust doctor diagnose timing completions man help" -f -a "open" -d 'Open the public page in a browser'
complete -c seasense -n "__fish_seasense_using_subcommand help; and not __fish_seen_subcommand_from dev ci down pause resume snapshot promote rollback history status ls gc logs open images infra render diff parity artifact cost trust doctor diagnose timing completions man help" -f -a "images" -d 'Make, list and check the images and upstream manifests'
complete -c seasense -n "__fish_seasense_using_subcommand help; and not __fish_seen_subcommand_from dev ci down pause resume snapshot promote rollback history status ls gc logs open images infra render diff parity artifact cost trust doctor diagnose timing completions man help" -f -a "infra" -d 'Make, change and remove what an environment runs on at Scaleway'
complete -c seasense -n "__fish_seasense_using_subcommand help; and not __fish_seen_subcommand_from dev ci down pause resume snapshot promote rollback history status ls gc logs open images infra render diff parity artifact cost trust doctor diagnose timing completions man help" -f -a "render" -d 'Print the tree exactly as Flux will get it'
complete -c seasense -n "__fish_seasense_using_subcommand help; and not __fish_seen_subcommand_from dev ci down pause resume snapshot promote rollback history status ls gc logs open images infra render diff parity artifact cost trust doctor diagnose timing completions man help" -f -a "diff" -d 'Say in what two environments, commits, artifacts or the work tree differ'
complete -c seasense -n "__fish_seasense_using_subcommand help; and not __fish_seen_subcommand_from dev ci down pause resume snapshot promote rollback history status ls gc logs open images infra render diff parity artifact cost trust doctor diagnose timing completions man help" -f -a "parity" -d 'Prove that environments differ in nothing but what was reviewed'
complete -c seasense -n "__fish_seasense_using_subcommand help; and not __fish_seen_subcommand_from dev ci down pause resume snapshot promote rollback history status ls gc logs open images infra render diff parity artifact cost trust doctor diagnose timing completions man help" -f -a "artifact" -d 'Publish what other environments are to run'
complete -c seasense -n "__fish_seasense_using_subcommand help; and not __fish_seen_subcommand_from dev ci down pause resume snapshot promote rollback history status ls gc logs open images infra render diff parity artifact cost trust doctor diagnose timing completions man help" -f -a "cost" -d 'Say what environments cost a month, and whether that is within their budgets'
complete -c seasense -n "__fish_seasense_using_subcommand help; and not __fish_seen_subcommand_from dev ci down pause resume snapshot promote rollback history status ls gc logs open images infra render diff parity artifact cost trust doctor diagnose timing completions man help" -f -a "trust" -d 'Let this machine\'s browsers and programs trust the environment, or take it back'
complete -c seasense -n "__fish_seasense_using_subcommand help; and not __fish_seen_subcommand_from dev ci down pause resume snapshot promote rollback history status ls gc logs open images infra render diff parity artifact cost trust doctor diagnose timing completions man help" -f -a "doctor" -d 'Check that this machine can run the platform'
complete -c seasense -n "__fish_seasense_using_subcommand help; and not __fish_seen_subcommand_from dev ci down pause resume snapshot promote rollback history status ls gc logs open images infra render diff parity artifact cost trust doctor diagnose timing completions man help" -f -a "diagnose" -d 'Pack everything that tells why the environment is as it is, without secrets'
complete -c seasense -n "__fish_seasense_using_subcommand help; and not __fish_seen_subcommand_from dev ci down pause resume snapshot promote rollback history status ls gc logs open images infra render diff parity artifact cost trust doctor diagnose timing completions man help" -f -a "timing" -d 'Say where the time of the last `dev` went'
complete -c seasense -n "__fish_seasense_using_subcommand help; and not __fish_seen_subcommand_from dev ci down pause resume snapshot promote rollback history status ls gc logs open images infra render diff parity artifact cost trust doctor diagnose timing completions man help" -f -a "completions" -d 'Print a completion script for a shell'
complete -c seasense -n "__fish_seasense_using_subcommand help; and not __fish_seen_subcommand_from dev ci down pause resume snapshot promote rollback history status ls gc logs open images infra render diff parity artifact cost trust doctor diagnose timing completions man help" -f -a "man" -d 'Print the manual page, or write those of every command'
complete -c seasense -n "__fish_seasense_using_subcommand help; and not __fish_seen_subcommand_from dev ci down pause resume snapshot promote rollback history status ls gc logs open images infra render diff parity artifact cost trust doctor diagnose timing completions man help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c seasense -n "__fish_seasense_using_subcommand help; and __fish_seen_subcommand_from snapshot" -f -a "save" -d 'Keep the database\'s present state'
complete -c seasense -n "__fish_seasense_using_subcommand help; and __fish_seen_subcommand_from snapshot" -f -a "load" -d 'Put a kept state in the place of the present one, which is lost'
complete -c seasense -n "__fish_seasense_using_subcommand help; and __fish_seen_subcommand_from snapshot" -f -a "ls" -d 'List what is kept'
complete -c seasense -n "__fish_seasense_using_subcommand help; and __fish_seen_subcommand_from snapshot" -f -a "rm" -d 'Remove a kept state'
complete -c seasense -n "__fish_seasense_using_subcommand help; and __fish_seen_subcommand_from images" -f -a "list" -d 'List the images of the lock'
complete -c seasense -n "__fish_seasense_using_subcommand help; and __fish_seen_subcommand_from images" -f -a "build" -d 'Build what is missing from source packages, and push it to the local registry'
complete -c seasense -n "__fish_seasense_using_subcommand help; and __fish_seen_subcommand_from images" -f -a "pull" -d 'Copy the official images and manifests into the local registry'
complete -c seasense -n "__fish_seasense_using_subcommand help; and __fish_seen_subcommand_from images" -f -a "push" -d 'Push what the cache holds to the local registry'
complete -c seasense -n "__fish_seasense_using_subcommand help; and __fish_seen_subcommand_from images" -f -a "verify" -d 'Hash everything in the registry again and compare it with the lock'
complete -c seasense -n "__fish_seasense_using_subcommand help; and __fish_seen_subcommand_from images" -f -a "prune" -d 'Remove from a registry what neither a lock file, nor a running environment, nor a kept artifact names'
complete -c seasense -n "__fish_seasense_using_subcommand help; and __fish_seen_subcommand_from infra" -f -a "plan" -d 'Show what would be made, changed and removed, and do none of it'
complete -c seasense -n "__fish_seasense_using_subcommand help; and __fish_seen_subcommand_from infra" -f -a "apply" -d 'Make and change what the modules say, then see that Flux follows the digest of the environment\'s lock file'
complete -c seasense -n "__fish_seasense_using_subcommand help; and __fish_seen_subcommand_from infra" -f -a "destroy" -d 'Remove the environment, what Kubernetes made of its own too, and tell everything that is left and paid for'
complete -c seasense -n "__fish_seasense_using_subcommand help; and __fish_seen_subcommand_from infra" -f -a "scale" -d 'Tell the pools how many nodes to have: none in off hours, or what the environment\'s file says'
complete -c seasense -n "__fish_seasense_using_subcommand help; and __fish_seen_subcommand_from artifact" -f -a "publish" -d 'Make the images, pack the tree, and copy both by digest to a registry, under the version that Git\'s tags give'
complete -c seasense -n "__fish_seasense_using_subcommand help; and __fish_seen_subcommand_from trust" -f -a "install" -d 'Let the browsers and programs of this machine trust the environment\'s authority'
complete -c seasense -n "__fish_seasense_using_subcommand help; and __fish_seen_subcommand_from trust" -f -a "remove" -d 'Take it back: exactly the certificates that were installed, and no other'
complete -c seasense -n "__fish_seasense_using_subcommand help; and __fish_seen_subcommand_from trust" -f -a "status" -d 'Show what is trusted where, and prove it by a TLS handshake'
