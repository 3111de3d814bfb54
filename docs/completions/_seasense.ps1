
using namespace System.Management.Automation
using namespace System.Management.Automation.Language

Register-ArgumentCompleter -Native -CommandName 'seasense' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    $commandElements = $commandAst.CommandElements
    $command = @(
        'seasense'
        for ($i = 1; $i -lt $commandElements.Count; $i++) {
            $element = $commandElements[$i]
            if ($element -isnot [StringConstantExpressionAst] -or
                $element.StringConstantType -ne [StringConstantType]::BareWord -or
                $element.Value.StartsWith('-') -or
                $element.Value -eq $wordToComplete) {
                break
        }
        $element.Value
    }) -join ';'

    $completions = @(switch ($command) {
        'seasense' {
            [CompletionResult]::new('--env', '--env', [CompletionResultType]::ParameterName, 'Environment: the name of a file in `envs/`, or `rehearsal-NAME`')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Directory of the project [default: the nearest parent directory with `envs/` and `gitops/`]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Format of the progress on standard error')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('dev', 'dev', [CompletionResultType]::ParameterValue, 'Start the environment, or bring it up to date, and verify it')
            [CompletionResult]::new('ci', 'ci', [CompletionResultType]::ParameterValue, 'Run a command against an ephemeral environment')
            [CompletionResult]::new('down', 'down', [CompletionResultType]::ParameterValue, 'Remove the environment')
            [CompletionResult]::new('pause', 'pause', [CompletionResultType]::ParameterValue, 'Stop the environment and keep its data')
            [CompletionResult]::new('resume', 'resume', [CompletionResultType]::ParameterValue, 'Resume a paused environment and verify it')
            [CompletionResult]::new('snapshot', 'snapshot', [CompletionResultType]::ParameterValue, 'Save and load snapshots of the database')
            [CompletionResult]::new('promote', 'promote', [CompletionResultType]::ParameterValue, 'Promote an artifact digest to an environment')
            [CompletionResult]::new('rollback', 'rollback', [CompletionResultType]::ParameterValue, 'Roll back to a previously verified digest')
            [CompletionResult]::new('history', 'history', [CompletionResultType]::ParameterValue, 'Show the history of promotions and rollbacks and check its signatures')
            [CompletionResult]::new('status', 'status', [CompletionResultType]::ParameterValue, 'Show the state of the environment and its problems')
            [CompletionResult]::new('ls', 'ls', [CompletionResultType]::ParameterValue, 'List the environments of this machine')
            [CompletionResult]::new('gc', 'gc', [CompletionResultType]::ParameterValue, 'Remove orphaned environments')
            [CompletionResult]::new('logs', 'logs', [CompletionResultType]::ParameterValue, 'Show the logs of one part of the platform')
            [CompletionResult]::new('open', 'open', [CompletionResultType]::ParameterValue, 'Open the public page in a browser')
            [CompletionResult]::new('images', 'images', [CompletionResultType]::ParameterValue, 'Build, pull, list and verify images and upstream manifests')
            [CompletionResult]::new('infra', 'infra', [CompletionResultType]::ParameterValue, 'Create, change and remove the infrastructure of an environment at Scaleway')
            [CompletionResult]::new('render', 'render', [CompletionResultType]::ParameterValue, 'Print the manifests as Flux gets them')
            [CompletionResult]::new('diff', 'diff', [CompletionResultType]::ParameterValue, 'Compare two environments, commits, artifacts or the work tree')
            [CompletionResult]::new('parity', 'parity', [CompletionResultType]::ParameterValue, 'Check that environments differ only in reviewed variables')
            [CompletionResult]::new('artifact', 'artifact', [CompletionResultType]::ParameterValue, 'Publish the platform artifact')
            [CompletionResult]::new('cost', 'cost', [CompletionResultType]::ParameterValue, 'Show the monthly cost of environments and check their budgets')
            [CompletionResult]::new('trust', 'trust', [CompletionResultType]::ParameterValue, 'Install or remove trust in the environment''s certificate authority')
            [CompletionResult]::new('doctor', 'doctor', [CompletionResultType]::ParameterValue, 'Check that this machine can run the platform')
            [CompletionResult]::new('diagnose', 'diagnose', [CompletionResultType]::ParameterValue, 'Collect a diagnostics bundle without secrets')
            [CompletionResult]::new('timing', 'timing', [CompletionResultType]::ParameterValue, 'Show how long the steps of the last `dev` took')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Print a completion script for a shell')
            [CompletionResult]::new('man', 'man', [CompletionResultType]::ParameterValue, 'Print or write the manual pages')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'seasense;dev' {
            [CompletionResult]::new('--supply', '--supply', [CompletionResultType]::ParameterName, 'How images are supplied')
            [CompletionResult]::new('--jobs', '--jobs', [CompletionResultType]::ParameterName, 'Builds to run at once [default: the number of cores]')
            [CompletionResult]::new('--wait-lock', '--wait-lock', [CompletionResultType]::ParameterName, 'Wait up to this many seconds for another run on the environment instead of failing at once')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Give up after this many seconds')
            [CompletionResult]::new('--ttl', '--ttl', [CompletionResultType]::ParameterName, 'Remove the environment after this time, for example `8h`; a later run without `--ttl` keeps the time')
            [CompletionResult]::new('--env', '--env', [CompletionResultType]::ParameterName, 'Environment: the name of a file in `envs/`, or `rehearsal-NAME`')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Directory of the project [default: the nearest parent directory with `envs/` and `gitops/`]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Format of the progress on standard error')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Print the plan without executing it')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'With `--dry-run`, print the plan as JSON (schema: docs/schemas/plan.v2.json)')
            [CompletionResult]::new('--recreate', '--recreate', [CompletionResultType]::ParameterName, 'Remove the cluster with its data first')
            [CompletionResult]::new('--watch', '--watch', [CompletionResultType]::ParameterName, 'Apply changes of the checkout as soon as they are saved, until Ctrl-C')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'seasense;ci' {
            [CompletionResult]::new('--supply', '--supply', [CompletionResultType]::ParameterName, 'How images are supplied')
            [CompletionResult]::new('--jobs', '--jobs', [CompletionResultType]::ParameterName, 'Builds to run at once [default: the number of cores]')
            [CompletionResult]::new('--junit', '--junit', [CompletionResultType]::ParameterName, 'Write a JUnit report: a case for each step, phase, health check, acceptance check and command')
            [CompletionResult]::new('--events', '--events', [CompletionResultType]::ParameterName, 'Write every event as a line of JSON')
            [CompletionResult]::new('--ttl', '--ttl', [CompletionResultType]::ParameterName, 'Give up after this time; the reaper removes the environment two minutes later even if this process hangs')
            [CompletionResult]::new('--env', '--env', [CompletionResultType]::ParameterName, 'Environment: the name of a file in `envs/`, or `rehearsal-NAME`')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Directory of the project [default: the nearest parent directory with `envs/` and `gitops/`]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Format of the progress on standard error')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'seasense;down' {
            [CompletionResult]::new('--wait-lock', '--wait-lock', [CompletionResultType]::ParameterName, 'Wait up to this many seconds for another run on the environment instead of failing at once')
            [CompletionResult]::new('--env', '--env', [CompletionResultType]::ParameterName, 'Environment: the name of a file in `envs/`, or `rehearsal-NAME`')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Directory of the project [default: the nearest parent directory with `envs/` and `gitops/`]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Format of the progress on standard error')
            [CompletionResult]::new('--keep-data', '--keep-data', [CompletionResultType]::ParameterName, 'Stop everything and keep the data: the same as `seasense pause`')
            [CompletionResult]::new('--all', '--all', [CompletionResultType]::ParameterName, 'Remove also the local registry and its network, unless another environment uses them')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON (schemas: docs/schemas)')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'seasense;pause' {
            [CompletionResult]::new('--wait-lock', '--wait-lock', [CompletionResultType]::ParameterName, 'Wait up to this many seconds for another run on the environment instead of failing at once')
            [CompletionResult]::new('--env', '--env', [CompletionResultType]::ParameterName, 'Environment: the name of a file in `envs/`, or `rehearsal-NAME`')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Directory of the project [default: the nearest parent directory with `envs/` and `gitops/`]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Format of the progress on standard error')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON (schemas: docs/schemas)')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'seasense;resume' {
            [CompletionResult]::new('--wait-lock', '--wait-lock', [CompletionResultType]::ParameterName, 'Wait up to this many seconds for another run on the environment instead of failing at once')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Give up after this many seconds')
            [CompletionResult]::new('--env', '--env', [CompletionResultType]::ParameterName, 'Environment: the name of a file in `envs/`, or `rehearsal-NAME`')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Directory of the project [default: the nearest parent directory with `envs/` and `gitops/`]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Format of the progress on standard error')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON (schemas: docs/schemas)')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'seasense;snapshot' {
            [CompletionResult]::new('--wait-lock', '--wait-lock', [CompletionResultType]::ParameterName, 'Wait up to this many seconds for another run on the environment instead of failing at once')
            [CompletionResult]::new('--env', '--env', [CompletionResultType]::ParameterName, 'Environment: the name of a file in `envs/`, or `rehearsal-NAME`')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Directory of the project [default: the nearest parent directory with `envs/` and `gitops/`]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Format of the progress on standard error')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('save', 'save', [CompletionResultType]::ParameterValue, 'Save the current state of the database')
            [CompletionResult]::new('load', 'load', [CompletionResultType]::ParameterValue, 'Replace the current state of the database, which is lost, by a snapshot')
            [CompletionResult]::new('ls', 'ls', [CompletionResultType]::ParameterValue, 'List the snapshots')
            [CompletionResult]::new('rm', 'rm', [CompletionResultType]::ParameterValue, 'Remove a snapshot')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'seasense;snapshot;save' {
            [CompletionResult]::new('--env', '--env', [CompletionResultType]::ParameterName, 'Environment: the name of a file in `envs/`, or `rehearsal-NAME`')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Directory of the project [default: the nearest parent directory with `envs/` and `gitops/`]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Format of the progress on standard error')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print it as JSON (schema: docs/schemas/snapshots.v2.json)')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'seasense;snapshot;load' {
            [CompletionResult]::new('--env', '--env', [CompletionResultType]::ParameterName, 'Environment: the name of a file in `envs/`, or `rehearsal-NAME`')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Directory of the project [default: the nearest parent directory with `envs/` and `gitops/`]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Format of the progress on standard error')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Load it without asking')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print the loaded snapshot as JSON (schema: docs/schemas/snapshots.v2.json)')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'seasense;snapshot;ls' {
            [CompletionResult]::new('--env', '--env', [CompletionResultType]::ParameterName, 'Environment: the name of a file in `envs/`, or `rehearsal-NAME`')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Directory of the project [default: the nearest parent directory with `envs/` and `gitops/`]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Format of the progress on standard error')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print the list as JSON (schema: docs/schemas/snapshots.v2.json)')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'seasense;snapshot;rm' {
            [CompletionResult]::new('--env', '--env', [CompletionResultType]::ParameterName, 'Environment: the name of a file in `envs/`, or `rehearsal-NAME`')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Directory of the project [default: the nearest parent directory with `envs/` and `gitops/`]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Format of the progress on standard error')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'seasense;snapshot;help' {
            [CompletionResult]::new('save', 'save', [CompletionResultType]::ParameterValue, 'Save the current state of the database')
            [CompletionResult]::new('load', 'load', [CompletionResultType]::ParameterValue, 'Replace the current state of the database, which is lost, by a snapshot')
            [CompletionResult]::new('ls', 'ls', [CompletionResultType]::ParameterValue, 'List the snapshots')
            [CompletionResult]::new('rm', 'rm', [CompletionResultType]::ParameterValue, 'Remove a snapshot')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'seasense;snapshot;help;save' {
            break
        }
        'seasense;snapshot;help;load' {
            break
        }
        'seasense;snapshot;help;ls' {
            break
        }
        'seasense;snapshot;help;rm' {
            break
        }
        'seasense;snapshot;help;help' {
            break
        }
        'seasense;promote' {
            [CompletionResult]::new('--digest', '--digest', [CompletionResultType]::ParameterName, 'Digest that must run in the source [default: the one that runs there]')
            [CompletionResult]::new('--over-budget', '--over-budget', [CompletionResultType]::ParameterName, 'Allow a cost above the budget and record this reason')
            [CompletionResult]::new('--canary', '--canary', [CompletionResultType]::ParameterName, 'Start the new backend as a canary with this share of the API''s requests first, 1 to 50')
            [CompletionResult]::new('--wait-lock', '--wait-lock', [CompletionResultType]::ParameterName, 'Wait up to this many seconds for another run on the environment instead of failing at once')
            [CompletionResult]::new('--env', '--env', [CompletionResultType]::ParameterName, 'Environment: the name of a file in `envs/`, or `rehearsal-NAME`')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Directory of the project [default: the nearest parent directory with `envs/` and `gitops/`]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Format of the progress on standard error')
            [CompletionResult]::new('--rehearse', '--rehearse', [CompletionResultType]::ParameterName, 'Promote to a second cluster on this machine instead of the environment')
            [CompletionResult]::new('--wait-soak', '--wait-soak', [CompletionResultType]::ParameterName, 'Wait until the source is Ready and has been so for the soak time')
            [CompletionResult]::new('--keep', '--keep', [CompletionResultType]::ParameterName, 'Keep the rehearsal''s cluster, for example to promote to the next environment; a cluster that existed before is always kept')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Show the gates and the change of the lock file without changing anything')
            [CompletionResult]::new('--push', '--push', [CompletionResultType]::ParameterName, 'Push the commits to the remote `origin`, if no forge is configured')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON (schemas: docs/schemas)')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'seasense;rollback' {
            [CompletionResult]::new('--to', '--to', [CompletionResultType]::ParameterName, 'Verified digest to roll back to, or its first digits as `history` shows them [default: the last one before the current one]')
            [CompletionResult]::new('--wait-lock', '--wait-lock', [CompletionResultType]::ParameterName, 'Wait up to this many seconds for another run on the environment instead of failing at once')
            [CompletionResult]::new('--env', '--env', [CompletionResultType]::ParameterName, 'Environment: the name of a file in `envs/`, or `rehearsal-NAME`')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Directory of the project [default: the nearest parent directory with `envs/` and `gitops/`]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Format of the progress on standard error')
            [CompletionResult]::new('--rehearse', '--rehearse', [CompletionResultType]::ParameterName, 'Roll back the second cluster on this machine that `promote --rehearse` created')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Show the gates and the change of the lock file without changing anything')
            [CompletionResult]::new('--push', '--push', [CompletionResultType]::ParameterName, 'Push the commits to the remote `origin`, if no forge is configured')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON (schemas: docs/schemas)')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'seasense;history' {
            [CompletionResult]::new('--env', '--env', [CompletionResultType]::ParameterName, 'Environment: the name of a file in `envs/`, or `rehearsal-NAME`')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Directory of the project [default: the nearest parent directory with `envs/` and `gitops/`]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Format of the progress on standard error')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON (schemas: docs/schemas)')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'seasense;status' {
            [CompletionResult]::new('--env', '--env', [CompletionResultType]::ParameterName, 'Environment: the name of a file in `envs/`, or `rehearsal-NAME`')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Directory of the project [default: the nearest parent directory with `envs/` and `gitops/`]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Format of the progress on standard error')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON (schemas: docs/schemas)')
            [CompletionResult]::new('-w', '-w', [CompletionResultType]::ParameterName, 'Update every two seconds in a full-screen view; `q` quits')
            [CompletionResult]::new('--watch', '--watch', [CompletionResultType]::ParameterName, 'Update every two seconds in a full-screen view; `q` quits')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'seasense;ls' {
            [CompletionResult]::new('--env', '--env', [CompletionResultType]::ParameterName, 'Environment: the name of a file in `envs/`, or `rehearsal-NAME`')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Directory of the project [default: the nearest parent directory with `envs/` and `gitops/`]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Format of the progress on standard error')
            [CompletionResult]::new('--size', '--size', [CompletionResultType]::ParameterName, 'Measure the disk space of each environment, which is slow')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON (schemas: docs/schemas)')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'seasense;gc' {
            [CompletionResult]::new('--env', '--env', [CompletionResultType]::ParameterName, 'Environment: the name of a file in `envs/`, or `rehearsal-NAME`')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Directory of the project [default: the nearest parent directory with `envs/` and `gitops/`]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Format of the progress on standard error')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Show what would be removed, without removing it')
            [CompletionResult]::new('--cache', '--cache', [CompletionResultType]::ParameterName, 'Reduce the caches of images and builds to their limits instead')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON (schemas: docs/schemas)')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'seasense;logs' {
            [CompletionResult]::new('--tail', '--tail', [CompletionResultType]::ParameterName, 'Number of the last lines of each container to show')
            [CompletionResult]::new('--env', '--env', [CompletionResultType]::ParameterName, 'Environment: the name of a file in `envs/`, or `rehearsal-NAME`')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Directory of the project [default: the nearest parent directory with `envs/` and `gitops/`]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Format of the progress on standard error')
            [CompletionResult]::new('-f', '-f', [CompletionResultType]::ParameterName, 'Follow new lines until interrupted')
            [CompletionResult]::new('--follow', '--follow', [CompletionResultType]::ParameterName, 'Follow new lines until interrupted')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'seasense;open' {
            [CompletionResult]::new('--env', '--env', [CompletionResultType]::ParameterName, 'Environment: the name of a file in `envs/`, or `rehearsal-NAME`')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Directory of the project [default: the nearest parent directory with `envs/` and `gitops/`]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Format of the progress on standard error')
            [CompletionResult]::new('--print', '--print', [CompletionResultType]::ParameterName, 'Print the URL instead of opening it')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'seasense;images' {
            [CompletionResult]::new('--env', '--env', [CompletionResultType]::ParameterName, 'Environment: the name of a file in `envs/`, or `rehearsal-NAME`')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Directory of the project [default: the nearest parent directory with `envs/` and `gitops/`]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Format of the progress on standard error')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the images in the supply lock')
            [CompletionResult]::new('build', 'build', [CompletionResultType]::ParameterValue, 'Build missing images from source packages and push them to the local registry')
            [CompletionResult]::new('pull', 'pull', [CompletionResultType]::ParameterValue, 'Copy the official images and manifests into the local registry')
            [CompletionResult]::new('pin', 'pin', [CompletionResultType]::ParameterValue, 'Write `infra/pins.toml` from the registries and show what changed')
            [CompletionResult]::new('push', 'push', [CompletionResultType]::ParameterValue, 'Push cached images to the local registry')
            [CompletionResult]::new('verify', 'verify', [CompletionResultType]::ParameterValue, 'Verify the content of the registry against the supply lock')
            [CompletionResult]::new('prune', 'prune', [CompletionResultType]::ParameterValue, 'Remove from a registry the images that no lock file, running environment or kept artifact references')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'seasense;images;list' {
            [CompletionResult]::new('--supply', '--supply', [CompletionResultType]::ParameterName, 'How images are supplied')
            [CompletionResult]::new('--jobs', '--jobs', [CompletionResultType]::ParameterName, 'Builds to run at once [default: the number of cores]')
            [CompletionResult]::new('--env', '--env', [CompletionResultType]::ParameterName, 'Environment: the name of a file in `envs/`, or `rehearsal-NAME`')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Directory of the project [default: the nearest parent directory with `envs/` and `gitops/`]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Format of the progress on standard error')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON (schemas: docs/schemas)')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'seasense;images;build' {
            [CompletionResult]::new('--jobs', '--jobs', [CompletionResultType]::ParameterName, 'Builds to run at once [default: the number of cores]')
            [CompletionResult]::new('--env', '--env', [CompletionResultType]::ParameterName, 'Environment: the name of a file in `envs/`, or `rehearsal-NAME`')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Directory of the project [default: the nearest parent directory with `envs/` and `gitops/`]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Format of the progress on standard error')
            [CompletionResult]::new('--refresh', '--refresh', [CompletionResultType]::ParameterName, 'Rebuild the base file systems from current Debian packages')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'seasense;images;pull' {
            [CompletionResult]::new('--env', '--env', [CompletionResultType]::ParameterName, 'Environment: the name of a file in `envs/`, or `rehearsal-NAME`')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Directory of the project [default: the nearest parent directory with `envs/` and `gitops/`]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Format of the progress on standard error')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'seasense;images;pin' {
            [CompletionResult]::new('--env', '--env', [CompletionResultType]::ParameterName, 'Environment: the name of a file in `envs/`, or `rehearsal-NAME`')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Directory of the project [default: the nearest parent directory with `envs/` and `gitops/`]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Format of the progress on standard error')
            [CompletionResult]::new('--check', '--check', [CompletionResultType]::ParameterName, 'Write nothing, and exit with code 70 if a tag has moved')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON (schemas: docs/schemas)')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'seasense;images;push' {
            [CompletionResult]::new('--supply', '--supply', [CompletionResultType]::ParameterName, 'How images are supplied')
            [CompletionResult]::new('--jobs', '--jobs', [CompletionResultType]::ParameterName, 'Builds to run at once [default: the number of cores]')
            [CompletionResult]::new('--env', '--env', [CompletionResultType]::ParameterName, 'Environment: the name of a file in `envs/`, or `rehearsal-NAME`')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Directory of the project [default: the nearest parent directory with `envs/` and `gitops/`]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Format of the progress on standard error')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'seasense;images;verify' {
            [CompletionResult]::new('--supply', '--supply', [CompletionResultType]::ParameterName, 'How images are supplied')
            [CompletionResult]::new('--jobs', '--jobs', [CompletionResultType]::ParameterName, 'Builds to run at once [default: the number of cores]')
            [CompletionResult]::new('--env', '--env', [CompletionResultType]::ParameterName, 'Environment: the name of a file in `envs/`, or `rehearsal-NAME`')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Directory of the project [default: the nearest parent directory with `envs/` and `gitops/`]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Format of the progress on standard error')
            [CompletionResult]::new('--rebuild', '--rebuild', [CompletionResultType]::ParameterName, 'Build the images again with empty caches instead, and compare both builds bit for bit')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'seasense;images;prune' {
            [CompletionResult]::new('--registry', '--registry', [CompletionResultType]::ParameterName, 'Location of the images, for example `rg.fr-par.scw.cloud/seasense`')
            [CompletionResult]::new('--keep', '--keep', [CompletionResultType]::ParameterName, 'Number of unreferenced manifests to keep per repository, the newest ones')
            [CompletionResult]::new('--in-use', '--in-use', [CompletionResultType]::ParameterName, 'Digest to keep with everything it references, in addition to those in lock files; may be repeated')
            [CompletionResult]::new('--env', '--env', [CompletionResultType]::ParameterName, 'Environment: the name of a file in `envs/`, or `rehearsal-NAME`')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Directory of the project [default: the nearest parent directory with `envs/` and `gitops/`]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Format of the progress on standard error')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Show what would be removed, and remove nothing')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON (schemas: docs/schemas)')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'seasense;images;help' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the images in the supply lock')
            [CompletionResult]::new('build', 'build', [CompletionResultType]::ParameterValue, 'Build missing images from source packages and push them to the local registry')
            [CompletionResult]::new('pull', 'pull', [CompletionResultType]::ParameterValue, 'Copy the official images and manifests into the local registry')
            [CompletionResult]::new('pin', 'pin', [CompletionResultType]::ParameterValue, 'Write `infra/pins.toml` from the registries and show what changed')
            [CompletionResult]::new('push', 'push', [CompletionResultType]::ParameterValue, 'Push cached images to the local registry')
            [CompletionResult]::new('verify', 'verify', [CompletionResultType]::ParameterValue, 'Verify the content of the registry against the supply lock')
            [CompletionResult]::new('prune', 'prune', [CompletionResultType]::ParameterValue, 'Remove from a registry the images that no lock file, running environment or kept artifact references')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'seasense;images;help;list' {
            break
        }
        'seasense;images;help;build' {
            break
        }
        'seasense;images;help;pull' {
            break
        }
        'seasense;images;help;pin' {
            break
        }
        'seasense;images;help;push' {
            break
        }
        'seasense;images;help;verify' {
            break
        }
        'seasense;images;help;prune' {
            break
        }
        'seasense;images;help;help' {
            break
        }
        'seasense;infra' {
            [CompletionResult]::new('--env', '--env', [CompletionResultType]::ParameterName, 'Environment: the name of a file in `envs/`, or `rehearsal-NAME`')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Directory of the project [default: the nearest parent directory with `envs/` and `gitops/`]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Format of the progress on standard error')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('plan', 'plan', [CompletionResultType]::ParameterValue, 'Show what would be created, changed and removed, without doing it')
            [CompletionResult]::new('apply', 'apply', [CompletionResultType]::ParameterValue, 'Apply the infrastructure modules, then deploy the digest of the environment''s lock file')
            [CompletionResult]::new('destroy', 'destroy', [CompletionResultType]::ParameterValue, 'Remove the environment, including resources that Kubernetes created, and list leftover resources')
            [CompletionResult]::new('scale', 'scale', [CompletionResultType]::ParameterValue, 'Scale the pools to zero nodes, or to the size in the environment''s file')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'seasense;infra;plan' {
            [CompletionResult]::new('--state', '--state', [CompletionResultType]::ParameterName, 'Where OpenTofu''s state is stored')
            [CompletionResult]::new('--save', '--save', [CompletionResultType]::ParameterName, 'Write the plan without secrets as OpenTofu JSON, for example for `seasense cost --plan`')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Directory of the project [default: the nearest parent directory with `envs/` and `gitops/`]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Format of the progress on standard error')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON (schemas: docs/schemas)')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'seasense;infra;apply' {
            [CompletionResult]::new('--state', '--state', [CompletionResultType]::ParameterName, 'Where OpenTofu''s state is stored')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Directory of the project [default: the nearest parent directory with `envs/` and `gitops/`]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Format of the progress on standard error')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Make the changes without asking')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON (schemas: docs/schemas)')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'seasense;infra;destroy' {
            [CompletionResult]::new('--state', '--state', [CompletionResultType]::ParameterName, 'Where OpenTofu''s state is stored')
            [CompletionResult]::new('--wait', '--wait', [CompletionResultType]::ParameterName, 'How long to wait for slow deletions before a resource counts as left over')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Directory of the project [default: the nearest parent directory with `envs/` and `gitops/`]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Format of the progress on standard error')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Make the changes without asking')
            [CompletionResult]::new('--with-backups', '--with-backups', [CompletionResultType]::ParameterName, 'Remove the backup bucket with all backups too')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON (schemas: docs/schemas)')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'seasense;infra;scale' {
            [CompletionResult]::new('--state', '--state', [CompletionResultType]::ParameterName, 'Where OpenTofu''s state is stored')
            [CompletionResult]::new('--to', '--to', [CompletionResultType]::ParameterName, 'Desired size')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Directory of the project [default: the nearest parent directory with `envs/` and `gitops/`]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Format of the progress on standard error')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON (schemas: docs/schemas)')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'seasense;infra;help' {
            [CompletionResult]::new('plan', 'plan', [CompletionResultType]::ParameterValue, 'Show what would be created, changed and removed, without doing it')
            [CompletionResult]::new('apply', 'apply', [CompletionResultType]::ParameterValue, 'Apply the infrastructure modules, then deploy the digest of the environment''s lock file')
            [CompletionResult]::new('destroy', 'destroy', [CompletionResultType]::ParameterValue, 'Remove the environment, including resources that Kubernetes created, and list leftover resources')
            [CompletionResult]::new('scale', 'scale', [CompletionResultType]::ParameterValue, 'Scale the pools to zero nodes, or to the size in the environment''s file')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'seasense;infra;help;plan' {
            break
        }
        'seasense;infra;help;apply' {
            break
        }
        'seasense;infra;help;destroy' {
            break
        }
        'seasense;infra;help;scale' {
            break
        }
        'seasense;infra;help;help' {
            break
        }
        'seasense;render' {
            [CompletionResult]::new('--supply', '--supply', [CompletionResultType]::ParameterName, 'How images are supplied')
            [CompletionResult]::new('--jobs', '--jobs', [CompletionResultType]::ParameterName, 'Builds to run at once [default: the number of cores]')
            [CompletionResult]::new('--env', '--env', [CompletionResultType]::ParameterName, 'Environment: the name of a file in `envs/`, or `rehearsal-NAME`')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Directory of the project [default: the nearest parent directory with `envs/` and `gitops/`]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Format of the progress on standard error')
            [CompletionResult]::new('--raw', '--raw', [CompletionResultType]::ParameterName, 'Print the files of the artifact, without building them')
            [CompletionResult]::new('--check', '--check', [CompletionResultType]::ParameterName, 'Only check the tree, for every environment; needs no images')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'seasense;diff' {
            [CompletionResult]::new('--infra-plan', '--infra-plan', [CompletionResultType]::ParameterName, 'Show the changes of this `OpenTofu` plan (the output of `tofu show -json`)')
            [CompletionResult]::new('--supply', '--supply', [CompletionResultType]::ParameterName, 'How images are supplied')
            [CompletionResult]::new('--jobs', '--jobs', [CompletionResultType]::ParameterName, 'Builds to run at once [default: the number of cores]')
            [CompletionResult]::new('--env', '--env', [CompletionResultType]::ParameterName, 'Environment: the name of a file in `envs/`, or `rehearsal-NAME`')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Directory of the project [default: the nearest parent directory with `envs/` and `gitops/`]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Format of the progress on standard error')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON (schemas: docs/schemas)')
            [CompletionResult]::new('--markdown', '--markdown', [CompletionResultType]::ParameterName, 'Print Markdown for a pull request, at most 60 kB')
            [CompletionResult]::new('--full', '--full', [CompletionResultType]::ParameterName, 'Show every line of long differences')
            [CompletionResult]::new('--exit-code', '--exit-code', [CompletionResultType]::ParameterName, 'Exit with 70 if anything differs')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'seasense;parity' {
            [CompletionResult]::new('--supply', '--supply', [CompletionResultType]::ParameterName, 'How images are supplied')
            [CompletionResult]::new('--jobs', '--jobs', [CompletionResultType]::ParameterName, 'Builds to run at once [default: the number of cores]')
            [CompletionResult]::new('--env', '--env', [CompletionResultType]::ParameterName, 'Environment: the name of a file in `envs/`, or `rehearsal-NAME`')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Directory of the project [default: the nearest parent directory with `envs/` and `gitops/`]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Format of the progress on standard error')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON (schemas: docs/schemas)')
            [CompletionResult]::new('--files-only', '--files-only', [CompletionResultType]::ParameterName, 'Compare the environment files only, without building manifests')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'seasense;artifact' {
            [CompletionResult]::new('--env', '--env', [CompletionResultType]::ParameterName, 'Environment: the name of a file in `envs/`, or `rehearsal-NAME`')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Directory of the project [default: the nearest parent directory with `envs/` and `gitops/`]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Format of the progress on standard error')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('publish', 'publish', [CompletionResultType]::ParameterValue, 'Supply the images, pack the tree, and copy both to a registry under the version from Git''s tags')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'seasense;artifact;publish' {
            [CompletionResult]::new('--supply', '--supply', [CompletionResultType]::ParameterName, 'How images are supplied')
            [CompletionResult]::new('--jobs', '--jobs', [CompletionResultType]::ParameterName, 'Builds to run at once [default: the number of cores]')
            [CompletionResult]::new('--to', '--to', [CompletionResultType]::ParameterName, 'Target registry, for example `rg.fr-par.scw.cloud/seasense` [default: the local registry]')
            [CompletionResult]::new('--env', '--env', [CompletionResultType]::ParameterName, 'Environment: the name of a file in `envs/`, or `rehearsal-NAME`')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Directory of the project [default: the nearest parent directory with `envs/` and `gitops/`]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Format of the progress on standard error')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON (schemas: docs/schemas)')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'seasense;artifact;help' {
            [CompletionResult]::new('publish', 'publish', [CompletionResultType]::ParameterValue, 'Supply the images, pack the tree, and copy both to a registry under the version from Git''s tags')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'seasense;artifact;help;publish' {
            break
        }
        'seasense;artifact;help;help' {
            break
        }
        'seasense;cost' {
            [CompletionResult]::new('--plan', '--plan', [CompletionResultType]::ParameterName, 'Price this OpenTofu plan (the output of `tofu show -json`) instead of the layout; - reads standard input')
            [CompletionResult]::new('--node-hours', '--node-hours', [CompletionResultType]::ParameterName, 'Hours per month that the nodes run [default: `node_hours` of each layout]')
            [CompletionResult]::new('--over-budget', '--over-budget', [CompletionResultType]::ParameterName, 'Allow exceeding the budget for this reason')
            [CompletionResult]::new('--env', '--env', [CompletionResultType]::ParameterName, 'Environment: the name of a file in `envs/`, or `rehearsal-NAME`')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Directory of the project [default: the nearest parent directory with `envs/` and `gitops/`]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Format of the progress on standard error')
            [CompletionResult]::new('--profiles', '--profiles', [CompletionResultType]::ParameterName, 'Compare the profiles of one environment and their trade-offs')
            [CompletionResult]::new('--gate', '--gate', [CompletionResultType]::ParameterName, 'Fail if an environment exceeds its budget')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON (schemas: docs/schemas)')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'seasense;trust' {
            [CompletionResult]::new('--env', '--env', [CompletionResultType]::ParameterName, 'Environment: the name of a file in `envs/`, or `rehearsal-NAME`')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Directory of the project [default: the nearest parent directory with `envs/` and `gitops/`]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Format of the progress on standard error')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('install', 'install', [CompletionResultType]::ParameterValue, 'Trust the environment''s certificate authority in the browsers and programs of this machine')
            [CompletionResult]::new('remove', 'remove', [CompletionResultType]::ParameterValue, 'Remove the installed certificates, and no others')
            [CompletionResult]::new('status', 'status', [CompletionResultType]::ParameterValue, 'Show which stores trust the environment, and verify it with a TLS handshake')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'seasense;trust;install' {
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'Only this store; can be repeated [default: all stores of this machine]')
            [CompletionResult]::new('--env', '--env', [CompletionResultType]::ParameterName, 'Environment: the name of a file in `envs/`, or `rehearsal-NAME`')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Directory of the project [default: the nearest parent directory with `envs/` and `gitops/`]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Format of the progress on standard error')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Make the changes without asking')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Make the changes without asking')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'seasense;trust;remove' {
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'Only this store; can be repeated [default: all stores of this machine]')
            [CompletionResult]::new('--env', '--env', [CompletionResultType]::ParameterName, 'Environment: the name of a file in `envs/`, or `rehearsal-NAME`')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Directory of the project [default: the nearest parent directory with `envs/` and `gitops/`]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Format of the progress on standard error')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Make the changes without asking')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Make the changes without asking')
            [CompletionResult]::new('--all', '--all', [CompletionResultType]::ParameterName, 'Remove the certificates of all environments of this machine, including removed ones')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'seasense;trust;status' {
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'Only this store; can be repeated [default: all stores of this machine]')
            [CompletionResult]::new('--env', '--env', [CompletionResultType]::ParameterName, 'Environment: the name of a file in `envs/`, or `rehearsal-NAME`')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Directory of the project [default: the nearest parent directory with `envs/` and `gitops/`]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Format of the progress on standard error')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print it as JSON (schema: docs/schemas/trust.v2.json)')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'seasense;trust;help' {
            [CompletionResult]::new('install', 'install', [CompletionResultType]::ParameterValue, 'Trust the environment''s certificate authority in the browsers and programs of this machine')
            [CompletionResult]::new('remove', 'remove', [CompletionResultType]::ParameterValue, 'Remove the installed certificates, and no others')
            [CompletionResult]::new('status', 'status', [CompletionResultType]::ParameterValue, 'Show which stores trust the environment, and verify it with a TLS handshake')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'seasense;trust;help;install' {
            break
        }
        'seasense;trust;help;remove' {
            break
        }
        'seasense;trust;help;status' {
            break
        }
        'seasense;trust;help;help' {
            break
        }
        'seasense;doctor' {
            [CompletionResult]::new('--env', '--env', [CompletionResultType]::ParameterName, 'Environment: the name of a file in `envs/`, or `rehearsal-NAME`')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Directory of the project [default: the nearest parent directory with `envs/` and `gitops/`]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Format of the progress on standard error')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON (schemas: docs/schemas)')
            [CompletionResult]::new('--fix', '--fix', [CompletionResultType]::ParameterName, 'Apply safe fixes, then check again')
            [CompletionResult]::new('--strict', '--strict', [CompletionResultType]::ParameterName, 'Exit with an error for warnings as well')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'seasense;diagnose' {
            [CompletionResult]::new('--out', '--out', [CompletionResultType]::ParameterName, 'File to write [default: a new file in the cache]')
            [CompletionResult]::new('--env', '--env', [CompletionResultType]::ParameterName, 'Environment: the name of a file in `envs/`, or `rehearsal-NAME`')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Directory of the project [default: the nearest parent directory with `envs/` and `gitops/`]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Format of the progress on standard error')
            [CompletionResult]::new('--no-logs', '--no-logs', [CompletionResultType]::ParameterName, 'Leave out all logs')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'seasense;timing' {
            [CompletionResult]::new('--env', '--env', [CompletionResultType]::ParameterName, 'Environment: the name of a file in `envs/`, or `rehearsal-NAME`')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Directory of the project [default: the nearest parent directory with `envs/` and `gitops/`]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Format of the progress on standard error')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print the run as JSON (schema: docs/schemas/timing.v2.json)')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'seasense;completions' {
            [CompletionResult]::new('--env', '--env', [CompletionResultType]::ParameterName, 'Environment: the name of a file in `envs/`, or `rehearsal-NAME`')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Directory of the project [default: the nearest parent directory with `envs/` and `gitops/`]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Format of the progress on standard error')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'seasense;man' {
            [CompletionResult]::new('--dir', '--dir', [CompletionResultType]::ParameterName, 'Write every page to this directory, created if missing, instead of printing `seasense.1`')
            [CompletionResult]::new('--env', '--env', [CompletionResultType]::ParameterName, 'Environment: the name of a file in `envs/`, or `rehearsal-NAME`')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Directory of the project [default: the nearest parent directory with `envs/` and `gitops/`]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Format of the progress on standard error')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'seasense;help' {
            [CompletionResult]::new('dev', 'dev', [CompletionResultType]::ParameterValue, 'Start the environment, or bring it up to date, and verify it')
            [CompletionResult]::new('ci', 'ci', [CompletionResultType]::ParameterValue, 'Run a command against an ephemeral environment')
            [CompletionResult]::new('down', 'down', [CompletionResultType]::ParameterValue, 'Remove the environment')
            [CompletionResult]::new('pause', 'pause', [CompletionResultType]::ParameterValue, 'Stop the environment and keep its data')
            [CompletionResult]::new('resume', 'resume', [CompletionResultType]::ParameterValue, 'Resume a paused environment and verify it')
            [CompletionResult]::new('snapshot', 'snapshot', [CompletionResultType]::ParameterValue, 'Save and load snapshots of the database')
            [CompletionResult]::new('promote', 'promote', [CompletionResultType]::ParameterValue, 'Promote an artifact digest to an environment')
            [CompletionResult]::new('rollback', 'rollback', [CompletionResultType]::ParameterValue, 'Roll back to a previously verified digest')
            [CompletionResult]::new('history', 'history', [CompletionResultType]::ParameterValue, 'Show the history of promotions and rollbacks and check its signatures')
            [CompletionResult]::new('status', 'status', [CompletionResultType]::ParameterValue, 'Show the state of the environment and its problems')
            [CompletionResult]::new('ls', 'ls', [CompletionResultType]::ParameterValue, 'List the environments of this machine')
            [CompletionResult]::new('gc', 'gc', [CompletionResultType]::ParameterValue, 'Remove orphaned environments')
            [CompletionResult]::new('logs', 'logs', [CompletionResultType]::ParameterValue, 'Show the logs of one part of the platform')
            [CompletionResult]::new('open', 'open', [CompletionResultType]::ParameterValue, 'Open the public page in a browser')
            [CompletionResult]::new('images', 'images', [CompletionResultType]::ParameterValue, 'Build, pull, list and verify images and upstream manifests')
            [CompletionResult]::new('infra', 'infra', [CompletionResultType]::ParameterValue, 'Create, change and remove the infrastructure of an environment at Scaleway')
            [CompletionResult]::new('render', 'render', [CompletionResultType]::ParameterValue, 'Print the manifests as Flux gets them')
            [CompletionResult]::new('diff', 'diff', [CompletionResultType]::ParameterValue, 'Compare two environments, commits, artifacts or the work tree')
            [CompletionResult]::new('parity', 'parity', [CompletionResultType]::ParameterValue, 'Check that environments differ only in reviewed variables')
            [CompletionResult]::new('artifact', 'artifact', [CompletionResultType]::ParameterValue, 'Publish the platform artifact')
            [CompletionResult]::new('cost', 'cost', [CompletionResultType]::ParameterValue, 'Show the monthly cost of environments and check their budgets')
            [CompletionResult]::new('trust', 'trust', [CompletionResultType]::ParameterValue, 'Install or remove trust in the environment''s certificate authority')
            [CompletionResult]::new('doctor', 'doctor', [CompletionResultType]::ParameterValue, 'Check that this machine can run the platform')
            [CompletionResult]::new('diagnose', 'diagnose', [CompletionResultType]::ParameterValue, 'Collect a diagnostics bundle without secrets')
            [CompletionResult]::new('timing', 'timing', [CompletionResultType]::ParameterValue, 'Show how long the steps of the last `dev` took')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Print a completion script for a shell')
            [CompletionResult]::new('man', 'man', [CompletionResultType]::ParameterValue, 'Print or write the manual pages')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'seasense;help;dev' {
            break
        }
        'seasense;help;ci' {
            break
        }
        'seasense;help;down' {
            break
        }
        'seasense;help;pause' {
            break
        }
        'seasense;help;resume' {
            break
        }
        'seasense;help;snapshot' {
            [CompletionResult]::new('save', 'save', [CompletionResultType]::ParameterValue, 'Save the current state of the database')
            [CompletionResult]::new('load', 'load', [CompletionResultType]::ParameterValue, 'Replace the current state of the database, which is lost, by a snapshot')
            [CompletionResult]::new('ls', 'ls', [CompletionResultType]::ParameterValue, 'List the snapshots')
            [CompletionResult]::new('rm', 'rm', [CompletionResultType]::ParameterValue, 'Remove a snapshot')
            break
        }
        'seasense;help;snapshot;save' {
            break
        }
        'seasense;help;snapshot;load' {
            break
        }
        'seasense;help;snapshot;ls' {
            break
        }
        'seasense;help;snapshot;rm' {
            break
        }
        'seasense;help;promote' {
            break
        }
        'seasense;help;rollback' {
            break
        }
        'seasense;help;history' {
            break
        }
        'seasense;help;status' {
            break
        }
        'seasense;help;ls' {
            break
        }
        'seasense;help;gc' {
            break
        }
        'seasense;help;logs' {
            break
        }
        'seasense;help;open' {
            break
        }
        'seasense;help;images' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the images in the supply lock')
            [CompletionResult]::new('build', 'build', [CompletionResultType]::ParameterValue, 'Build missing images from source packages and push them to the local registry')
            [CompletionResult]::new('pull', 'pull', [CompletionResultType]::ParameterValue, 'Copy the official images and manifests into the local registry')
            [CompletionResult]::new('pin', 'pin', [CompletionResultType]::ParameterValue, 'Write `infra/pins.toml` from the registries and show what changed')
            [CompletionResult]::new('push', 'push', [CompletionResultType]::ParameterValue, 'Push cached images to the local registry')
            [CompletionResult]::new('verify', 'verify', [CompletionResultType]::ParameterValue, 'Verify the content of the registry against the supply lock')
            [CompletionResult]::new('prune', 'prune', [CompletionResultType]::ParameterValue, 'Remove from a registry the images that no lock file, running environment or kept artifact references')
            break
        }
        'seasense;help;images;list' {
            break
        }
        'seasense;help;images;build' {
            break
        }
        'seasense;help;images;pull' {
            break
        }
        'seasense;help;images;pin' {
            break
        }
        'seasense;help;images;push' {
            break
        }
        'seasense;help;images;verify' {
            break
        }
        'seasense;help;images;prune' {
            break
        }
        'seasense;help;infra' {
            [CompletionResult]::new('plan', 'plan', [CompletionResultType]::ParameterValue, 'Show what would be created, changed and removed, without doing it')
            [CompletionResult]::new('apply', 'apply', [CompletionResultType]::ParameterValue, 'Apply the infrastructure modules, then deploy the digest of the environment''s lock file')
            [CompletionResult]::new('destroy', 'destroy', [CompletionResultType]::ParameterValue, 'Remove the environment, including resources that Kubernetes created, and list leftover resources')
            [CompletionResult]::new('scale', 'scale', [CompletionResultType]::ParameterValue, 'Scale the pools to zero nodes, or to the size in the environment''s file')
            break
        }
        'seasense;help;infra;plan' {
            break
        }
        'seasense;help;infra;apply' {
            break
        }
        'seasense;help;infra;destroy' {
            break
        }
        'seasense;help;infra;scale' {
            break
        }
        'seasense;help;render' {
            break
        }
        'seasense;help;diff' {
            break
        }
        'seasense;help;parity' {
            break
        }
        'seasense;help;artifact' {
            [CompletionResult]::new('publish', 'publish', [CompletionResultType]::ParameterValue, 'Supply the images, pack the tree, and copy both to a registry under the version from Git''s tags')
            break
        }
        'seasense;help;artifact;publish' {
            break
        }
        'seasense;help;cost' {
            break
        }
        'seasense;help;trust' {
            [CompletionResult]::new('install', 'install', [CompletionResultType]::ParameterValue, 'Trust the environment''s certificate authority in the browsers and programs of this machine')
            [CompletionResult]::new('remove', 'remove', [CompletionResultType]::ParameterValue, 'Remove the installed certificates, and no others')
            [CompletionResult]::new('status', 'status', [CompletionResultType]::ParameterValue, 'Show which stores trust the environment, and verify it with a TLS handshake')
            break
        }
        'seasense;help;trust;install' {
            break
        }
        'seasense;help;trust;remove' {
            break
        }
        'seasense;help;trust;status' {
            break
        }
        'seasense;help;doctor' {
            break
        }
        'seasense;help;diagnose' {
            break
        }
        'seasense;help;timing' {
            break
        }
        'seasense;help;completions' {
            break
        }
        'seasense;help;man' {
            break
        }
        'seasense;help;help' {
            break
        }
    })

    $completions.Where{ $_.CompletionText -like "$wordToComplete*" } |
        Sort-Object -Property ListItemText
}
