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

complete -c seasense -n "__fish_seasense_needs_command" -l env -d 'Environment: the name of a file in `envs/`, or `rehearsal-NAME`' -r
complete -c seasense -n "__fish_seasense_needs_command" -l project -d 'Directory of the project [default: the nearest parent directory with `envs/` and `gitops/`]' -r -F
complete -c seasense -n "__fish_seasense_needs_command" -l output -d 'Format of the progress on standard error' -r -f -a "auto\t'Live on a terminal, plain elsewhere'
plain\t'One line per event, never redrawn'
jsonl\t'One JSON object per event'
quiet\t'Nothing but failures'"
complete -c seasense -n "__fish_seasense_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c seasense -n "__fish_seasense_needs_command" -s V -l version -d 'Print version'
complete -c seasense -n "__fish_seasense_needs_command" -f -a "dev" -d 'Start the environment, or bring it up to date, and verify it'
complete -c seasense -n "__fish_seasense_needs_command" -f -a "ci" -d 'Run a command against an ephemeral environment'
complete -c seasense -n "__fish_seasense_needs_command" -f -a "down" -d 'Remove the environment'
complete -c seasense -n "__fish_seasense_needs_command" -f -a "pause" -d 'Stop the environment and keep its data'
complete -c seasense -n "__fish_seasense_needs_command" -f -a "resume" -d 'Resume a paused environment and verify it'
complete -c seasense -n "__fish_seasense_needs_command" -f -a "snapshot" -d 'Save and load snapshots of the database'
complete -c seasense -n "__fish_seasense_needs_command" -f -a "promote" -d 'Promote an artifact digest to an environment'
complete -c seasense -n "__fish_seasense_needs_command" -f -a "rollback" -d 'Roll back to a previously verified digest'
complete -c seasense -n "__fish_seasense_needs_command" -f -a "history" -d 'Show the history of promotions and rollbacks and check its signatures'
complete -c seasense -n "__fish_seasense_needs_command" -f -a "status" -d 'Show the state of the environment and its problems'
complete -c seasense -n "__fish_seasense_needs_command" -f -a "ls" -d 'List the environments of this machine'
complete -c seasense -n "__fish_seasense_needs_command" -f -a "gc" -d 'Remove orphaned environments'
complete -c seasense -n "__fish_seasense_needs_command" -f -a "logs" -d 'Show the logs of one part of the platform'
complete -c seasense -n "__fish_seasense_needs_command" -f -a "open" -d 'Open the public page in a browser'
complete -c seasense -n "__fish_seasense_needs_command" -f -a "images" -d 'Build, pull, list and verify images and upstream manifests'
complete -c seasense -n "__fish_seasense_needs_command" -f -a "infra" -d 'Create, change and remove the infrastructure of an environment at Scaleway'
complete -c seasense -n "__fish_seasense_needs_command" -f -a "render" -d 'Print the manifests as Flux gets them'
complete -c seasense -n "__fish_seasense_needs_command" -f -a "diff" -d 'Compare two environments, commits, artifacts or the work tree'
complete -c seasense -n "__fish_seasense_needs_command" -f -a "parity" -d 'Check that environments differ only in reviewed variables'
complete -c seasense -n "__fish_seasense_needs_command" -f -a "artifact" -d 'Publish the platform artifact'
complete -c seasense -n "__fish_seasense_needs_command" -f -a "cost" -d 'Show the monthly cost of environments and check their budgets'
complete -c seasense -n "__fish_seasense_needs_command" -f -a "trust" -d 'Install or remove trust in the environment\'s certificate authority'
complete -c seasense -n "__fish_seasense_needs_command" -f -a "doctor" -d 'Check that this machine can run the platform'
complete -c seasense -n "__fish_seasense_needs_command" -f -a "diagnose" -d 'Collect a diagnostics bundle without secrets'
complete -c seasense -n "__fish_seasense_needs_command" -f -a "timing" -d 'Show how long the steps of the last `dev` took'
complete -c seasense -n "__fish_seasense_needs_command" -f -a "completions" -d 'Print a completion script for a shell'
complete -c seasense -n "__fish_seasense_needs_command" -f -a "man" -d 'Print or write the manual pages'
complete -c seasense -n "__fish_seasense_needs_command" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c seasense -n "__fish_seasense_using_subcommand dev" -l supply -d 'How images are supplied' -r -f -a "auto\t'Pull if registries can be reached, otherwise build'
pull\t'Copy the official images'
build\t'Build from Go modules, and from Debian and `PyPI` packages'"
complete -c seasense -n "__fish_seasense_using_subcommand dev" -l jobs -d 'Builds to run at once [default: the number of cores]' -r
complete -c seasense -n "__fish_seasense_using_subcommand dev" -l wait-lock -d 'Wait up to this many seconds for another run on the environment instead of failing at once' -r
complete -c seasense -n "__fish_seasense_using_subcommand dev" -l timeout -d 'Give up after this many seconds' -r
complete -c seasense -n "__fish_seasense_using_subcommand dev" -l ttl -d 'Remove the environment after this time, for example `8h`; a later run without `--ttl` keeps the time' -r
complete -c seasense -n "__fish_seasense_using_subcommand dev" -l env -d 'Environment: the name of a file in `envs/`, or `rehearsal-NAME`' -r
complete -c seasense -n "__fish_seasense_using_subcommand dev" -l project -d 'Directory of the project [default: the nearest parent directory with `envs/` and `gitops/`]' -r -F
complete -c seasense -n "__fish_seasense_using_subcommand dev" -l output -d 'Format of the progress on standard error' -r -f -a "auto\t'Live on a terminal, plain elsewhere'
plain\t'One line per event, never redrawn'
jsonl\t'One JSON object per event'
quiet\t'Nothing but failures'"
complete -c seasense -n "__fish_seasense_using_subcommand dev" -l dry-run -d 'Print the plan without executing it'
complete -c seasense -n "__fish_seasense_using_subcommand dev" -l json -d 'With `--dry-run`, print the plan as JSON (schema: docs/schemas/plan.v2.json)'
complete -c seasense -n "__fish_seasense_using_subcommand dev" -l recreate -d 'Remove the cluster with its data first'
complete -c seasense -n "__fish_seasense_using_subcommand dev" -l watch -d 'Apply changes of the checkout as soon as they are saved, until Ctrl-C'
complete -c seasense -n "__fish_seasense_using_subcommand dev" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c seasense -n "__fish_seasense_using_subcommand ci" -l supply -d 'How images are supplied' -r -f -a "auto\t'Pull if registries can be reached, otherwise build'
pull\t'Copy the official images'
build\t'Build from Go modules, and from Debian and `PyPI` packages'"
complete -c seasense -n "__fish_seasense_using_subcommand ci" -l jobs -d 'Builds to run at once [default: the number of cores]' -r
complete -c seasense -n "__fish_seasense_using_subcommand ci" -l junit -d 'Write a JUnit report: a case for each step, phase, health check, acceptance check and command' -r -F
complete -c seasense -n "__fish_seasense_using_subcommand ci" -l events -d 'Write every event as a line of JSON' -r -F
complete -c seasense -n "__fish_seasense_using_subcommand ci" -l ttl -d 'Give up after this time; the reaper removes the environment two minutes later even if this process hangs' -r
complete -c seasense -n "__fish_seasense_using_subcommand ci" -l env -d 'Environment: the name of a file in `envs/`, or `rehearsal-NAME`' -r
complete -c seasense -n "__fish_seasense_using_subcommand ci" -l project -d 'Directory of the project [default: the nearest parent directory with `envs/` and `gitops/`]' -r -F
complete -c seasense -n "__fish_seasense_using_subcommand ci" -l output -d 'Format of the progress on standard error' -r -f -a "auto\t'Live on a terminal, plain elsewhere'
plain\t'One line per event, never redrawn'
jsonl\t'One JSON object per event'
quiet\t'Nothing but failures'"
complete -c seasense -n "__fish_seasense_using_subcommand ci" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c seasense -n "__fish_seasense_using_subcommand down" -l wait-lock -d 'Wait up to this many seconds for another run on the environment instead of failing at once' -r
complete -c seasense -n "__fish_seasense_using_subcommand down" -l env -d 'Environment: the name of a file in `envs/`, or `rehearsal-NAME`' -r
complete -c seasense -n "__fish_seasense_using_subcommand down" -l project -d 'Directory of the project [default: the nearest parent directory with `envs/` and `gitops/`]' -r -F
complete -c seasense -n "__fish_seasense_using_subcommand down" -l output -d 'Format of the progress on standard error' -r -f -a "auto\t'Live on a terminal, plain elsewhere'
plain\t'One line per event, never redrawn'
jsonl\t'One JSON object per event'
quiet\t'Nothing but failures'"
complete -c seasense -n "__fish_seasense_using_subcommand down" -l keep-data -d 'Stop everything and keep the data: the same as `seasense pause`'
complete -c seasense -n "__fish_seasense_using_subcommand down" -l all -d 'Remove also the local registry and its network, unless another environment uses them'
complete -c seasense -n "__fish_seasense_using_subcommand down" -l json -d 'Print JSON (schemas: docs/schemas)'
complete -c seasense -n "__fish_seasense_using_subcommand down" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c seasense -n "__fish_seasense_using_subcommand pause" -l wait-lock -d 'Wait up to this many seconds for another run on the environment instead of failing at once' -r
complete -c seasense -n "__fish_seasense_using_subcommand pause" -l env -d 'Environment: the name of a file in `envs/`, or `rehearsal-NAME`' -r
complete -c seasense -n "__fish_seasense_using_subcommand pause" -l project -d 'Directory of the project [default: the nearest parent directory with `envs/` and `gitops/`]' -r -F
complete -c seasense -n "__fish_seasense_using_subcommand pause" -l output -d 'Format of the progress on standard error' -r -f -a "auto\t'Live on a terminal, plain elsewhere'
plain\t'One line per event, never redrawn'
jsonl\t'One JSON object per event'
quiet\t'Nothing but failures'"
complete -c seasense -n "__fish_seasense_using_subcommand pause" -l json -d 'Print JSON (schemas: docs/schemas)'
complete -c seasense -n "__fish_seasense_using_subcommand pause" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c seasense -n "__fish_seasense_using_subcommand resume" -l wait-lock -d 'Wait up to this many seconds for another run on the environment instead of failing at once' -r
complete -c seasense -n "__fish_seasense_using_subcommand resume" -l timeout -d 'Give up after this many seconds' -r
complete -c seasense -n "__fish_seasense_using_subcommand resume" -l env -d 'Environment: the name of a file in `envs/`, or `rehearsal-NAME`' -r
complete -c seasense -n "__fish_seasense_using_subcommand resume" -l project -d 'Directory of the project [default: the nearest parent directory with `envs/` and `gitops/`]' -r -F
complete -c seasense -n "__fish_seasense_using_subcommand resume" -l output -d 'Format of the progress on standard error' -r -f -a "auto\t'Live on a terminal, plain elsewhere'
plain\t'One line per event, never redrawn'
jsonl\t'One JSON object per event'
quiet\t'Nothing but failures'"
complete -c seasense -n "__fish_seasense_using_subcommand resume" -l json -d 'Print JSON (schemas: docs/schemas)'
complete -c seasense -n "__fish_seasense_using_subcommand resume" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c seasense -n "__fish_seasense_using_subcommand snapshot; and not __fish_seen_subcommand_from save load ls rm help" -l wait-lock -d 'Wait up to this many seconds for another run on the environment instead of failing at once' -r
complete -c seasense -n "__fish_seasense_using_subcommand snapshot; and not __fish_seen_subcommand_from save load ls rm help" -l env -d 'Environment: the name of a file in `envs/`, or `rehearsal-NAME`' -r
complete -c seasense -n "__fish_seasense_using_subcommand snapshot; and not __fish_seen_subcommand_from save load ls rm help" -l project -d 'Directory of the project [default: the nearest parent directory with `envs/` and `gitops/`]' -r -F
complete -c seasense -n "__fish_seasense_using_subcommand snapshot; and not __fish_seen_subcommand_from save load ls rm help" -l output -d 'Format of the progress on standard error' -r -f -a "auto\t'Live on a terminal, plain elsewhere'
plain\t'One line per event, never redrawn'
jsonl\t'One JSON object per event'
quiet\t'Nothing but failures'"
complete -c seasense -n "__fish_seasense_using_subcommand snapshot; and not __fish_seen_subcommand_from save load ls rm help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c seasense -n "__fish_seasense_using_subcommand snapshot; and not __fish_seen_subcommand_from save load ls rm help" -f -a "save" -d 'Save the current state of the database'
complete -c seasense -n "__fish_seasense_using_subcommand snapshot; and not __fish_seen_subcommand_from save load ls rm help" -f -a "load" -d 'Replace the current state of the database, which is lost, by a snapshot'
complete -c seasense -n "__fish_seasense_using_subcommand snapshot; and not __fish_seen_subcommand_from save load ls rm help" -f -a "ls" -d 'List the snapshots'
complete -c seasense -n "__fish_seasense_using_subcommand snapshot; and not __fish_seen_subcommand_from save load ls rm help" -f -a "rm" -d 'Remove a snapshot'
complete -c seasense -n "__fish_seasense_using_subcommand snapshot; and not __fish_seen_subcommand_from save load ls rm help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c seasense -n "__fish_seasense_using_subcommand snapshot; and __fish_seen_subcommand_from save" -l env -d 'Environment: the name of a file in `envs/`, or `rehearsal-NAME`' -r
complete -c seasense -n "__fish_seasense_using_subcommand snapshot; and __fish_seen_subcommand_from save" -l project -d 'Directory of the project [default: the nearest parent directory with `envs/` and `gitops/`]' -r -F
complete -c seasense -n "__fish_seasense_using_subcommand snapshot; and __fish_seen_subcommand_from save" -l output -d 'Format of the progress on standard error' -r -f -a "auto\t'Live on a terminal, plain elsewhere'
plain\t'One line per event, never redrawn'
jsonl\t'One JSON object per event'
quiet\t'Nothing but failures'"
complete -c seasense -n "__fish_seasense_using_subcommand snapshot; and __fish_seen_subcommand_from save" -l json -d 'Print it as JSON (schema: docs/schemas/snapshots.v2.json)'
complete -c seasense -n "__fish_seasense_using_subcommand snapshot; and __fish_seen_subcommand_from save" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c seasense -n "__fish_seasense_using_subcommand snapshot; and __fish_seen_subcommand_from load" -l env -d 'Environment: the name of a file in `envs/`, or `rehearsal-NAME`' -r
complete -c seasense -n "__fish_seasense_using_subcommand snapshot; and __fish_seen_subcommand_from load" -l project -d 'Directory of the project [default: the nearest parent directory with `envs/` and `gitops/`]' -r -F
complete -c seasense -n "__fish_seasense_using_subcommand snapshot; and __fish_seen_subcommand_from load" -l output -d 'Format of the progress on standard error' -r -f -a "auto\t'Live on a terminal, plain elsewhere'
plain\t'One line per event, never redrawn'
jsonl\t'One JSON object per event'
quiet\t'Nothing but failures'"
complete -c seasense -n "__fish_seasense_using_subcommand snapshot; and __fish_seen_subcommand_from load" -l yes -d 'Load it without asking'
complete -c seasense -n "__fish_seasense_using_subcommand snapshot; and __fish_seen_subcommand_from load" -l json -d 'Print the loaded snapshot as JSON (schema: docs/schemas/snapshots.v2.json)'
complete -c seasense -n "__fish_seasense_using_subcommand snapshot; and __fish_seen_subcommand_from load" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c seasense -n "__fish_seasense_using_subcommand snapshot; and __fish_seen_subcommand_from ls" -l env -d 'Environment: the name of a file in `envs/`, or `rehearsal-NAME`' -r
complete -c seasense -n "__fish_seasense_using_subcommand snapshot; and __fish_seen_subcommand_from ls" -l project -d 'Directory of the project [default: the nearest parent directory with `envs/` and `gitops/`]' -r -F
complete -c seasense -n "__fish_seasense_using_subcommand snapshot; and __fish_seen_subcommand_from ls" -l output -d 'Format of the progress on standard error' -r -f -a "auto\t'Live on a terminal, plain elsewhere'
plain\t'One line per event, never redrawn'
jsonl\t'One JSON object per event'
quiet\t'Nothing but failures'"
complete -c seasense -n "__fish_seasense_using_subcommand snapshot; and __fish_seen_subcommand_from ls" -l json -d 'Print the list as JSON (schema: docs/schemas/snapshots.v2.json)'
complete -c seasense -n "__fish_seasense_using_subcommand snapshot; and __fish_seen_subcommand_from ls" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c seasense -n "__fish_seasense_using_subcommand snapshot; and __fish_seen_subcommand_from rm" -l env -d 'Environment: the name of a file in `envs/`, or `rehearsal-NAME`' -r
complete -c seasense -n "__fish_seasense_using_subcommand snapshot; and __fish_seen_subcommand_from rm" -l project -d 'Directory of the project [default: the nearest parent directory with `envs/` and `gitops/`]' -r -F
complete -c seasense -n "__fish_seasense_using_subcommand snapshot; and __fish_seen_subcommand_from rm" -l output -d 'Format of the progress on standard error' -r -f -a "auto\t'Live on a terminal, plain elsewhere'
plain\t'One line per event, never redrawn'
jsonl\t'One JSON object per event'
quiet\t'Nothing but failures'"
complete -c seasense -n "__fish_seasense_using_subcommand snapshot; and __fish_seen_subcommand_from rm" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c seasense -n "__fish_seasense_using_subcommand snapshot; and __fish_seen_subcommand_from help" -f -a "save" -d 'Save the current state of the database'
complete -c seasense -n "__fish_seasense_using_subcommand snapshot; and __fish_seen_subcommand_from help" -f -a "load" -d 'Replace the current state of the database, which is lost, by a snapshot'
complete -c seasense -n "__fish_seasense_using_subcommand snapshot; and __fish_seen_subcommand_from help" -f -a "ls" -d 'List the snapshots'
complete -c seasense -n "__fish_seasense_using_subcommand snapshot; and __fish_seen_subcommand_from help" -f -a "rm" -d 'Remove a snapshot'
complete -c seasense -n "__fish_seasense_using_subcommand snapshot; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c seasense -n "__fish_seasense_using_subcommand promote" -l digest -d 'Digest that must run in the source [default: the one that runs there]' -r
complete -c seasense -n "__fish_seasense_using_subcommand promote" -l over-budget -d 'Allow a cost above the budget and record this reason' -r
complete -c seasense -n "__fish_seasense_using_subcommand promote" -l canary -d 'Start the new backend as a canary with this share of the API\'s requests first, 1 to 50' -r
complete -c seasense -n "__fish_seasense_using_subcommand promote" -l wait-lock -d 'Wait up to this many seconds for another run on the environment instead of failing at once' -r
complete -c seasense -n "__fish_seasense_using_subcommand promote" -l env -d 'Environment: the name of a file in `envs/`, or `rehearsal-NAME`' -r
complete -c seasense -n "__fish_seasense_using_subcommand promote" -l project -d 'Directory of the project [default: the nearest parent directory with `envs/` and `gitops/`]' -r -F
complete -c seasense -n "__fish_seasense_using_subcommand promote" -l output -d 'Format of the progress on standard error' -r -f -a "auto\t'Live on a terminal, plain elsewhere'
plain\t'One line per event, never redrawn'
jsonl\t'One JSON object per event'
quiet\t'Nothing but failures'"
complete -c seasense -n "__fish_seasense_using_subcommand promote" -l rehearse -d 'Promote to a second cluster on this machine instead of the environment'
complete -c seasense -n "__fish_seasense_using_subcommand promote" -l wait-soak -d 'Wait until the source is Ready and has been so for the soak time'
complete -c seasense -n "__fish_seasense_using_subcommand promote" -l keep -d 'Keep the rehearsal\'s cluster, for example to promote to the next environment; a cluster that existed before is always kept'
complete -c seasense -n "__fish_seasense_using_subcommand promote" -l dry-run -d 'Show the gates and the change of the lock file without changing anything'
complete -c seasense -n "__fish_seasense_using_subcommand promote" -l push -d 'Push the commits to the remote `origin`, if no forge is configured'
complete -c seasense -n "__fish_seasense_using_subcommand promote" -l json -d 'Print JSON (schemas: docs/schemas)'
complete -c seasense -n "__fish_seasense_using_subcommand promote" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c seasense -n "__fish_seasense_using_subcommand rollback" -l to -d 'Verified digest to roll back to, or its first digits as `history` shows them [default: the last one before the current one]' -r
complete -c seasense -n "__fish_seasense_using_subcommand rollback" -l wait-lock -d 'Wait up to this many seconds for another run on the environment instead of failing at once' -r
complete -c seasense -n "__fish_seasense_using_subcommand rollback" -l env -d 'Environment: the name of a file in `envs/`, or `rehearsal-NAME`' -r
complete -c seasense -n "__fish_seasense_using_subcommand rollback" -l project -d 'Directory of the project [default: the nearest parent directory with `envs/` and `gitops/`]' -r -F
complete -c seasense -n "__fish_seasense_using_subcommand rollback" -l output -d 'Format of the progress on standard error' -r -f -a "auto\t'Live on a terminal, plain elsewhere'
plain\t'One line per event, never redrawn'
jsonl\t'One JSON object per event'
quiet\t'Nothing but failures'"
complete -c seasense -n "__fish_seasense_using_subcommand rollback" -l rehearse -d 'Roll back the second cluster on this machine that `promote --rehearse` created'
complete -c seasense -n "__fish_seasense_using_subcommand rollback" -l dry-run -d 'Show the gates and the change of the lock file without changing anything'
complete -c seasense -n "__fish_seasense_using_subcommand rollback" -l push -d 'Push the commits to the remote `origin`, if no forge is configured'
complete -c seasense -n "__fish_seasense_using_subcommand rollback" -l json -d 'Print JSON (schemas: docs/schemas)'
complete -c seasense -n "__fish_seasense_using_subcommand rollback" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c seasense -n "__fish_seasense_using_subcommand history" -l env -d 'Environment: the name of a file in `envs/`, or `rehearsal-NAME`' -r
complete -c seasense -n "__fish_seasense_using_subcommand history" -l project -d 'Directory of the project [default: the nearest parent directory with `envs/` and `gitops/`]' -r -F
complete -c seasense -n "__fish_seasense_using_subcommand history" -l output -d 'Format of the progress on standard error' -r -f -a "auto\t'Live on a terminal, plain elsewhere'
plain\t'One line per event, never redrawn'
jsonl\t'One JSON object per event'
quiet\t'Nothing but failures'"
complete -c seasense -n "__fish_seasense_using_subcommand history" -l json -d 'Print JSON (schemas: docs/schemas)'
complete -c seasense -n "__fish_seasense_using_subcommand history" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c seasense -n "__fish_seasense_using_subcommand status" -l env -d 'Environment: the name of a file in `envs/`, or `rehearsal-NAME`' -r
complete -c seasense -n "__fish_seasense_using_subcommand status" -l project -d 'Directory of the project [default: the nearest parent directory with `envs/` and `gitops/`]' -r -F
complete -c seasense -n "__fish_seasense_using_subcommand status" -l output -d 'Format of the progress on standard error' -r -f -a "auto\t'Live on a terminal, plain elsewhere'
plain\t'One line per event, never redrawn'
jsonl\t'One JSON object per event'
quiet\t'Nothing but failures'"
complete -c seasense -n "__fish_seasense_using_subcommand status" -l json -d 'Print JSON (schemas: docs/schemas)'
complete -c seasense -n "__fish_seasense_using_subcommand status" -s w -l watch -d 'Update every two seconds in a full-screen view; `q` quits'
complete -c seasense -n "__fish_seasense_using_subcommand status" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c seasense -n "__fish_seasense_using_subcommand ls" -l env -d 'Environment: the name of a file in `envs/`, or `rehearsal-NAME`' -r
complete -c seasense -n "__fish_seasense_using_subcommand ls" -l project -d 'Directory of the project [default: the nearest parent directory with `envs/` and `gitops/`]' -r -F
complete -c seasense -n "__fish_seasense_using_subcommand ls" -l output -d 'Format of the progress on standard error' -r -f -a "auto\t'Live on a terminal, plain elsewhere'
plain\t'One line per event, never redrawn'
jsonl\t'One JSON object per event'
quiet\t'Nothing but failures'"
complete -c seasense -n "__fish_seasense_using_subcommand ls" -l size -d 'Measure the disk space of each environment, which is slow'
complete -c seasense -n "__fish_seasense_using_subcommand ls" -l json -d 'Print JSON (schemas: docs/schemas)'
complete -c seasense -n "__fish_seasense_using_subcommand ls" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c seasense -n "__fish_seasense_using_subcommand gc" -l env -d 'Environment: the name of a file in `envs/`, or `rehearsal-NAME`' -r
complete -c seasense -n "__fish_seasense_using_subcommand gc" -l project -d 'Directory of the project [default: the nearest parent directory with `envs/` and `gitops/`]' -r -F
complete -c seasense -n "__fish_seasense_using_subcommand gc" -l output -d 'Format of the progress on standard error' -r -f -a "auto\t'Live on a terminal, plain elsewhere'
plain\t'One line per event, never redrawn'
jsonl\t'One JSON object per event'
quiet\t'Nothing but failures'"
complete -c seasense -n "__fish_seasense_using_subcommand gc" -l dry-run -d 'Show what would be removed, without removing it'
complete -c seasense -n "__fish_seasense_using_subcommand gc" -l cache -d 'Reduce the caches of images and builds to their limits instead'
complete -c seasense -n "__fish_seasense_using_subcommand gc" -l json -d 'Print JSON (schemas: docs/schemas)'
complete -c seasense -n "__fish_seasense_using_subcommand gc" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c seasense -n "__fish_seasense_using_subcommand logs" -l tail -d 'Number of the last lines of each container to show' -r
complete -c seasense -n "__fish_seasense_using_subcommand logs" -l env -d 'Environment: the name of a file in `envs/`, or `rehearsal-NAME`' -r
complete -c seasense -n "__fish_seasense_using_subcommand logs" -l project -d 'Directory of the project [default: the nearest parent directory with `envs/` and `gitops/`]' -r -F
complete -c seasense -n "__fish_seasense_using_subcommand logs" -l output -d 'Format of the progress on standard error' -r -f -a "auto\t'Live on a terminal, plain elsewhere'
plain\t'One line per event, never redrawn'
jsonl\t'One JSON object per event'
quiet\t'Nothing but failures'"
complete -c seasense -n "__fish_seasense_using_subcommand logs" -s f -l follow -d 'Follow new lines until interrupted'
complete -c seasense -n "__fish_seasense_using_subcommand logs" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c seasense -n "__fish_seasense_using_subcommand open" -l env -d 'Environment: the name of a file in `envs/`, or `rehearsal-NAME`' -r
complete -c seasense -n "__fish_seasense_using_subcommand open" -l project -d 'Directory of the project [default: the nearest parent directory with `envs/` and `gitops/`]' -r -F
complete -c seasense -n "__fish_seasense_using_subcommand open" -l output -d 'Format of the progress on standard error' -r -f -a "auto\t'Live on a terminal, plain elsewhere'
plain\t'One line per event, never redrawn'
jsonl\t'One JSON object per event'
quiet\t'Nothing but failures'"
complete -c seasense -n "__fish_seasense_using_subcommand open" -l print -d 'Print the URL instead of opening it'
complete -c seasense -n "__fish_seasense_using_subcommand open" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c seasense -n "__fish_seasense_using_subcommand images; and not __fish_seen_subcommand_from list build pull pin push verify prune help" -l env -d 'Environment: the name of a file in `envs/`, or `rehearsal-NAME`' -r
complete -c seasense -n "__fish_seasense_using_subcommand images; and not __fish_seen_subcommand_from list build pull pin push verify prune help" -l project -d 'Directory of the project [default: the nearest parent directory with `envs/` and `gitops/`]' -r -F
complete -c seasense -n "__fish_seasense_using_subcommand images; and not __fish_seen_subcommand_from list build pull pin push verify prune help" -l output -d 'Format of the progress on standard error' -r -f -a "auto\t'Live on a terminal, plain elsewhere'
plain\t'One line per event, never redrawn'
jsonl\t'One JSON object per event'
quiet\t'Nothing but failures'"
complete -c seasense -n "__fish_seasense_using_subcommand images; and not __fish_seen_subcommand_from list build pull pin push verify prune help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c seasense -n "__fish_seasense_using_subcommand images; and not __fish_seen_subcommand_from list build pull pin push verify prune help" -f -a "list" -d 'List the images in the supply lock'
complete -c seasense -n "__fish_seasense_using_subcommand images; and not __fish_seen_subcommand_from list build pull pin push verify prune help" -f -a "build" -d 'Build missing images from source packages and push them to the local registry'
complete -c seasense -n "__fish_seasense_using_subcommand images; and not __fish_seen_subcommand_from list build pull pin push verify prune help" -f -a "pull" -d 'Copy the official images and manifests into the local registry'
complete -c seasense -n "__fish_seasense_using_subcommand images; and not __fish_seen_subcommand_from list build pull pin push verify prune help" -f -a "pin" -d 'Write `infra/pins.toml` from the registries and show what changed'
complete -c seasense -n "__fish_seasense_using_subcommand images; and not __fish_seen_subcommand_from list build pull pin push verify prune help" -f -a "push" -d 'Push cached images to the local registry'
complete -c seasense -n "__fish_seasense_using_subcommand images; and not __fish_seen_subcommand_from list build pull pin push verify prune help" -f -a "verify" -d 'Verify the content of the registry against the supply lock'
complete -c seasense -n "__fish_seasense_using_subcommand images; and not __fish_seen_subcommand_from list build pull pin push verify prune help" -f -a "prune" -d 'Remove from a registry the images that no lock file, running environment or kept artifact references'
complete -c seasense -n "__fish_seasense_using_subcommand images; and not __fish_seen_subcommand_from list build pull pin push verify prune help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c seasense -n "__fish_seasense_using_subcommand images; and __fish_seen_subcommand_from list" -l supply -d 'How images are supplied' -r -f -a "auto\t'Pull if registries can be reached, otherwise build'
pull\t'Copy the official images'
build\t'Build from Go modules, and from Debian and `PyPI` packages'"
complete -c seasense -n "__fish_seasense_using_subcommand images; and __fish_seen_subcommand_from list" -l jobs -d 'Builds to run at once [default: the number of cores]' -r
complete -c seasense -n "__fish_seasense_using_subcommand images; and __fish_seen_subcommand_from list" -l env -d 'Environment: the name of a file in `envs/`, or `rehearsal-NAME`' -r
complete -c seasense -n "__fish_seasense_using_subcommand images; and __fish_seen_subcommand_from list" -l project -d 'Directory of the project [default: the nearest parent directory with `envs/` and `gitops/`]' -r -F
complete -c seasense -n "__fish_seasense_using_subcommand images; and __fish_seen_subcommand_from list" -l output -d 'Format of the progress on standard error' -r -f -a "auto\t'Live on a terminal, plain elsewhere'
plain\t'One line per event, never redrawn'
jsonl\t'One JSON object per event'
quiet\t'Nothing but failures'"
complete -c seasense -n "__fish_seasense_using_subcommand images; and __fish_seen_subcommand_from list" -l json -d 'Print JSON (schemas: docs/schemas)'
complete -c seasense -n "__fish_seasense_using_subcommand images; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c seasense -n "__fish_seasense_using_subcommand images; and __fish_seen_subcommand_from build" -l jobs -d 'Builds to run at once [default: the number of cores]' -r
complete -c seasense -n "__fish_seasense_using_subcommand images; and __fish_seen_subcommand_from build" -l env -d 'Environment: the name of a file in `envs/`, or `rehearsal-NAME`' -r
complete -c seasense -n "__fish_seasense_using_subcommand images; and __fish_seen_subcommand_from build" -l project -d 'Directory of the project [default: the nearest parent directory with `envs/` and `gitops/`]' -r -F
complete -c seasense -n "__fish_seasense_using_subcommand images; and __fish_seen_subcommand_from build" -l output -d 'Format of the progress on standard error' -r -f -a "auto\t'Live on a terminal, plain elsewhere'
plain\t'One line per event, never redrawn'
jsonl\t'One JSON object per event'
quiet\t'Nothing but failures'"
complete -c seasense -n "__fish_seasense_using_subcommand images; and __fish_seen_subcommand_from build" -l refresh -d 'Rebuild the base file systems from current Debian packages'
complete -c seasense -n "__fish_seasense_using_subcommand images; and __fish_seen_subcommand_from build" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c seasense -n "__fish_seasense_using_subcommand images; and __fish_seen_subcommand_from pull" -l env -d 'Environment: the name of a file in `envs/`, or `rehearsal-NAME`' -r
complete -c seasense -n "__fish_seasense_using_subcommand images; and __fish_seen_subcommand_from pull" -l project -d 'Directory of the project [default: the nearest parent directory with `envs/` and `gitops/`]' -r -F
complete -c seasense -n "__fish_seasense_using_subcommand images; and __fish_seen_subcommand_from pull" -l output -d 'Format of the progress on standard error' -r -f -a "auto\t'Live on a terminal, plain elsewhere'
plain\t'One line per event, never redrawn'
jsonl\t'One JSON object per event'
quiet\t'Nothing but failures'"
complete -c seasense -n "__fish_seasense_using_subcommand images; and __fish_seen_subcommand_from pull" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c seasense -n "__fish_seasense_using_subcommand images; and __fish_seen_subcommand_from pin" -l env -d 'Environment: the name of a file in `envs/`, or `rehearsal-NAME`' -r
complete -c seasense -n "__fish_seasense_using_subcommand images; and __fish_seen_subcommand_from pin" -l project -d 'Directory of the project [default: the nearest parent directory with `envs/` and `gitops/`]' -r -F
complete -c seasense -n "__fish_seasense_using_subcommand images; and __fish_seen_subcommand_from pin" -l output -d 'Format of the progress on standard error' -r -f -a "auto\t'Live on a terminal, plain elsewhere'
plain\t'One line per event, never redrawn'
jsonl\t'One JSON object per event'
quiet\t'Nothing but failures'"
complete -c seasense -n "__fish_seasense_using_subcommand images; and __fish_seen_subcommand_from pin" -l check -d 'Write nothing, and exit with code 70 if a tag has moved'
complete -c seasense -n "__fish_seasense_using_subcommand images; and __fish_seen_subcommand_from pin" -l json -d 'Print JSON (schemas: docs/schemas)'
complete -c seasense -n "__fish_seasense_using_subcommand images; and __fish_seen_subcommand_from pin" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c seasense -n "__fish_seasense_using_subcommand images; and __fish_seen_subcommand_from push" -l supply -d 'How images are supplied' -r -f -a "auto\t'Pull if registries can be reached, otherwise build'
pull\t'Copy the official images'
build\t'Build from Go modules, and from Debian and `PyPI` packages'"
complete -c seasense -n "__fish_seasense_using_subcommand images; and __fish_seen_subcommand_from push" -l jobs -d 'Builds to run at once [default: the number of cores]' -r
complete -c seasense -n "__fish_seasense_using_subcommand images; and __fish_seen_subcommand_from push" -l env -d 'Environment: the name of a file in `envs/`, or `rehearsal-NAME`' -r
complete -c seasense -n "__fish_seasense_using_subcommand images; and __fish_seen_subcommand_from push" -l project -d 'Directory of the project [default: the nearest parent directory with `envs/` and `gitops/`]' -r -F
complete -c seasense -n "__fish_seasense_using_subcommand images; and __fish_seen_subcommand_from push" -l output -d 'Format of the progress on standard error' -r -f -a "auto\t'Live on a terminal, plain elsewhere'
plain\t'One line per event, never redrawn'
jsonl\t'One JSON object per event'
quiet\t'Nothing but failures'"
complete -c seasense -n "__fish_seasense_using_subcommand images; and __fish_seen_subcommand_from push" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c seasense -n "__fish_seasense_using_subcommand images; and __fish_seen_subcommand_from verify" -l supply -d 'How images are supplied' -r -f -a "auto\t'Pull if registries can be reached, otherwise build'
pull\t'Copy the official images'
build\t'Build from Go modules, and from Debian and `PyPI` packages'"
complete -c seasense -n "__fish_seasense_using_subcommand images; and __fish_seen_subcommand_from verify" -l jobs -d 'Builds to run at once [default: the number of cores]' -r
complete -c seasense -n "__fish_seasense_using_subcommand images; and __fish_seen_subcommand_from verify" -l env -d 'Environment: the name of a file in `envs/`, or `rehearsal-NAME`' -r
complete -c seasense -n "__fish_seasense_using_subcommand images; and __fish_seen_subcommand_from verify" -l project -d 'Directory of the project [default: the nearest parent directory with `envs/` and `gitops/`]' -r -F
complete -c seasense -n "__fish_seasense_using_subcommand images; and __fish_seen_subcommand_from verify" -l output -d 'Format of the progress on standard error' -r -f -a "auto\t'Live on a terminal, plain elsewhere'
plain\t'One line per event, never redrawn'
jsonl\t'One JSON object per event'
quiet\t'Nothing but failures'"
complete -c seasense -n "__fish_seasense_using_subcommand images; and __fish_seen_subcommand_from verify" -l rebuild -d 'Build the images again with empty caches instead, and compare both builds bit for bit'
complete -c seasense -n "__fish_seasense_using_subcommand images; and __fish_seen_subcommand_from verify" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c seasense -n "__fish_seasense_using_subcommand images; and __fish_seen_subcommand_from prune" -l registry -d 'Location of the images, for example `rg.fr-par.scw.cloud/seasense`' -r
complete -c seasense -n "__fish_seasense_using_subcommand images; and __fish_seen_subcommand_from prune" -l keep -d 'Number of unreferenced manifests to keep per repository, the newest ones' -r
complete -c seasense -n "__fish_seasense_using_subcommand images; and __fish_seen_subcommand_from prune" -l in-use -d 'Digest to keep with everything it references, in addition to those in lock files; may be repeated' -r
complete -c seasense -n "__fish_seasense_using_subcommand images; and __fish_seen_subcommand_from prune" -l env -d 'Environment: the name of a file in `envs/`, or `rehearsal-NAME`' -r
complete -c seasense -n "__fish_seasense_using_subcommand images; and __fish_seen_subcommand_from prune" -l project -d 'Directory of the project [default: the nearest parent directory with `envs/` and `gitops/`]' -r -F
complete -c seasense -n "__fish_seasense_using_subcommand images; and __fish_seen_subcommand_from prune" -l output -d 'Format of the progress on standard error' -r -f -a "auto\t'Live on a terminal, plain elsewhere'
plain\t'One line per event, never redrawn'
jsonl\t'One JSON object per event'
quiet\t'Nothing but failures'"
complete -c seasense -n "__fish_seasense_using_subcommand images; and __fish_seen_subcommand_from prune" -l dry-run -d 'Show what would be removed, and remove nothing'
complete -c seasense -n "__fish_seasense_using_subcommand images; and __fish_seen_subcommand_from prune" -l json -d 'Print JSON (schemas: docs/schemas)'
complete -c seasense -n "__fish_seasense_using_subcommand images; and __fish_seen_subcommand_from prune" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c seasense -n "__fish_seasense_using_subcommand images; and __fish_seen_subcommand_from help" -f -a "list" -d 'List the images in the supply lock'
complete -c seasense -n "__fish_seasense_using_subcommand images; and __fish_seen_subcommand_from help" -f -a "build" -d 'Build missing images from source packages and push them to the local registry'
complete -c seasense -n "__fish_seasense_using_subcommand images; and __fish_seen_subcommand_from help" -f -a "pull" -d 'Copy the official images and manifests into the local registry'
complete -c seasense -n "__fish_seasense_using_subcommand images; and __fish_seen_subcommand_from help" -f -a "pin" -d 'Write `infra/pins.toml` from the registries and show what changed'
complete -c seasense -n "__fish_seasense_using_subcommand images; and __fish_seen_subcommand_from help" -f -a "push" -d 'Push cached images to the local registry'
complete -c seasense -n "__fish_seasense_using_subcommand images; and __fish_seen_subcommand_from help" -f -a "verify" -d 'Verify the content of the registry against the supply lock'
complete -c seasense -n "__fish_seasense_using_subcommand images; and __fish_seen_subcommand_from help" -f -a "prune" -d 'Remove from a registry the images that no lock file, running environment or kept artifact references'
complete -c seasense -n "__fish_seasense_using_subcommand images; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c seasense -n "__fish_seasense_using_subcommand infra; and not __fish_seen_subcommand_from plan apply destroy scale help" -l env -d 'Environment: the name of a file in `envs/`, or `rehearsal-NAME`' -r
complete -c seasense -n "__fish_seasense_using_subcommand infra; and not __fish_seen_subcommand_from plan apply destroy scale help" -l project -d 'Directory of the project [default: the nearest parent directory with `envs/` and `gitops/`]' -r -F
complete -c seasense -n "__fish_seasense_using_subcommand infra; and not __fish_seen_subcommand_from plan apply destroy scale help" -l output -d 'Format of the progress on standard error' -r -f -a "auto\t'Live on a terminal, plain elsewhere'
plain\t'One line per event, never redrawn'
jsonl\t'One JSON object per event'
quiet\t'Nothing but failures'"
complete -c seasense -n "__fish_seasense_using_subcommand infra; and not __fish_seen_subcommand_from plan apply destroy scale help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c seasense -n "__fish_seasense_using_subcommand infra; and not __fish_seen_subcommand_from plan apply destroy scale help" -f -a "plan" -d 'Show what would be created, changed and removed, without doing it'
complete -c seasense -n "__fish_seasense_using_subcommand infra; and not __fish_seen_subcommand_from plan apply destroy scale help" -f -a "apply" -d 'Apply the infrastructure modules, then deploy the digest of the environment\'s lock file'
complete -c seasense -n "__fish_seasense_using_subcommand infra; and not __fish_seen_subcommand_from plan apply destroy scale help" -f -a "destroy" -d 'Remove the environment, including resources that Kubernetes created, and list leftover resources'
complete -c seasense -n "__fish_seasense_using_subcommand infra; and not __fish_seen_subcommand_from plan apply destroy scale help" -f -a "scale" -d 'Scale the pools to zero nodes, or to the size in the environment\'s file'
complete -c seasense -n "__fish_seasense_using_subcommand infra; and not __fish_seen_subcommand_from plan apply destroy scale help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c seasense -n "__fish_seasense_using_subcommand infra; and __fish_seen_subcommand_from plan" -l state -d 'Where OpenTofu\'s state is stored' -r -f -a "bucket\t'In a bucket at Scaleway, locked and encrypted'
file\t'In a file on this machine, for rehearsals only'"
complete -c seasense -n "__fish_seasense_using_subcommand infra; and __fish_seen_subcommand_from plan" -l save -d 'Write the plan without secrets as OpenTofu JSON, for example for `seasense cost --plan`' -r -F
complete -c seasense -n "__fish_seasense_using_subcommand infra; and __fish_seen_subcommand_from plan" -l project -d 'Directory of the project [default: the nearest parent directory with `envs/` and `gitops/`]' -r -F
complete -c seasense -n "__fish_seasense_using_subcommand infra; and __fish_seen_subcommand_from plan" -l output -d 'Format of the progress on standard error' -r -f -a "auto\t'Live on a terminal, plain elsewhere'
plain\t'One line per event, never redrawn'
jsonl\t'One JSON object per event'
quiet\t'Nothing but failures'"
complete -c seasense -n "__fish_seasense_using_subcommand infra; and __fish_seen_subcommand_from plan" -l json -d 'Print JSON (schemas: docs/schemas)'
complete -c seasense -n "__fish_seasense_using_subcommand infra; and __fish_seen_subcommand_from plan" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c seasense -n "__fish_seasense_using_subcommand infra; and __fish_seen_subcommand_from apply" -l state -d 'Where OpenTofu\'s state is stored' -r -f -a "bucket\t'In a bucket at Scaleway, locked and encrypted'
file\t'In a file on this machine, for rehearsals only'"
complete -c seasense -n "__fish_seasense_using_subcommand infra; and __fish_seen_subcommand_from apply" -l project -d 'Directory of the project [default: the nearest parent directory with `envs/` and `gitops/`]' -r -F
complete -c seasense -n "__fish_seasense_using_subcommand infra; and __fish_seen_subcommand_from apply" -l output -d 'Format of the progress on standard error' -r -f -a "auto\t'Live on a terminal, plain elsewhere'
plain\t'One line per event, never redrawn'
jsonl\t'One JSON object per event'
quiet\t'Nothing but failures'"
complete -c seasense -n "__fish_seasense_using_subcommand infra; and __fish_seen_subcommand_from apply" -l yes -d 'Make the changes without asking'
complete -c seasense -n "__fish_seasense_using_subcommand infra; and __fish_seen_subcommand_from apply" -l json -d 'Print JSON (schemas: docs/schemas)'
complete -c seasense -n "__fish_seasense_using_subcommand infra; and __fish_seen_subcommand_from apply" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c seasense -n "__fish_seasense_using_subcommand infra; and __fish_seen_subcommand_from destroy" -l state -d 'Where OpenTofu\'s state is stored' -r -f -a "bucket\t'In a bucket at Scaleway, locked and encrypted'
file\t'In a file on this machine, for rehearsals only'"
complete -c seasense -n "__fish_seasense_using_subcommand infra; and __fish_seen_subcommand_from destroy" -l wait -d 'How long to wait for slow deletions before a resource counts as left over' -r
complete -c seasense -n "__fish_seasense_using_subcommand infra; and __fish_seen_subcommand_from destroy" -l project -d 'Directory of the project [default: the nearest parent directory with `envs/` and `gitops/`]' -r -F
complete -c seasense -n "__fish_seasense_using_subcommand infra; and __fish_seen_subcommand_from destroy" -l output -d 'Format of the progress on standard error' -r -f -a "auto\t'Live on a terminal, plain elsewhere'
plain\t'One line per event, never redrawn'
jsonl\t'One JSON object per event'
quiet\t'Nothing but failures'"
complete -c seasense -n "__fish_seasense_using_subcommand infra; and __fish_seen_subcommand_from destroy" -l yes -d 'Make the changes without asking'
complete -c seasense -n "__fish_seasense_using_subcommand infra; and __fish_seen_subcommand_from destroy" -l with-backups -d 'Remove the backup bucket with all backups too'
complete -c seasense -n "__fish_seasense_using_subcommand infra; and __fish_seen_subcommand_from destroy" -l json -d 'Print JSON (schemas: docs/schemas)'
complete -c seasense -n "__fish_seasense_using_subcommand infra; and __fish_seen_subcommand_from destroy" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c seasense -n "__fish_seasense_using_subcommand infra; and __fish_seen_subcommand_from scale" -l state -d 'Where OpenTofu\'s state is stored' -r -f -a "bucket\t'In a bucket at Scaleway, locked and encrypted'
file\t'In a file on this machine, for rehearsals only'"
complete -c seasense -n "__fish_seasense_using_subcommand infra; and __fish_seen_subcommand_from scale" -l to -d 'Desired size' -r -f -a "zero\t'No nodes; volumes are kept'
normal\t'The size in the environment\'s file'"
complete -c seasense -n "__fish_seasense_using_subcommand infra; and __fish_seen_subcommand_from scale" -l project -d 'Directory of the project [default: the nearest parent directory with `envs/` and `gitops/`]' -r -F
complete -c seasense -n "__fish_seasense_using_subcommand infra; and __fish_seen_subcommand_from scale" -l output -d 'Format of the progress on standard error' -r -f -a "auto\t'Live on a terminal, plain elsewhere'
plain\t'One line per event, never redrawn'
jsonl\t'One JSON object per event'
quiet\t'Nothing but failures'"
complete -c seasense -n "__fish_seasense_using_subcommand infra; and __fish_seen_subcommand_from scale" -l json -d 'Print JSON (schemas: docs/schemas)'
complete -c seasense -n "__fish_seasense_using_subcommand infra; and __fish_seen_subcommand_from scale" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c seasense -n "__fish_seasense_using_subcommand infra; and __fish_seen_subcommand_from help" -f -a "plan" -d 'Show what would be created, changed and removed, without doing it'
complete -c seasense -n "__fish_seasense_using_subcommand infra; and __fish_seen_subcommand_from help" -f -a "apply" -d 'Apply the infrastructure modules, then deploy the digest of the environment\'s lock file'
complete -c seasense -n "__fish_seasense_using_subcommand infra; and __fish_seen_subcommand_from help" -f -a "destroy" -d 'Remove the environment, including resources that Kubernetes created, and list leftover resources'
complete -c seasense -n "__fish_seasense_using_subcommand infra; and __fish_seen_subcommand_from help" -f -a "scale" -d 'Scale the pools to zero nodes, or to the size in the environment\'s file'
complete -c seasense -n "__fish_seasense_using_subcommand infra; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c seasense -n "__fish_seasense_using_subcommand render" -l supply -d 'How images are supplied' -r -f -a "auto\t'Pull if registries can be reached, otherwise build'
pull\t'Copy the official images'
build\t'Build from Go modules, and from Debian and `PyPI` packages'"
complete -c seasense -n "__fish_seasense_using_subcommand render" -l jobs -d 'Builds to run at once [default: the number of cores]' -r
complete -c seasense -n "__fish_seasense_using_subcommand render" -l env -d 'Environment: the name of a file in `envs/`, or `rehearsal-NAME`' -r
complete -c seasense -n "__fish_seasense_using_subcommand render" -l project -d 'Directory of the project [default: the nearest parent directory with `envs/` and `gitops/`]' -r -F
complete -c seasense -n "__fish_seasense_using_subcommand render" -l output -d 'Format of the progress on standard error' -r -f -a "auto\t'Live on a terminal, plain elsewhere'
plain\t'One line per event, never redrawn'
jsonl\t'One JSON object per event'
quiet\t'Nothing but failures'"
complete -c seasense -n "__fish_seasense_using_subcommand render" -l raw -d 'Print the files of the artifact, without building them'
complete -c seasense -n "__fish_seasense_using_subcommand render" -l check -d 'Only check the tree, for every environment; needs no images'
complete -c seasense -n "__fish_seasense_using_subcommand render" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c seasense -n "__fish_seasense_using_subcommand diff" -l infra-plan -d 'Show the changes of this `OpenTofu` plan (the output of `tofu show -json`)' -r -F
complete -c seasense -n "__fish_seasense_using_subcommand diff" -l supply -d 'How images are supplied' -r -f -a "auto\t'Pull if registries can be reached, otherwise build'
pull\t'Copy the official images'
build\t'Build from Go modules, and from Debian and `PyPI` packages'"
complete -c seasense -n "__fish_seasense_using_subcommand diff" -l jobs -d 'Builds to run at once [default: the number of cores]' -r
complete -c seasense -n "__fish_seasense_using_subcommand diff" -l env -d 'Environment: the name of a file in `envs/`, or `rehearsal-NAME`' -r
complete -c seasense -n "__fish_seasense_using_subcommand diff" -l project -d 'Directory of the project [default: the nearest parent directory with `envs/` and `gitops/`]' -r -F
complete -c seasense -n "__fish_seasense_using_subcommand diff" -l output -d 'Format of the progress on standard error' -r -f -a "auto\t'Live on a terminal, plain elsewhere'
plain\t'One line per event, never redrawn'
jsonl\t'One JSON object per event'
quiet\t'Nothing but failures'"
complete -c seasense -n "__fish_seasense_using_subcommand diff" -l json -d 'Print JSON (schemas: docs/schemas)'
complete -c seasense -n "__fish_seasense_using_subcommand diff" -l markdown -d 'Print Markdown for a pull request, at most 60 kB'
complete -c seasense -n "__fish_seasense_using_subcommand diff" -l full -d 'Show every line of long differences'
complete -c seasense -n "__fish_seasense_using_subcommand diff" -l exit-code -d 'Exit with 70 if anything differs'
complete -c seasense -n "__fish_seasense_using_subcommand diff" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c seasense -n "__fish_seasense_using_subcommand parity" -l supply -d 'How images are supplied' -r -f -a "auto\t'Pull if registries can be reached, otherwise build'
pull\t'Copy the official images'
build\t'Build from Go modules, and from Debian and `PyPI` packages'"
complete -c seasense -n "__fish_seasense_using_subcommand parity" -l jobs -d 'Builds to run at once [default: the number of cores]' -r
complete -c seasense -n "__fish_seasense_using_subcommand parity" -l env -d 'Environment: the name of a file in `envs/`, or `rehearsal-NAME`' -r
complete -c seasense -n "__fish_seasense_using_subcommand parity" -l project -d 'Directory of the project [default: the nearest parent directory with `envs/` and `gitops/`]' -r -F
complete -c seasense -n "__fish_seasense_using_subcommand parity" -l output -d 'Format of the progress on standard error' -r -f -a "auto\t'Live on a terminal, plain elsewhere'
plain\t'One line per event, never redrawn'
jsonl\t'One JSON object per event'
quiet\t'Nothing but failures'"
complete -c seasense -n "__fish_seasense_using_subcommand parity" -l json -d 'Print JSON (schemas: docs/schemas)'
complete -c seasense -n "__fish_seasense_using_subcommand parity" -l files-only -d 'Compare the environment files only, without building manifests'
complete -c seasense -n "__fish_seasense_using_subcommand parity" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c seasense -n "__fish_seasense_using_subcommand artifact; and not __fish_seen_subcommand_from publish help" -l env -d 'Environment: the name of a file in `envs/`, or `rehearsal-NAME`' -r
complete -c seasense -n "__fish_seasense_using_subcommand artifact; and not __fish_seen_subcommand_from publish help" -l project -d 'Directory of the project [default: the nearest parent directory with `envs/` and `gitops/`]' -r -F
complete -c seasense -n "__fish_seasense_using_subcommand artifact; and not __fish_seen_subcommand_from publish help" -l output -d 'Format of the progress on standard error' -r -f -a "auto\t'Live on a terminal, plain elsewhere'
plain\t'One line per event, never redrawn'
jsonl\t'One JSON object per event'
quiet\t'Nothing but failures'"
complete -c seasense -n "__fish_seasense_using_subcommand artifact; and not __fish_seen_subcommand_from publish help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c seasense -n "__fish_seasense_using_subcommand artifact; and not __fish_seen_subcommand_from publish help" -f -a "publish" -d 'Supply the images, pack the tree, and copy both to a registry under the version from Git\'s tags'
complete -c seasense -n "__fish_seasense_using_subcommand artifact; and not __fish_seen_subcommand_from publish help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c seasense -n "__fish_seasense_using_subcommand artifact; and __fish_seen_subcommand_from publish" -l supply -d 'How images are supplied' -r -f -a "auto\t'Pull if registries can be reached, otherwise build'
pull\t'Copy the official images'
build\t'Build from Go modules, and from Debian and `PyPI` packages'"
complete -c seasense -n "__fish_seasense_using_subcommand artifact; and __fish_seen_subcommand_from publish" -l jobs -d 'Builds to run at once [default: the number of cores]' -r
complete -c seasense -n "__fish_seasense_using_subcommand artifact; and __fish_seen_subcommand_from publish" -l to -d 'Target registry, for example `rg.fr-par.scw.cloud/seasense` [default: the local registry]' -r
complete -c seasense -n "__fish_seasense_using_subcommand artifact; and __fish_seen_subcommand_from publish" -l env -d 'Environment: the name of a file in `envs/`, or `rehearsal-NAME`' -r
complete -c seasense -n "__fish_seasense_using_subcommand artifact; and __fish_seen_subcommand_from publish" -l project -d 'Directory of the project [default: the nearest parent directory with `envs/` and `gitops/`]' -r -F
complete -c seasense -n "__fish_seasense_using_subcommand artifact; and __fish_seen_subcommand_from publish" -l output -d 'Format of the progress on standard error' -r -f -a "auto\t'Live on a terminal, plain elsewhere'
plain\t'One line per event, never redrawn'
jsonl\t'One JSON object per event'
quiet\t'Nothing but failures'"
complete -c seasense -n "__fish_seasense_using_subcommand artifact; and __fish_seen_subcommand_from publish" -l json -d 'Print JSON (schemas: docs/schemas)'
complete -c seasense -n "__fish_seasense_using_subcommand artifact; and __fish_seen_subcommand_from publish" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c seasense -n "__fish_seasense_using_subcommand artifact; and __fish_seen_subcommand_from help" -f -a "publish" -d 'Supply the images, pack the tree, and copy both to a registry under the version from Git\'s tags'
complete -c seasense -n "__fish_seasense_using_subcommand artifact; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c seasense -n "__fish_seasense_using_subcommand cost" -l plan -d 'Price this OpenTofu plan (the output of `tofu show -json`) instead of the layout; - reads standard input' -r -F
complete -c seasense -n "__fish_seasense_using_subcommand cost" -l node-hours -d 'Hours per month that the nodes run [default: `node_hours` of each layout]' -r
complete -c seasense -n "__fish_seasense_using_subcommand cost" -l over-budget -d 'Allow exceeding the budget for this reason' -r
complete -c seasense -n "__fish_seasense_using_subcommand cost" -l env -d 'Environment: the name of a file in `envs/`, or `rehearsal-NAME`' -r
complete -c seasense -n "__fish_seasense_using_subcommand cost" -l project -d 'Directory of the project [default: the nearest parent directory with `envs/` and `gitops/`]' -r -F
complete -c seasense -n "__fish_seasense_using_subcommand cost" -l output -d 'Format of the progress on standard error' -r -f -a "auto\t'Live on a terminal, plain elsewhere'
plain\t'One line per event, never redrawn'
jsonl\t'One JSON object per event'
quiet\t'Nothing but failures'"
complete -c seasense -n "__fish_seasense_using_subcommand cost" -l profiles -d 'Compare the profiles of one environment and their trade-offs'
complete -c seasense -n "__fish_seasense_using_subcommand cost" -l gate -d 'Fail if an environment exceeds its budget'
complete -c seasense -n "__fish_seasense_using_subcommand cost" -l json -d 'Print JSON (schemas: docs/schemas)'
complete -c seasense -n "__fish_seasense_using_subcommand cost" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c seasense -n "__fish_seasense_using_subcommand trust; and not __fish_seen_subcommand_from install remove status help" -l env -d 'Environment: the name of a file in `envs/`, or `rehearsal-NAME`' -r
complete -c seasense -n "__fish_seasense_using_subcommand trust; and not __fish_seen_subcommand_from install remove status help" -l project -d 'Directory of the project [default: the nearest parent directory with `envs/` and `gitops/`]' -r -F
complete -c seasense -n "__fish_seasense_using_subcommand trust; and not __fish_seen_subcommand_from install remove status help" -l output -d 'Format of the progress on standard error' -r -f -a "auto\t'Live on a terminal, plain elsewhere'
plain\t'One line per event, never redrawn'
jsonl\t'One JSON object per event'
quiet\t'Nothing but failures'"
complete -c seasense -n "__fish_seasense_using_subcommand trust; and not __fish_seen_subcommand_from install remove status help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c seasense -n "__fish_seasense_using_subcommand trust; and not __fish_seen_subcommand_from install remove status help" -f -a "install" -d 'Trust the environment\'s certificate authority in the browsers and programs of this machine'
complete -c seasense -n "__fish_seasense_using_subcommand trust; and not __fish_seen_subcommand_from install remove status help" -f -a "remove" -d 'Remove the installed certificates, and no others'
complete -c seasense -n "__fish_seasense_using_subcommand trust; and not __fish_seen_subcommand_from install remove status help" -f -a "status" -d 'Show which stores trust the environment, and verify it with a TLS handshake'
complete -c seasense -n "__fish_seasense_using_subcommand trust; and not __fish_seen_subcommand_from install remove status help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c seasense -n "__fish_seasense_using_subcommand trust; and __fish_seen_subcommand_from install" -l store -d 'Only this store; can be repeated [default: all stores of this machine]' -r -f -a "system\t'The system\'s trust store'
nss\t'Firefox, and Chromium on Linux'
java\t'Java\'s keystore'"
complete -c seasense -n "__fish_seasense_using_subcommand trust; and __fish_seen_subcommand_from install" -l env -d 'Environment: the name of a file in `envs/`, or `rehearsal-NAME`' -r
complete -c seasense -n "__fish_seasense_using_subcommand trust; and __fish_seen_subcommand_from install" -l project -d 'Directory of the project [default: the nearest parent directory with `envs/` and `gitops/`]' -r -F
complete -c seasense -n "__fish_seasense_using_subcommand trust; and __fish_seen_subcommand_from install" -l output -d 'Format of the progress on standard error' -r -f -a "auto\t'Live on a terminal, plain elsewhere'
plain\t'One line per event, never redrawn'
jsonl\t'One JSON object per event'
quiet\t'Nothing but failures'"
complete -c seasense -n "__fish_seasense_using_subcommand trust; and __fish_seen_subcommand_from install" -s y -l yes -d 'Make the changes without asking'
complete -c seasense -n "__fish_seasense_using_subcommand trust; and __fish_seen_subcommand_from install" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c seasense -n "__fish_seasense_using_subcommand trust; and __fish_seen_subcommand_from remove" -l store -d 'Only this store; can be repeated [default: all stores of this machine]' -r -f -a "system\t'The system\'s trust store'
nss\t'Firefox, and Chromium on Linux'
java\t'Java\'s keystore'"
complete -c seasense -n "__fish_seasense_using_subcommand trust; and __fish_seen_subcommand_from remove" -l env -d 'Environment: the name of a file in `envs/`, or `rehearsal-NAME`' -r
complete -c seasense -n "__fish_seasense_using_subcommand trust; and __fish_seen_subcommand_from remove" -l project -d 'Directory of the project [default: the nearest parent directory with `envs/` and `gitops/`]' -r -F
complete -c seasense -n "__fish_seasense_using_subcommand trust; and __fish_seen_subcommand_from remove" -l output -d 'Format of the progress on standard error' -r -f -a "auto\t'Live on a terminal, plain elsewhere'
plain\t'One line per event, never redrawn'
jsonl\t'One JSON object per event'
quiet\t'Nothing but failures'"
complete -c seasense -n "__fish_seasense_using_subcommand trust; and __fish_seen_subcommand_from remove" -s y -l yes -d 'Make the changes without asking'
complete -c seasense -n "__fish_seasense_using_subcommand trust; and __fish_seen_subcommand_from remove" -l all -d 'Remove the certificates of all environments of this machine, including removed ones'
complete -c seasense -n "__fish_seasense_using_subcommand trust; and __fish_seen_subcommand_from remove" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c seasense -n "__fish_seasense_using_subcommand trust; and __fish_seen_subcommand_from status" -l store -d 'Only this store; can be repeated [default: all stores of this machine]' -r -f -a "system\t'The system\'s trust store'
nss\t'Firefox, and Chromium on Linux'
java\t'Java\'s keystore'"
complete -c seasense -n "__fish_seasense_using_subcommand trust; and __fish_seen_subcommand_from status" -l env -d 'Environment: the name of a file in `envs/`, or `rehearsal-NAME`' -r
complete -c seasense -n "__fish_seasense_using_subcommand trust; and __fish_seen_subcommand_from status" -l project -d 'Directory of the project [default: the nearest parent directory with `envs/` and `gitops/`]' -r -F
complete -c seasense -n "__fish_seasense_using_subcommand trust; and __fish_seen_subcommand_from status" -l output -d 'Format of the progress on standard error' -r -f -a "auto\t'Live on a terminal, plain elsewhere'
plain\t'One line per event, never redrawn'
jsonl\t'One JSON object per event'
quiet\t'Nothing but failures'"
complete -c seasense -n "__fish_seasense_using_subcommand trust; and __fish_seen_subcommand_from status" -l json -d 'Print it as JSON (schema: docs/schemas/trust.v2.json)'
complete -c seasense -n "__fish_seasense_using_subcommand trust; and __fish_seen_subcommand_from status" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c seasense -n "__fish_seasense_using_subcommand trust; and __fish_seen_subcommand_from help" -f -a "install" -d 'Trust the environment\'s certificate authority in the browsers and programs of this machine'
complete -c seasense -n "__fish_seasense_using_subcommand trust; and __fish_seen_subcommand_from help" -f -a "remove" -d 'Remove the installed certificates, and no others'
complete -c seasense -n "__fish_seasense_using_subcommand trust; and __fish_seen_subcommand_from help" -f -a "status" -d 'Show which stores trust the environment, and verify it with a TLS handshake'
complete -c seasense -n "__fish_seasense_using_subcommand trust; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c seasense -n "__fish_seasense_using_subcommand doctor" -l env -d 'Environment: the name of a file in `envs/`, or `rehearsal-NAME`' -r
complete -c seasense -n "__fish_seasense_using_subcommand doctor" -l project -d 'Directory of the project [default: the nearest parent directory with `envs/` and `gitops/`]' -r -F
complete -c seasense -n "__fish_seasense_using_subcommand doctor" -l output -d 'Format of the progress on standard error' -r -f -a "auto\t'Live on a terminal, plain elsewhere'
plain\t'One line per event, never redrawn'
jsonl\t'One JSON object per event'
quiet\t'Nothing but failures'"
complete -c seasense -n "__fish_seasense_using_subcommand doctor" -l json -d 'Print JSON (schemas: docs/schemas)'
complete -c seasense -n "__fish_seasense_using_subcommand doctor" -l fix -d 'Apply safe fixes, then check again'
complete -c seasense -n "__fish_seasense_using_subcommand doctor" -l strict -d 'Exit with an error for warnings as well'
complete -c seasense -n "__fish_seasense_using_subcommand doctor" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c seasense -n "__fish_seasense_using_subcommand diagnose" -l out -d 'File to write [default: a new file in the cache]' -r -F
complete -c seasense -n "__fish_seasense_using_subcommand diagnose" -l env -d 'Environment: the name of a file in `envs/`, or `rehearsal-NAME`' -r
complete -c seasense -n "__fish_seasense_using_subcommand diagnose" -l project -d 'Directory of the project [default: the nearest parent directory with `envs/` and `gitops/`]' -r -F
complete -c seasense -n "__fish_seasense_using_subcommand diagnose" -l output -d 'Format of the progress on standard error' -r -f -a "auto\t'Live on a terminal, plain elsewhere'
plain\t'One line per event, never redrawn'
jsonl\t'One JSON object per event'
quiet\t'Nothing but failures'"
complete -c seasense -n "__fish_seasense_using_subcommand diagnose" -l no-logs -d 'Leave out all logs'
complete -c seasense -n "__fish_seasense_using_subcommand diagnose" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c seasense -n "__fish_seasense_using_subcommand timing" -l env -d 'Environment: the name of a file in `envs/`, or `rehearsal-NAME`' -r
complete -c seasense -n "__fish_seasense_using_subcommand timing" -l project -d 'Directory of the project [default: the nearest parent directory with `envs/` and `gitops/`]' -r -F
complete -c seasense -n "__fish_seasense_using_subcommand timing" -l output -d 'Format of the progress on standard error' -r -f -a "auto\t'Live on a terminal, plain elsewhere'
plain\t'One line per event, never redrawn'
jsonl\t'One JSON object per event'
quiet\t'Nothing but failures'"
complete -c seasense -n "__fish_seasense_using_subcommand timing" -l json -d 'Print the run as JSON (schema: docs/schemas/timing.v2.json)'
complete -c seasense -n "__fish_seasense_using_subcommand timing" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c seasense -n "__fish_seasense_using_subcommand completions" -l env -d 'Environment: the name of a file in `envs/`, or `rehearsal-NAME`' -r
complete -c seasense -n "__fish_seasense_using_subcommand completions" -l project -d 'Directory of the project [default: the nearest parent directory with `envs/` and `gitops/`]' -r -F
complete -c seasense -n "__fish_seasense_using_subcommand completions" -l output -d 'Format of the progress on standard error' -r -f -a "auto\t'Live on a terminal, plain elsewhere'
plain\t'One line per event, never redrawn'
jsonl\t'One JSON object per event'
quiet\t'Nothing but failures'"
complete -c seasense -n "__fish_seasense_using_subcommand completions" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c seasense -n "__fish_seasense_using_subcommand man" -l dir -d 'Write every page to this directory, created if missing, instead of printing `seasense.1`' -r -F
complete -c seasense -n "__fish_seasense_using_subcommand man" -l env -d 'Environment: the name of a file in `envs/`, or `rehearsal-NAME`' -r
complete -c seasense -n "__fish_seasense_using_subcommand man" -l project -d 'Directory of the project [default: the nearest parent directory with `envs/` and `gitops/`]' -r -F
complete -c seasense -n "__fish_seasense_using_subcommand man" -l output -d 'Format of the progress on standard error' -r -f -a "auto\t'Live on a terminal, plain elsewhere'
plain\t'One line per event, never redrawn'
jsonl\t'One JSON object per event'
quiet\t'Nothing but failures'"
complete -c seasense -n "__fish_seasense_using_subcommand man" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c seasense -n "__fish_seasense_using_subcommand help; and not __fish_seen_subcommand_from dev ci down pause resume snapshot promote rollback history status ls gc logs open images infra render diff parity artifact cost trust doctor diagnose timing completions man help" -f -a "dev" -d 'Start the environment, or bring it up to date, and verify it'
complete -c seasense -n "__fish_seasense_using_subcommand help; and not __fish_seen_subcommand_from dev ci down pause resume snapshot promote rollback history status ls gc logs open images infra render diff parity artifact cost trust doctor diagnose timing completions man help" -f -a "ci" -d 'Run a command against an ephemeral environment'
complete -c seasense -n "__fish_seasense_using_subcommand help; and not __fish_seen_subcommand_from dev ci down pause resume snapshot promote rollback history status ls gc logs open images infra render diff parity artifact cost trust doctor diagnose timing completions man help" -f -a "down" -d 'Remove the environment'
complete -c seasense -n "__fish_seasense_using_subcommand help; and not __fish_seen_subcommand_from dev ci down pause resume snapshot promote rollback history status ls gc logs open images infra render diff parity artifact cost trust doctor diagnose timing completions man help" -f -a "pause" -d 'Stop the environment and keep its data'
complete -c seasense -n "__fish_seasense_using_subcommand help; and not __fish_seen_subcommand_from dev ci down pause resume snapshot promote rollback history status ls gc logs open images infra render diff parity artifact cost trust doctor diagnose timing completions man help" -f -a "resume" -d 'Resume a paused environment and verify it'
complete -c seasense -n "__fish_seasense_using_subcommand help; and not __fish_seen_subcommand_from dev ci down pause resume snapshot promote rollback history status ls gc logs open images infra render diff parity artifact cost trust doctor diagnose timing completions man help" -f -a "snapshot" -d 'Save and load snapshots of the database'
complete -c seasense -n "__fish_seasense_using_subcommand help; and not __fish_seen_subcommand_from dev ci down pause resume snapshot promote rollback history status ls gc logs open images infra render diff parity artifact cost trust doctor diagnose timing completions man help" -f -a "promote" -d 'Promote an artifact digest to an environment'
complete -c seasense -n "__fish_seasense_using_subcommand help; and not __fish_seen_subcommand_from dev ci down pause resume snapshot promote rollback history status ls gc logs open images infra render diff parity artifact cost trust doctor diagnose timing completions man help" -f -a "rollback" -d 'Roll back to a previously verified digest'
complete -c seasense -n "__fish_seasense_using_subcommand help; and not __fish_seen_subcommand_from dev ci down pause resume snapshot promote rollback history status ls gc logs open images infra render diff parity artifact cost trust doctor diagnose timing completions man help" -f -a "history" -d 'Show the history of promotions and rollbacks and check its signatures'
complete -c seasense -n "__fish_seasense_using_subcommand help; and not __fish_seen_subcommand_from dev ci down pause resume snapshot promote rollback history status ls gc logs open images infra render diff parity artifact cost trust doctor diagnose timing completions man help" -f -a "status" -d 'Show the state of the environment and its problems'
complete -c seasense -n "__fish_seasense_using_subcommand help; and not __fish_seen_subcommand_from dev ci down pause resume snapshot promote rollback history status ls gc logs open images infra render diff parity artifact cost trust doctor diagnose timing completions man help" -f -a "ls" -d 'List the environments of this machine'
complete -c seasense -n "__fish_seasense_using_subcommand help; and not __fish_seen_subcommand_from dev ci down pause resume snapshot promote rollback history status ls gc logs open images infra render diff parity artifact cost trust doctor diagnose timing completions man help" -f -a "gc" -d 'Remove orphaned environments'
complete -c seasense -n "__fish_seasense_using_subcommand help; and not __fish_seen_subcommand_from dev ci down pause resume snapshot promote rollback history status ls gc logs open images infra render diff parity artifact cost trust doctor diagnose timing completions man help" -f -a "logs" -d 'Show the logs of one part of the platform'
complete -c seasense -n "__fish_seasense_using_subcommand help; and not __fish_seen_subcommand_from dev ci down pause resume snapshot promote rollback history status ls gc logs open images infra render diff parity artifact cost trust doctor diagnose timing completions man help" -f -a "open" -d 'Open the public page in a browser'
complete -c seasense -n "__fish_seasense_using_subcommand help; and not __fish_seen_subcommand_from dev ci down pause resume snapshot promote rollback history status ls gc logs open images infra render diff parity artifact cost trust doctor diagnose timing completions man help" -f -a "images" -d 'Build, pull, list and verify images and upstream manifests'
complete -c seasense -n "__fish_seasense_using_subcommand help; and not __fish_seen_subcommand_from dev ci down pause resume snapshot promote rollback history status ls gc logs open images infra render diff parity artifact cost trust doctor diagnose timing completions man help" -f -a "infra" -d 'Create, change and remove the infrastructure of an environment at Scaleway'
complete -c seasense -n "__fish_seasense_using_subcommand help; and not __fish_seen_subcommand_from dev ci down pause resume snapshot promote rollback history status ls gc logs open images infra render diff parity artifact cost trust doctor diagnose timing completions man help" -f -a "render" -d 'Print the manifests as Flux gets them'
complete -c seasense -n "__fish_seasense_using_subcommand help; and not __fish_seen_subcommand_from dev ci down pause resume snapshot promote rollback history status ls gc logs open images infra render diff parity artifact cost trust doctor diagnose timing completions man help" -f -a "diff" -d 'Compare two environments, commits, artifacts or the work tree'
complete -c seasense -n "__fish_seasense_using_subcommand help; and not __fish_seen_subcommand_from dev ci down pause resume snapshot promote rollback history status ls gc logs open images infra render diff parity artifact cost trust doctor diagnose timing completions man help" -f -a "parity" -d 'Check that environments differ only in reviewed variables'
complete -c seasense -n "__fish_seasense_using_subcommand help; and not __fish_seen_subcommand_from dev ci down pause resume snapshot promote rollback history status ls gc logs open images infra render diff parity artifact cost trust doctor diagnose timing completions man help" -f -a "artifact" -d 'Publish the platform artifact'
complete -c seasense -n "__fish_seasense_using_subcommand help; and not __fish_seen_subcommand_from dev ci down pause resume snapshot promote rollback history status ls gc logs open images infra render diff parity artifact cost trust doctor diagnose timing completions man help" -f -a "cost" -d 'Show the monthly cost of environments and check their budgets'
complete -c seasense -n "__fish_seasense_using_subcommand help; and not __fish_seen_subcommand_from dev ci down pause resume snapshot promote rollback history status ls gc logs open images infra render diff parity artifact cost trust doctor diagnose timing completions man help" -f -a "trust" -d 'Install or remove trust in the environment\'s certificate authority'
complete -c seasense -n "__fish_seasense_using_subcommand help; and not __fish_seen_subcommand_from dev ci down pause resume snapshot promote rollback history status ls gc logs open images infra render diff parity artifact cost trust doctor diagnose timing completions man help" -f -a "doctor" -d 'Check that this machine can run the platform'
complete -c seasense -n "__fish_seasense_using_subcommand help; and not __fish_seen_subcommand_from dev ci down pause resume snapshot promote rollback history status ls gc logs open images infra render diff parity artifact cost trust doctor diagnose timing completions man help" -f -a "diagnose" -d 'Collect a diagnostics bundle without secrets'
complete -c seasense -n "__fish_seasense_using_subcommand help; and not __fish_seen_subcommand_from dev ci down pause resume snapshot promote rollback history status ls gc logs open images infra render diff parity artifact cost trust doctor diagnose timing completions man help" -f -a "timing" -d 'Show how long the steps of the last `dev` took'
complete -c seasense -n "__fish_seasense_using_subcommand help; and not __fish_seen_subcommand_from dev ci down pause resume snapshot promote rollback history status ls gc logs open images infra render diff parity artifact cost trust doctor diagnose timing completions man help" -f -a "completions" -d 'Print a completion script for a shell'
complete -c seasense -n "__fish_seasense_using_subcommand help; and not __fish_seen_subcommand_from dev ci down pause resume snapshot promote rollback history status ls gc logs open images infra render diff parity artifact cost trust doctor diagnose timing completions man help" -f -a "man" -d 'Print or write the manual pages'
complete -c seasense -n "__fish_seasense_using_subcommand help; and not __fish_seen_subcommand_from dev ci down pause resume snapshot promote rollback history status ls gc logs open images infra render diff parity artifact cost trust doctor diagnose timing completions man help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c seasense -n "__fish_seasense_using_subcommand help; and __fish_seen_subcommand_from snapshot" -f -a "save" -d 'Save the current state of the database'
complete -c seasense -n "__fish_seasense_using_subcommand help; and __fish_seen_subcommand_from snapshot" -f -a "load" -d 'Replace the current state of the database, which is lost, by a snapshot'
complete -c seasense -n "__fish_seasense_using_subcommand help; and __fish_seen_subcommand_from snapshot" -f -a "ls" -d 'List the snapshots'
complete -c seasense -n "__fish_seasense_using_subcommand help; and __fish_seen_subcommand_from snapshot" -f -a "rm" -d 'Remove a snapshot'
complete -c seasense -n "__fish_seasense_using_subcommand help; and __fish_seen_subcommand_from images" -f -a "list" -d 'List the images in the supply lock'
complete -c seasense -n "__fish_seasense_using_subcommand help; and __fish_seen_subcommand_from images" -f -a "build" -d 'Build missing images from source packages and push them to the local registry'
complete -c seasense -n "__fish_seasense_using_subcommand help; and __fish_seen_subcommand_from images" -f -a "pull" -d 'Copy the official images and manifests into the local registry'
complete -c seasense -n "__fish_seasense_using_subcommand help; and __fish_seen_subcommand_from images" -f -a "pin" -d 'Write `infra/pins.toml` from the registries and show what changed'
complete -c seasense -n "__fish_seasense_using_subcommand help; and __fish_seen_subcommand_from images" -f -a "push" -d 'Push cached images to the local registry'
complete -c seasense -n "__fish_seasense_using_subcommand help; and __fish_seen_subcommand_from images" -f -a "verify" -d 'Verify the content of the registry against the supply lock'
complete -c seasense -n "__fish_seasense_using_subcommand help; and __fish_seen_subcommand_from images" -f -a "prune" -d 'Remove from a registry the images that no lock file, running environment or kept artifact references'
complete -c seasense -n "__fish_seasense_using_subcommand help; and __fish_seen_subcommand_from infra" -f -a "plan" -d 'Show what would be created, changed and removed, without doing it'
complete -c seasense -n "__fish_seasense_using_subcommand help; and __fish_seen_subcommand_from infra" -f -a "apply" -d 'Apply the infrastructure modules, then deploy the digest of the environment\'s lock file'
complete -c seasense -n "__fish_seasense_using_subcommand help; and __fish_seen_subcommand_from infra" -f -a "destroy" -d 'Remove the environment, including resources that Kubernetes created, and list leftover resources'
complete -c seasense -n "__fish_seasense_using_subcommand help; and __fish_seen_subcommand_from infra" -f -a "scale" -d 'Scale the pools to zero nodes, or to the size in the environment\'s file'
complete -c seasense -n "__fish_seasense_using_subcommand help; and __fish_seen_subcommand_from artifact" -f -a "publish" -d 'Supply the images, pack the tree, and copy both to a registry under the version from Git\'s tags'
complete -c seasense -n "__fish_seasense_using_subcommand help; and __fish_seen_subcommand_from trust" -f -a "install" -d 'Trust the environment\'s certificate authority in the browsers and programs of this machine'
complete -c seasense -n "__fish_seasense_using_subcommand help; and __fish_seen_subcommand_from trust" -f -a "remove" -d 'Remove the installed certificates, and no others'
complete -c seasense -n "__fish_seasense_using_subcommand help; and __fish_seen_subcommand_from trust" -f -a "status" -d 'Show which stores trust the environment, and verify it with a TLS handshake'
