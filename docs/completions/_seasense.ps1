
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
            [CompletionResult]::new('--env', '--env', [CompletionResultType]::ParameterName, 'Environment to work on: the name of a file in `envs/`')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Folder of the project [default: the nearest one upwards with `envs/` and `gitops/`]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to show progress on standard error')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('dev', 'dev', [CompletionResultType]::ParameterValue, 'Bring the environment up, or up to date, and prove that it works')
            [CompletionResult]::new('ci', 'ci', [CompletionResultType]::ParameterValue, 'Bring up an environment of its own, check it, run a command against it, and remove it whatever happens')
            [CompletionResult]::new('down', 'down', [CompletionResultType]::ParameterValue, 'Remove the environment and prove that nothing is left')
            [CompletionResult]::new('pause', 'pause', [CompletionResultType]::ParameterValue, 'Free the machine: stop everything, keep data and certificates')
            [CompletionResult]::new('resume', 'resume', [CompletionResultType]::ParameterValue, 'Wake a paused environment exactly as it was, and prove that it works')
            [CompletionResult]::new('snapshot', 'snapshot', [CompletionResultType]::ParameterValue, 'Keep the database''s state under a name, and go back to it')
            [CompletionResult]::new('promote', 'promote', [CompletionResultType]::ParameterValue, 'Bring the digest that the environment before has run: gates, a commit, a watch, and back by itself where it is worse')
            [CompletionResult]::new('rollback', 'rollback', [CompletionResultType]::ParameterValue, 'Bring back a digest that was verified before')
            [CompletionResult]::new('history', 'history', [CompletionResultType]::ParameterValue, 'Show who brought what to an environment, when, how it was verified, and whether the signatures hold')
            [CompletionResult]::new('status', 'status', [CompletionResultType]::ParameterValue, 'Say what runs, at which digest, and what is wrong')
            [CompletionResult]::new('ls', 'ls', [CompletionResultType]::ParameterValue, 'List every environment of this machine')
            [CompletionResult]::new('gc', 'gc', [CompletionResultType]::ParameterValue, 'Remove what belongs to no living owner')
            [CompletionResult]::new('logs', 'logs', [CompletionResultType]::ParameterValue, 'Show the logs of one part of the platform')
            [CompletionResult]::new('open', 'open', [CompletionResultType]::ParameterValue, 'Open the public page in a browser')
            [CompletionResult]::new('images', 'images', [CompletionResultType]::ParameterValue, 'Make, list and check the images and upstream manifests')
            [CompletionResult]::new('infra', 'infra', [CompletionResultType]::ParameterValue, 'Make, change and remove what an environment runs on at Scaleway')
            [CompletionResult]::new('render', 'render', [CompletionResultType]::ParameterValue, 'Print the tree exactly as Flux will get it')
            [CompletionResult]::new('diff', 'diff', [CompletionResultType]::ParameterValue, 'Say in what two environments, commits, artifacts or the work tree differ')
            [CompletionResult]::new('parity', 'parity', [CompletionResultType]::ParameterValue, 'Prove that environments differ in nothing but what was reviewed')
            [CompletionResult]::new('artifact', 'artifact', [CompletionResultType]::ParameterValue, 'Publish what other environments are to run')
            [CompletionResult]::new('cost', 'cost', [CompletionResultType]::ParameterValue, 'Say what environments cost a month, and whether that is within their budgets')
            [CompletionResult]::new('trust', 'trust', [CompletionResultType]::ParameterValue, 'Let this machine''s browsers and programs trust the environment, or take it back')
            [CompletionResult]::new('doctor', 'doctor', [CompletionResultType]::ParameterValue, 'Check that this machine can run the platform')
            [CompletionResult]::new('diagnose', 'diagnose', [CompletionResultType]::ParameterValue, 'Pack everything that tells why the environment is as it is, without secrets')
            [CompletionResult]::new('timing', 'timing', [CompletionResultType]::ParameterValue, 'Say where the time of the last `dev` went')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Print a completion script for a shell')
            [CompletionResult]::new('man', 'man', [CompletionResultType]::ParameterValue, 'Print the manual page, or write those of every command')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'seasense;dev' {
            [CompletionResult]::new('--supply', '--supply', [CompletionResultType]::ParameterName, 'Where images come from')
            [CompletionResult]::new('--jobs', '--jobs', [CompletionResultType]::ParameterName, 'Builds to run at once [default: the number of cores]')
            [CompletionResult]::new('--wait-lock', '--wait-lock', [CompletionResultType]::ParameterName, 'Wait this long for another run on the environment to end, instead of refusing at once')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Give up waiting for the platform after this many seconds')
            [CompletionResult]::new('--ttl', '--ttl', [CompletionResultType]::ParameterName, 'Remove the environment after this time, for example `8h`, whatever runs then; a later run may set it anew')
            [CompletionResult]::new('--env', '--env', [CompletionResultType]::ParameterName, 'Environment to work on: the name of a file in `envs/`')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Folder of the project [default: the nearest one upwards with `envs/` and `gitops/`]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to show progress on standard error')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Print what would be done, and do nothing to the cluster')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'With `--dry-run`, print the plan as JSON for programs, as `docs/schemas` describes it')
            [CompletionResult]::new('--recreate', '--recreate', [CompletionResultType]::ParameterName, 'Remove the cluster first, with its data, and make it anew')
            [CompletionResult]::new('--watch', '--watch', [CompletionResultType]::ParameterName, 'Go on: apply what changes in the checkout as soon as it is saved, until Ctrl-C')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'seasense;ci' {
            [CompletionResult]::new('--supply', '--supply', [CompletionResultType]::ParameterName, 'Where images come from')
            [CompletionResult]::new('--jobs', '--jobs', [CompletionResultType]::ParameterName, 'Builds to run at once [default: the number of cores]')
            [CompletionResult]::new('--junit', '--junit', [CompletionResultType]::ParameterName, 'Write a JUnit report: a case per step, phase, health check, acceptance check and command')
            [CompletionResult]::new('--events', '--events', [CompletionResultType]::ParameterName, 'Write every event as a line of JSON')
            [CompletionResult]::new('--ttl', '--ttl', [CompletionResultType]::ParameterName, 'Give up after this time; two minutes later the environment goes even if this process hangs')
            [CompletionResult]::new('--env', '--env', [CompletionResultType]::ParameterName, 'Environment to work on: the name of a file in `envs/`')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Folder of the project [default: the nearest one upwards with `envs/` and `gitops/`]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to show progress on standard error')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'seasense;down' {
            [CompletionResult]::new('--wait-lock', '--wait-lock', [CompletionResultType]::ParameterName, 'Wait this long for another run on the environment to end, instead of refusing at once')
            [CompletionResult]::new('--env', '--env', [CompletionResultType]::ParameterName, 'Environment to work on: the name of a file in `envs/`')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Folder of the project [default: the nearest one upwards with `envs/` and `gitops/`]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to show progress on standard error')
            [CompletionResult]::new('--keep-data', '--keep-data', [CompletionResultType]::ParameterName, 'Stop everything but keep the data: the same as `seasense pause`')
            [CompletionResult]::new('--all', '--all', [CompletionResultType]::ParameterName, 'Remove the local registry and its network as well, unless another environment uses them')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON for programs, as `docs/schemas` describes it')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'seasense;pause' {
            [CompletionResult]::new('--wait-lock', '--wait-lock', [CompletionResultType]::ParameterName, 'Wait this long for another run on the environment to end, instead of refusing at once')
            [CompletionResult]::new('--env', '--env', [CompletionResultType]::ParameterName, 'Environment to work on: the name of a file in `envs/`')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Folder of the project [default: the nearest one upwards with `envs/` and `gitops/`]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to show progress on standard error')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON for programs, as `docs/schemas` describes it')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'seasense;resume' {
            [CompletionResult]::new('--wait-lock', '--wait-lock', [CompletionResultType]::ParameterName, 'Wait this long for another run on the environment to end, instead of refusing at once')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Give up waiting for the platform after this many seconds')
            [CompletionResult]::new('--env', '--env', [CompletionResultType]::ParameterName, 'Environment to work on: the name of a file in `envs/`')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Folder of the project [default: the nearest one upwards with `envs/` and `gitops/`]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to show progress on standard error')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON for programs, as `docs/schemas` describes it')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'seasense;snapshot' {
            [CompletionResult]::new('--wait-lock', '--wait-lock', [CompletionResultType]::ParameterName, 'Wait this long for another run on the environment to end, instead of refusing at once')
            [CompletionResult]::new('--env', '--env', [CompletionResultType]::ParameterName, 'Environment to work on: the name of a file in `envs/`')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Folder of the project [default: the nearest one upwards with `envs/` and `gitops/`]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to show progress on standard error')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('save', 'save', [CompletionResultType]::ParameterValue, 'Keep the database''s present state')
            [CompletionResult]::new('load', 'load', [CompletionResultType]::ParameterValue, 'Put a kept state in the place of the present one, which is lost')
            [CompletionResult]::new('ls', 'ls', [CompletionResultType]::ParameterValue, 'List what is kept')
            [CompletionResult]::new('rm', 'rm', [CompletionResultType]::ParameterValue, 'Remove a kept state')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'seasense;snapshot;save' {
            [CompletionResult]::new('--env', '--env', [CompletionResultType]::ParameterName, 'Environment to work on: the name of a file in `envs/`')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Folder of the project [default: the nearest one upwards with `envs/` and `gitops/`]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to show progress on standard error')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print it as JSON (schema: docs/schemas/snapshots.v1.json)')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'seasense;snapshot;load' {
            [CompletionResult]::new('--env', '--env', [CompletionResultType]::ParameterName, 'Environment to work on: the name of a file in `envs/`')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Folder of the project [default: the nearest one upwards with `envs/` and `gitops/`]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to show progress on standard error')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print what was loaded as JSON (schema: docs/schemas/snapshots.v1.json)')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'seasense;snapshot;ls' {
            [CompletionResult]::new('--env', '--env', [CompletionResultType]::ParameterName, 'Environment to work on: the name of a file in `envs/`')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Folder of the project [default: the nearest one upwards with `envs/` and `gitops/`]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to show progress on standard error')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print the list as JSON (schema: docs/schemas/snapshots.v1.json)')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'seasense;snapshot;rm' {
            [CompletionResult]::new('--env', '--env', [CompletionResultType]::ParameterName, 'Environment to work on: the name of a file in `envs/`')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Folder of the project [default: the nearest one upwards with `envs/` and `gitops/`]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to show progress on standard error')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'seasense;snapshot;help' {
            [CompletionResult]::new('save', 'save', [CompletionResultType]::ParameterValue, 'Keep the database''s present state')
            [CompletionResult]::new('load', 'load', [CompletionResultType]::ParameterValue, 'Put a kept state in the place of the present one, which is lost')
            [CompletionResult]::new('ls', 'ls', [CompletionResultType]::ParameterValue, 'List what is kept')
            [CompletionResult]::new('rm', 'rm', [CompletionResultType]::ParameterValue, 'Remove a kept state')
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
            [CompletionResult]::new('--digest', '--digest', [CompletionResultType]::ParameterName, 'The digest that must run in the source [default: the one that runs there]')
            [CompletionResult]::new('--over-budget', '--over-budget', [CompletionResultType]::ParameterName, 'Why it may cost more than the budget; recorded')
            [CompletionResult]::new('--canary', '--canary', [CompletionResultType]::ParameterName, 'Give it this share of the API''s requests first, 1 to 50, beside the backend that runs')
            [CompletionResult]::new('--wait-lock', '--wait-lock', [CompletionResultType]::ParameterName, 'Wait this long for another run on the environment to end, instead of refusing at once')
            [CompletionResult]::new('--env', '--env', [CompletionResultType]::ParameterName, 'Environment to work on: the name of a file in `envs/`')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Folder of the project [default: the nearest one upwards with `envs/` and `gitops/`]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to show progress on standard error')
            [CompletionResult]::new('--rehearse', '--rehearse', [CompletionResultType]::ParameterName, 'Use a second real cluster on this machine in the environment''s place')
            [CompletionResult]::new('--wait-soak', '--wait-soak', [CompletionResultType]::ParameterName, 'Wait until the source is Ready and has been so for the soak time, instead of being refused')
            [CompletionResult]::new('--keep', '--keep', [CompletionResultType]::ParameterName, 'Leave the rehearsal''s cluster as it is, to look at it or to go on to the next environment; one that stood before stays anyway')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Show the gates and what would change in the lock file, and change nothing')
            [CompletionResult]::new('--push', '--push', [CompletionResultType]::ParameterName, 'Without a forge: push the commits to the remote `origin`')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON for programs, as `docs/schemas` describes it')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'seasense;rollback' {
            [CompletionResult]::new('--to', '--to', [CompletionResultType]::ParameterName, 'The digest to go back to, one that was verified there [default: the last one before the present one]')
            [CompletionResult]::new('--wait-lock', '--wait-lock', [CompletionResultType]::ParameterName, 'Wait this long for another run on the environment to end, instead of refusing at once')
            [CompletionResult]::new('--env', '--env', [CompletionResultType]::ParameterName, 'Environment to work on: the name of a file in `envs/`')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Folder of the project [default: the nearest one upwards with `envs/` and `gitops/`]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to show progress on standard error')
            [CompletionResult]::new('--rehearse', '--rehearse', [CompletionResultType]::ParameterName, 'Use the second cluster on this machine that `promote --rehearse` has made')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Show the gates and what would change in the lock file, and change nothing')
            [CompletionResult]::new('--push', '--push', [CompletionResultType]::ParameterName, 'Without a forge: push the commits to the remote `origin`')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON for programs, as `docs/schemas` describes it')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'seasense;history' {
            [CompletionResult]::new('--env', '--env', [CompletionResultType]::ParameterName, 'Environment to work on: the name of a file in `envs/`')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Folder of the project [default: the nearest one upwards with `envs/` and `gitops/`]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to show progress on standard error')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON for programs, as `docs/schemas` describes it')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'seasense;status' {
            [CompletionResult]::new('--env', '--env', [CompletionResultType]::ParameterName, 'Environment to work on: the name of a file in `envs/`')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Folder of the project [default: the nearest one upwards with `envs/` and `gitops/`]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to show progress on standard error')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON for programs, as `docs/schemas` describes it')
            [CompletionResult]::new('-w', '-w', [CompletionResultType]::ParameterName, 'Go on looking, every two seconds, as a full-screen view; `q` ends it')
            [CompletionResult]::new('--watch', '--watch', [CompletionResultType]::ParameterName, 'Go on looking, every two seconds, as a full-screen view; `q` ends it')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'seasense;ls' {
            [CompletionResult]::new('--env', '--env', [CompletionResultType]::ParameterName, 'Environment to work on: the name of a file in `envs/`')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Folder of the project [default: the nearest one upwards with `envs/` and `gitops/`]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to show progress on standard error')
            [CompletionResult]::new('--size', '--size', [CompletionResultType]::ParameterName, 'Measure how much disk each one takes; the daemon needs a moment for that')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON for programs, as `docs/schemas` describes it')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'seasense;gc' {
            [CompletionResult]::new('--env', '--env', [CompletionResultType]::ParameterName, 'Environment to work on: the name of a file in `envs/`')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Folder of the project [default: the nearest one upwards with `envs/` and `gitops/`]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to show progress on standard error')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Say what would go, and remove nothing')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON for programs, as `docs/schemas` describes it')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'seasense;logs' {
            [CompletionResult]::new('--tail', '--tail', [CompletionResultType]::ParameterName, 'How many of the last lines of each container to show')
            [CompletionResult]::new('--env', '--env', [CompletionResultType]::ParameterName, 'Environment to work on: the name of a file in `envs/`')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Folder of the project [default: the nearest one upwards with `envs/` and `gitops/`]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to show progress on standard error')
            [CompletionResult]::new('-f', '-f', [CompletionResultType]::ParameterName, 'Go on with new lines until interrupted')
            [CompletionResult]::new('--follow', '--follow', [CompletionResultType]::ParameterName, 'Go on with new lines until interrupted')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'seasense;open' {
            [CompletionResult]::new('--env', '--env', [CompletionResultType]::ParameterName, 'Environment to work on: the name of a file in `envs/`')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Folder of the project [default: the nearest one upwards with `envs/` and `gitops/`]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to show progress on standard error')
            [CompletionResult]::new('--print', '--print', [CompletionResultType]::ParameterName, 'Print the address instead of opening it')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'seasense;images' {
            [CompletionResult]::new('--env', '--env', [CompletionResultType]::ParameterName, 'Environment to work on: the name of a file in `envs/`')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Folder of the project [default: the nearest one upwards with `envs/` and `gitops/`]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to show progress on standard error')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the images of the lock')
            [CompletionResult]::new('build', 'build', [CompletionResultType]::ParameterValue, 'Build what is missing from source packages, and push it to the local registry')
            [CompletionResult]::new('pull', 'pull', [CompletionResultType]::ParameterValue, 'Copy the official images and manifests into the local registry')
            [CompletionResult]::new('push', 'push', [CompletionResultType]::ParameterValue, 'Push what the cache holds to the local registry')
            [CompletionResult]::new('verify', 'verify', [CompletionResultType]::ParameterValue, 'Hash everything in the registry again and compare it with the lock')
            [CompletionResult]::new('prune', 'prune', [CompletionResultType]::ParameterValue, 'Remove from a registry what neither a lock file, nor a running environment, nor a kept artifact names')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'seasense;images;list' {
            [CompletionResult]::new('--supply', '--supply', [CompletionResultType]::ParameterName, 'Where images come from')
            [CompletionResult]::new('--jobs', '--jobs', [CompletionResultType]::ParameterName, 'Builds to run at once [default: the number of cores]')
            [CompletionResult]::new('--env', '--env', [CompletionResultType]::ParameterName, 'Environment to work on: the name of a file in `envs/`')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Folder of the project [default: the nearest one upwards with `envs/` and `gitops/`]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to show progress on standard error')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON for programs, as `docs/schemas` describes it')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'seasense;images;build' {
            [CompletionResult]::new('--jobs', '--jobs', [CompletionResultType]::ParameterName, 'Builds to run at once [default: the number of cores]')
            [CompletionResult]::new('--env', '--env', [CompletionResultType]::ParameterName, 'Environment to work on: the name of a file in `envs/`')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Folder of the project [default: the nearest one upwards with `envs/` and `gitops/`]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to show progress on standard error')
            [CompletionResult]::new('--refresh', '--refresh', [CompletionResultType]::ParameterName, 'Make the roots of Debian packages again, of the packages of today')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'seasense;images;pull' {
            [CompletionResult]::new('--env', '--env', [CompletionResultType]::ParameterName, 'Environment to work on: the name of a file in `envs/`')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Folder of the project [default: the nearest one upwards with `envs/` and `gitops/`]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to show progress on standard error')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'seasense;images;push' {
            [CompletionResult]::new('--supply', '--supply', [CompletionResultType]::ParameterName, 'Where images come from')
            [CompletionResult]::new('--jobs', '--jobs', [CompletionResultType]::ParameterName, 'Builds to run at once [default: the number of cores]')
            [CompletionResult]::new('--env', '--env', [CompletionResultType]::ParameterName, 'Environment to work on: the name of a file in `envs/`')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Folder of the project [default: the nearest one upwards with `envs/` and `gitops/`]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to show progress on standard error')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'seasense;images;verify' {
            [CompletionResult]::new('--supply', '--supply', [CompletionResultType]::ParameterName, 'Where images come from')
            [CompletionResult]::new('--jobs', '--jobs', [CompletionResultType]::ParameterName, 'Builds to run at once [default: the number of cores]')
            [CompletionResult]::new('--env', '--env', [CompletionResultType]::ParameterName, 'Environment to work on: the name of a file in `envs/`')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Folder of the project [default: the nearest one upwards with `envs/` and `gitops/`]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to show progress on standard error')
            [CompletionResult]::new('--rebuild', '--rebuild', [CompletionResultType]::ParameterName, 'Build them again from nothing instead, and compare both builds bit for bit')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'seasense;images;prune' {
            [CompletionResult]::new('--registry', '--registry', [CompletionResultType]::ParameterName, 'Where the images are, for example `rg.fr-par.scw.cloud/seasense`')
            [CompletionResult]::new('--keep', '--keep', [CompletionResultType]::ParameterName, 'How many of each repository stay although nothing names them: the newest ones')
            [CompletionResult]::new('--in-use', '--in-use', [CompletionResultType]::ParameterName, 'A digest that stays with everything it names, beside those of the lock files; may be given several times')
            [CompletionResult]::new('--env', '--env', [CompletionResultType]::ParameterName, 'Environment to work on: the name of a file in `envs/`')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Folder of the project [default: the nearest one upwards with `envs/` and `gitops/`]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to show progress on standard error')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Say what would go, and remove nothing')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON for programs, as `docs/schemas` describes it')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'seasense;images;help' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the images of the lock')
            [CompletionResult]::new('build', 'build', [CompletionResultType]::ParameterValue, 'Build what is missing from source packages, and push it to the local registry')
            [CompletionResult]::new('pull', 'pull', [CompletionResultType]::ParameterValue, 'Copy the official images and manifests into the local registry')
            [CompletionResult]::new('push', 'push', [CompletionResultType]::ParameterValue, 'Push what the cache holds to the local registry')
            [CompletionResult]::new('verify', 'verify', [CompletionResultType]::ParameterValue, 'Hash everything in the registry again and compare it with the lock')
            [CompletionResult]::new('prune', 'prune', [CompletionResultType]::ParameterValue, 'Remove from a registry what neither a lock file, nor a running environment, nor a kept artifact names')
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
            [CompletionResult]::new('--env', '--env', [CompletionResultType]::ParameterName, 'Environment to work on: the name of a file in `envs/`')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Folder of the project [default: the nearest one upwards with `envs/` and `gitops/`]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to show progress on standard error')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('plan', 'plan', [CompletionResultType]::ParameterValue, 'Show what would be made, changed and removed, and do none of it')
            [CompletionResult]::new('apply', 'apply', [CompletionResultType]::ParameterValue, 'Make and change what the modules say, then see that Flux follows the digest of the environment''s lock file')
            [CompletionResult]::new('destroy', 'destroy', [CompletionResultType]::ParameterValue, 'Remove the environment, what Kubernetes made of its own too, and tell everything that is left and paid for')
            [CompletionResult]::new('scale', 'scale', [CompletionResultType]::ParameterValue, 'Tell the pools how many nodes to have: none in off hours, or what the environment''s file says')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'seasense;infra;plan' {
            [CompletionResult]::new('--state', '--state', [CompletionResultType]::ParameterName, 'Where OpenTofu''s state is kept')
            [CompletionResult]::new('--save', '--save', [CompletionResultType]::ParameterName, 'Write the plan for others to read, for example `seasense cost --plan`: JSON as OpenTofu writes it, without secrets')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Folder of the project [default: the nearest one upwards with `envs/` and `gitops/`]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to show progress on standard error')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON for programs, as `docs/schemas` describes it')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'seasense;infra;apply' {
            [CompletionResult]::new('--state', '--state', [CompletionResultType]::ParameterName, 'Where OpenTofu''s state is kept')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Folder of the project [default: the nearest one upwards with `envs/` and `gitops/`]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to show progress on standard error')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do it without asking')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON for programs, as `docs/schemas` describes it')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'seasense;infra;destroy' {
            [CompletionResult]::new('--state', '--state', [CompletionResultType]::ParameterName, 'Where OpenTofu''s state is kept')
            [CompletionResult]::new('--wait', '--wait', [CompletionResultType]::ParameterName, 'Wait so long for what goes slowly before it counts as left')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Folder of the project [default: the nearest one upwards with `envs/` and `gitops/`]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to show progress on standard error')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do it without asking')
            [CompletionResult]::new('--with-backups', '--with-backups', [CompletionResultType]::ParameterName, 'Remove the bucket of the backups as well, with every backup in it')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON for programs, as `docs/schemas` describes it')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'seasense;infra;scale' {
            [CompletionResult]::new('--state', '--state', [CompletionResultType]::ParameterName, 'Where OpenTofu''s state is kept')
            [CompletionResult]::new('--to', '--to', [CompletionResultType]::ParameterName, 'How many')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Folder of the project [default: the nearest one upwards with `envs/` and `gitops/`]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to show progress on standard error')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON for programs, as `docs/schemas` describes it')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'seasense;infra;help' {
            [CompletionResult]::new('plan', 'plan', [CompletionResultType]::ParameterValue, 'Show what would be made, changed and removed, and do none of it')
            [CompletionResult]::new('apply', 'apply', [CompletionResultType]::ParameterValue, 'Make and change what the modules say, then see that Flux follows the digest of the environment''s lock file')
            [CompletionResult]::new('destroy', 'destroy', [CompletionResultType]::ParameterValue, 'Remove the environment, what Kubernetes made of its own too, and tell everything that is left and paid for')
            [CompletionResult]::new('scale', 'scale', [CompletionResultType]::ParameterValue, 'Tell the pools how many nodes to have: none in off hours, or what the environment''s file says')
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
            [CompletionResult]::new('--supply', '--supply', [CompletionResultType]::ParameterName, 'Where images come from')
            [CompletionResult]::new('--jobs', '--jobs', [CompletionResultType]::ParameterName, 'Builds to run at once [default: the number of cores]')
            [CompletionResult]::new('--env', '--env', [CompletionResultType]::ParameterName, 'Environment to work on: the name of a file in `envs/`')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Folder of the project [default: the nearest one upwards with `envs/` and `gitops/`]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to show progress on standard error')
            [CompletionResult]::new('--raw', '--raw', [CompletionResultType]::ParameterName, 'Leave the environment''s variables unfilled, as they are in the artifact')
            [CompletionResult]::new('--check', '--check', [CompletionResultType]::ParameterName, 'Only check the tree; needs no images')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'seasense;diff' {
            [CompletionResult]::new('--infra-plan', '--infra-plan', [CompletionResultType]::ParameterName, 'Show what this plan of `OpenTofu` would change (the output of `tofu show -json`)')
            [CompletionResult]::new('--supply', '--supply', [CompletionResultType]::ParameterName, 'Where images come from')
            [CompletionResult]::new('--jobs', '--jobs', [CompletionResultType]::ParameterName, 'Builds to run at once [default: the number of cores]')
            [CompletionResult]::new('--env', '--env', [CompletionResultType]::ParameterName, 'Environment to work on: the name of a file in `envs/`')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Folder of the project [default: the nearest one upwards with `envs/` and `gitops/`]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to show progress on standard error')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON for programs, as `docs/schemas` describes it')
            [CompletionResult]::new('--markdown', '--markdown', [CompletionResultType]::ParameterName, 'Print Markdown for a pull request, at most 60 kB')
            [CompletionResult]::new('--full', '--full', [CompletionResultType]::ParameterName, 'Show every line, however many there are')
            [CompletionResult]::new('--exit-code', '--exit-code', [CompletionResultType]::ParameterName, 'Exit with 70 where anything differs')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'seasense;parity' {
            [CompletionResult]::new('--supply', '--supply', [CompletionResultType]::ParameterName, 'Where images come from')
            [CompletionResult]::new('--jobs', '--jobs', [CompletionResultType]::ParameterName, 'Builds to run at once [default: the number of cores]')
            [CompletionResult]::new('--env', '--env', [CompletionResultType]::ParameterName, 'Environment to work on: the name of a file in `envs/`')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Folder of the project [default: the nearest one upwards with `envs/` and `gitops/`]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to show progress on standard error')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON for programs, as `docs/schemas` describes it')
            [CompletionResult]::new('--files-only', '--files-only', [CompletionResultType]::ParameterName, 'Compare the environment files only, without building what Flux would apply')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'seasense;artifact' {
            [CompletionResult]::new('--env', '--env', [CompletionResultType]::ParameterName, 'Environment to work on: the name of a file in `envs/`')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Folder of the project [default: the nearest one upwards with `envs/` and `gitops/`]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to show progress on standard error')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('publish', 'publish', [CompletionResultType]::ParameterValue, 'Make the images, pack the tree, and copy both by digest to a registry, under the version that Git''s tags give')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'seasense;artifact;publish' {
            [CompletionResult]::new('--supply', '--supply', [CompletionResultType]::ParameterName, 'Where images come from')
            [CompletionResult]::new('--jobs', '--jobs', [CompletionResultType]::ParameterName, 'Builds to run at once [default: the number of cores]')
            [CompletionResult]::new('--to', '--to', [CompletionResultType]::ParameterName, 'Where it goes, for example `rg.fr-par.scw.cloud/seasense` [default: the local registry]')
            [CompletionResult]::new('--env', '--env', [CompletionResultType]::ParameterName, 'Environment to work on: the name of a file in `envs/`')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Folder of the project [default: the nearest one upwards with `envs/` and `gitops/`]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to show progress on standard error')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON for programs, as `docs/schemas` describes it')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'seasense;artifact;help' {
            [CompletionResult]::new('publish', 'publish', [CompletionResultType]::ParameterValue, 'Make the images, pack the tree, and copy both by digest to a registry, under the version that Git''s tags give')
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
            [CompletionResult]::new('--plan', '--plan', [CompletionResultType]::ParameterName, 'Price this plan of OpenTofu, as `tofu show -json` writes it, instead of the environment''s layout; - reads standard input')
            [CompletionResult]::new('--node-hours', '--node-hours', [CompletionResultType]::ParameterName, 'Hours a month that the nodes run [default: what each environment''s layout means them to]')
            [CompletionResult]::new('--over-budget', '--over-budget', [CompletionResultType]::ParameterName, 'Allow what is over its budget, and say why')
            [CompletionResult]::new('--env', '--env', [CompletionResultType]::ParameterName, 'Environment to work on: the name of a file in `envs/`')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Folder of the project [default: the nearest one upwards with `envs/` and `gitops/`]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to show progress on standard error')
            [CompletionResult]::new('--profiles', '--profiles', [CompletionResultType]::ParameterName, 'Compare the profiles of one environment, with what each one gives up')
            [CompletionResult]::new('--gate', '--gate', [CompletionResultType]::ParameterName, 'Refuse what is over its budget')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON for programs, as `docs/schemas` describes it')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'seasense;trust' {
            [CompletionResult]::new('--env', '--env', [CompletionResultType]::ParameterName, 'Environment to work on: the name of a file in `envs/`')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Folder of the project [default: the nearest one upwards with `envs/` and `gitops/`]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to show progress on standard error')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('install', 'install', [CompletionResultType]::ParameterValue, 'Let the browsers and programs of this machine trust the environment''s authority')
            [CompletionResult]::new('remove', 'remove', [CompletionResultType]::ParameterValue, 'Take it back: exactly the certificates that were installed, and no other')
            [CompletionResult]::new('status', 'status', [CompletionResultType]::ParameterValue, 'Show what is trusted where, and prove it by a TLS handshake')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'seasense;trust;install' {
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'Only this store; may be given several times [default: every one that is here]')
            [CompletionResult]::new('--env', '--env', [CompletionResultType]::ParameterName, 'Environment to work on: the name of a file in `envs/`')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Folder of the project [default: the nearest one upwards with `envs/` and `gitops/`]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to show progress on standard error')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do it without asking')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do it without asking')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'seasense;trust;remove' {
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'Only this store; may be given several times [default: every one that is here]')
            [CompletionResult]::new('--env', '--env', [CompletionResultType]::ParameterName, 'Environment to work on: the name of a file in `envs/`')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Folder of the project [default: the nearest one upwards with `envs/` and `gitops/`]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to show progress on standard error')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do it without asking')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do it without asking')
            [CompletionResult]::new('--all', '--all', [CompletionResultType]::ParameterName, 'What was installed for any environment of this machine, also for those that are gone')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'seasense;trust;status' {
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'Only this store; may be given several times [default: every one that is here]')
            [CompletionResult]::new('--env', '--env', [CompletionResultType]::ParameterName, 'Environment to work on: the name of a file in `envs/`')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Folder of the project [default: the nearest one upwards with `envs/` and `gitops/`]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to show progress on standard error')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print it as JSON (schema: docs/schemas/trust.v1.json)')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'seasense;trust;help' {
            [CompletionResult]::new('install', 'install', [CompletionResultType]::ParameterValue, 'Let the browsers and programs of this machine trust the environment''s authority')
            [CompletionResult]::new('remove', 'remove', [CompletionResultType]::ParameterValue, 'Take it back: exactly the certificates that were installed, and no other')
            [CompletionResult]::new('status', 'status', [CompletionResultType]::ParameterValue, 'Show what is trusted where, and prove it by a TLS handshake')
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
            [CompletionResult]::new('--env', '--env', [CompletionResultType]::ParameterName, 'Environment to work on: the name of a file in `envs/`')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Folder of the project [default: the nearest one upwards with `envs/` and `gitops/`]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to show progress on standard error')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON for programs, as `docs/schemas` describes it')
            [CompletionResult]::new('--fix', '--fix', [CompletionResultType]::ParameterName, 'Do what can be done safely about what is found, then examine again')
            [CompletionResult]::new('--strict', '--strict', [CompletionResultType]::ParameterName, 'Exit with an error for warnings too')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'seasense;diagnose' {
            [CompletionResult]::new('--out', '--out', [CompletionResultType]::ParameterName, 'File to write [default: a new one in the cache]')
            [CompletionResult]::new('--env', '--env', [CompletionResultType]::ParameterName, 'Environment to work on: the name of a file in `envs/`')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Folder of the project [default: the nearest one upwards with `envs/` and `gitops/`]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to show progress on standard error')
            [CompletionResult]::new('--no-logs', '--no-logs', [CompletionResultType]::ParameterName, 'Leave out all logs')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'seasense;timing' {
            [CompletionResult]::new('--env', '--env', [CompletionResultType]::ParameterName, 'Environment to work on: the name of a file in `envs/`')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Folder of the project [default: the nearest one upwards with `envs/` and `gitops/`]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to show progress on standard error')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print the run as JSON (schema: docs/schemas/timing.v1.json)')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'seasense;completions' {
            [CompletionResult]::new('--env', '--env', [CompletionResultType]::ParameterName, 'Environment to work on: the name of a file in `envs/`')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Folder of the project [default: the nearest one upwards with `envs/` and `gitops/`]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to show progress on standard error')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'seasense;man' {
            [CompletionResult]::new('--dir', '--dir', [CompletionResultType]::ParameterName, 'Write every page into this folder, made where it does not exist, instead of printing `seasense.1`')
            [CompletionResult]::new('--env', '--env', [CompletionResultType]::ParameterName, 'Environment to work on: the name of a file in `envs/`')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Folder of the project [default: the nearest one upwards with `envs/` and `gitops/`]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How to show progress on standard error')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'seasense;help' {
            [CompletionResult]::new('dev', 'dev', [CompletionResultType]::ParameterValue, 'Bring the environment up, or up to date, and prove that it works')
            [CompletionResult]::new('ci', 'ci', [CompletionResultType]::ParameterValue, 'Bring up an environment of its own, check it, run a command against it, and remove it whatever happens')
            [CompletionResult]::new('down', 'down', [CompletionResultType]::ParameterValue, 'Remove the environment and prove that nothing is left')
            [CompletionResult]::new('pause', 'pause', [CompletionResultType]::ParameterValue, 'Free the machine: stop everything, keep data and certificates')
            [CompletionResult]::new('resume', 'resume', [CompletionResultType]::ParameterValue, 'Wake a paused environment exactly as it was, and prove that it works')
            [CompletionResult]::new('snapshot', 'snapshot', [CompletionResultType]::ParameterValue, 'Keep the database''s state under a name, and go back to it')
            [CompletionResult]::new('promote', 'promote', [CompletionResultType]::ParameterValue, 'Bring the digest that the environment before has run: gates, a commit, a watch, and back by itself where it is worse')
            [CompletionResult]::new('rollback', 'rollback', [CompletionResultType]::ParameterValue, 'Bring back a digest that was verified before')
            [CompletionResult]::new('history', 'history', [CompletionResultType]::ParameterValue, 'Show who brought what to an environment, when, how it was verified, and whether the signatures hold')
            [CompletionResult]::new('status', 'status', [CompletionResultType]::ParameterValue, 'Say what runs, at which digest, and what is wrong')
            [CompletionResult]::new('ls', 'ls', [CompletionResultType]::ParameterValue, 'List every environment of this machine')
            [CompletionResult]::new('gc', 'gc', [CompletionResultType]::ParameterValue, 'Remove what belongs to no living owner')
            [CompletionResult]::new('logs', 'logs', [CompletionResultType]::ParameterValue, 'Show the logs of one part of the platform')
            [CompletionResult]::new('open', 'open', [CompletionResultType]::ParameterValue, 'Open the public page in a browser')
            [CompletionResult]::new('images', 'images', [CompletionResultType]::ParameterValue, 'Make, list and check the images and upstream manifests')
            [CompletionResult]::new('infra', 'infra', [CompletionResultType]::ParameterValue, 'Make, change and remove what an environment runs on at Scaleway')
            [CompletionResult]::new('render', 'render', [CompletionResultType]::ParameterValue, 'Print the tree exactly as Flux will get it')
            [CompletionResult]::new('diff', 'diff', [CompletionResultType]::ParameterValue, 'Say in what two environments, commits, artifacts or the work tree differ')
            [CompletionResult]::new('parity', 'parity', [CompletionResultType]::ParameterValue, 'Prove that environments differ in nothing but what was reviewed')
            [CompletionResult]::new('artifact', 'artifact', [CompletionResultType]::ParameterValue, 'Publish what other environments are to run')
            [CompletionResult]::new('cost', 'cost', [CompletionResultType]::ParameterValue, 'Say what environments cost a month, and whether that is within their budgets')
            [CompletionResult]::new('trust', 'trust', [CompletionResultType]::ParameterValue, 'Let this machine''s browsers and programs trust the environment, or take it back')
            [CompletionResult]::new('doctor', 'doctor', [CompletionResultType]::ParameterValue, 'Check that this machine can run the platform')
            [CompletionResult]::new('diagnose', 'diagnose', [CompletionResultType]::ParameterValue, 'Pack everything that tells why the environment is as it is, without secrets')
            [CompletionResult]::new('timing', 'timing', [CompletionResultType]::ParameterValue, 'Say where the time of the last `dev` went')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Print a completion script for a shell')
            [CompletionResult]::new('man', 'man', [CompletionResultType]::ParameterValue, 'Print the manual page, or write those of every command')
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
            [CompletionResult]::new('save', 'save', [CompletionResultType]::ParameterValue, 'Keep the database''s present state')
            [CompletionResult]::new('load', 'load', [CompletionResultType]::ParameterValue, 'Put a kept state in the place of the present one, which is lost')
            [CompletionResult]::new('ls', 'ls', [CompletionResultType]::ParameterValue, 'List what is kept')
            [CompletionResult]::new('rm', 'rm', [CompletionResultType]::ParameterValue, 'Remove a kept state')
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
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the images of the lock')
            [CompletionResult]::new('build', 'build', [CompletionResultType]::ParameterValue, 'Build what is missing from source packages, and push it to the local registry')
            [CompletionResult]::new('pull', 'pull', [CompletionResultType]::ParameterValue, 'Copy the official images and manifests into the local registry')
            [CompletionResult]::new('push', 'push', [CompletionResultType]::ParameterValue, 'Push what the cache holds to the local registry')
            [CompletionResult]::new('verify', 'verify', [CompletionResultType]::ParameterValue, 'Hash everything in the registry again and compare it with the lock')
            [CompletionResult]::new('prune', 'prune', [CompletionResultType]::ParameterValue, 'Remove from a registry what neither a lock file, nor a running environment, nor a kept artifact names')
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
            [CompletionResult]::new('plan', 'plan', [CompletionResultType]::ParameterValue, 'Show what would be made, changed and removed, and do none of it')
            [CompletionResult]::new('apply', 'apply', [CompletionResultType]::ParameterValue, 'Make and change what the modules say, then see that Flux follows the digest of the environment''s lock file')
            [CompletionResult]::new('destroy', 'destroy', [CompletionResultType]::ParameterValue, 'Remove the environment, what Kubernetes made of its own too, and tell everything that is left and paid for')
            [CompletionResult]::new('scale', 'scale', [CompletionResultType]::ParameterValue, 'Tell the pools how many nodes to have: none in off hours, or what the environment''s file says')
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
            [CompletionResult]::new('publish', 'publish', [CompletionResultType]::ParameterValue, 'Make the images, pack the tree, and copy both by digest to a registry, under the version that Git''s tags give')
            break
        }
        'seasense;help;artifact;publish' {
            break
        }
        'seasense;help;cost' {
            break
        }
        'seasense;help;trust' {
            [CompletionResult]::new('install', 'install', [CompletionResultType]::ParameterValue, 'Let the browsers and programs of this machine trust the environment''s authority')
            [CompletionResult]::new('remove', 'remove', [CompletionResultType]::ParameterValue, 'Take it back: exactly the certificates that were installed, and no other')
            [CompletionResult]::new('status', 'status', [CompletionResultType]::ParameterValue, 'Show what is trusted where, and prove it by a TLS handshake')
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
