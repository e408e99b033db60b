"""``python -m refugee_model`` and ``refugee-model`` are the shell; Ctrl-C ends it with one line from here on."""

import signal
import sys


def main() -> None:
    """Run the shell; nothing of ours is imported before an interruption is dealt with."""
    try:
        from refugee_model.interruption import Guard, guarded

        code = guarded(_shell, Guard())
    except KeyboardInterrupt:  # before the guard stands
        sys.stderr.write("interrupted; what was finished stays\n")
        code = 130
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # while Python ends, it would end the program unheard
    sys.exit(code)


def _shell() -> None:
    from refugee_model.cli import main as shell

    shell()


if __name__ == "__main__":
    main()
